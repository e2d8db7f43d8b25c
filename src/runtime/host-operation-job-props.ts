import { Duration } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { containerResources, ProgramResources } from './program-resources';
import { ContainerImages } from '../cluster/container-images';
import { requireSeconds } from '../require/duration';
import { requireWholeNumber } from '../require/number';

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

/** The same, checked, with every default in place. */
export interface ResolvedJob {
  readonly images: ContainerImages;
  readonly resources: kplus.ContainerResources;
  readonly priorityClassName: string;
  readonly backoffLimit: number;
  readonly ttlAfterFinished: Duration;
}

/** Throws when a number, a size or a duration can't be. */
export function resolveJob(props: HostOperationJobProps): ResolvedJob {
  const { images = ContainerImages.defaults(), priorityClassName = 'system-node-critical', backoffLimit = 6, ttlAfterFinished = Duration.days(7) } = props;
  requireWholeNumber('backoffLimit', backoffLimit, 0);
  requireSeconds('ttlAfterFinished', ttlAfterFinished);
  return { images, priorityClassName, backoffLimit, ttlAfterFinished, resources: containerResources(props.resources) };
}
