import { WorkloadProps } from './workload-props';

/** How the pods of an operation on hosts run. They start the work on the hosts and follow it. */
export interface HostOperationPodProps extends WorkloadProps {
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
}
