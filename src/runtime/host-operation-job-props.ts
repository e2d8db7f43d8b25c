import { Duration } from 'cdk8s';
import { ProgramResources } from './program-resources';
import { ContainerImages } from '../cluster/container-images';

/** How the Jobs run that carry an operation to the hosts, whatever the operation is. */
export interface HostOperationJobProps {
  /**
   * The images that the pods run, a registry mirror, pull secrets.
   *
   * @default ContainerImages.defaults()
   */
  readonly images?: ContainerImages;

  /**
   * CPU and memory of the container that carries the operation. The work itself goes on outside of it, as a systemd unit on the host.
   *
   * @default - requests 50m CPU and 64 MiB, limits memory to 512 MiB and CPU not at all
   */
  readonly resources?: ProgramResources;

  /**
   * The priority class of the pods. With the default one they come also to a node that is full.
   *
   * @default system-node-critical
   */
  readonly priorityClassName?: string;

  /**
   * How often Kubernetes starts a pod again that is lost, or could not begin. The new one attaches to what is under way.
   *
   * @default 6
   */
  readonly backoffLimit?: number;

  /**
   * How long the finished Jobs stay, to be looked at.
   *
   * @default Duration.days(7)
   */
  readonly ttlAfterFinished?: Duration;

  /**
   * Labels for the Jobs and their pods, beside those that tell what they are.
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
