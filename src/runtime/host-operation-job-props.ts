import { Duration } from 'cdk8s';
import { ProgramResources } from './program-resources';
import { ContainerImages } from '../cluster/container-images';

/** How the Jobs of an operation run, whether it is a restore or a replacement. Their pods start the work on the hosts and follow it. */
export interface HostOperationJobProps {
  /**
   * The images that the pods run, a registry mirror, pull secrets.
   *
   * @default ContainerImages.defaults()
   */
  readonly images?: ContainerImages;

  /**
   * CPU and memory of the pods' container. The work itself isn't done in it, but in a systemd unit on the host.
   *
   * @default - requests 50m CPU and 64 MiB of memory, limits memory to 512 MiB, and doesn't limit CPU
   */
  readonly resources?: ProgramResources;

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

  /**
   * Further labels for the Jobs and their pods, which have `app.kubernetes.io/name`, `instance` and `managed-by` already.
   *
   * @default - none
   */
  readonly labels?: { readonly [key: string]: string };

  /**
   * Annotations for the Jobs and their pods.
   *
   * @default - none
   */
  readonly annotations?: { readonly [key: string]: string };
}
