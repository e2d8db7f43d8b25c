import { Duration } from 'cdk8s';
import { WorkloadProps } from './workload-props';

/** How the Jobs of an operation on hosts run. Their pods start the work on the hosts and follow it. */
export interface HostOperationJobProps extends WorkloadProps {
  /**
   * The priority class of the pods. With the default they also start on a node that is full.
   *
   * @default system-node-critical
   */
  readonly priorityClassName?: string;

  /**
   * How many times Kubernetes replaces a pod that was lost or could not begin. The new pod attaches to the operation that is under way.
   *
   * @default 6
   */
  readonly backoffLimit?: number;

  /**
   * How long finished Jobs are kept, so that you can look at them.
   *
   * @default Duration.days(7)
   */
  readonly ttlAfterFinished?: Duration;
}
