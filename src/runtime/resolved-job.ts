import { Duration } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { containerResources } from './container-resources';
import { HostOperationJobProps } from './host-operation-job-props';
import { ContainerImages } from '../cluster/container-images';
import { requireSeconds } from '../require/duration';
import { requireWholeNumber } from '../require/number';

/** The props of an operation's Job, checked, with every default filled in. */
export interface ResolvedJob {
  readonly images: ContainerImages;
  readonly resources: kplus.ContainerResources;
  readonly priorityClassName: string;
  readonly backoffLimit: number;
  readonly ttlAfterFinished: Duration;
}

/** Throws when a number, a size or a duration isn't valid. */
export function resolveJob(props: HostOperationJobProps): ResolvedJob {
  const { images = ContainerImages.defaults(), priorityClassName = 'system-node-critical', backoffLimit = 6, ttlAfterFinished = Duration.days(7) } = props;
  requireWholeNumber('backoffLimit', backoffLimit, 0);
  requireSeconds('ttlAfterFinished', ttlAfterFinished);
  return { images, priorityClassName, backoffLimit, ttlAfterFinished, resources: containerResources(props.resources) };
}
