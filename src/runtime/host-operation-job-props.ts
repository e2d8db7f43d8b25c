import { Duration } from 'cdk8s';
import { HostOperationPodProps } from './host-operation-pod-props';

/** How the Jobs of an operation on hosts run. Their pods start the work on the hosts and follow it. */
export interface HostOperationJobProps extends HostOperationPodProps {
  /**
   * How long finished Jobs are kept, so that you can look at them.
   *
   * @default Duration.days(7)
   */
  readonly ttlAfterFinished?: Duration;
}
