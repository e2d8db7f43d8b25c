import { ApiObject } from 'cdk8s';
import { IConstruct } from 'constructs';
import { longestGapSeconds } from './longest-gap';

/** The CronJobs of a construct, the construct itself included, in the order in which they were made. */
export function cronJobsOf(construct: IConstruct): ApiObject[] {
  return construct.node.findAll().filter((found): found is ApiObject => ApiObject.isApiObject(found) && found.kind === 'CronJob');
}

/** What alerts have to know of a CronJob, as it is written into the manifest: patches of the user are in it. */
export interface WatchedCronJob {
  /** The construct that has made it, and maybe others like it. */
  readonly maker?: IConstruct;
  readonly name: string;
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
  /** In a chart that suspends it, no alert says so. */
  readonly suspended: boolean;
  readonly schedule: string;
  /** The longest time between two runs, in seconds; undefined where it may be more than a year. */
  readonly gap?: number;
  /** How late a run may begin, in seconds. */
  readonly startingDeadline: number;
  /** How long Kubernetes lets a run go on, in seconds; undefined for as long as it likes. */
  readonly activeDeadline?: number;
}

/** Throws when it has no namespace. */
export function watchedCronJob(cronJob: ApiObject): WatchedCronJob {
  const { metadata, spec } = cronJob.toJson();
  if (!metadata.namespace) {
    throw new Error(`the CronJob ${metadata.name} must have a namespace, got none: give its Chart a namespace; the metrics of Kubernetes name it, so an alert has to`);
  }
  return {
    maker: cronJob.node.scope?.node.scope,
    name: metadata.name,
    namespace: metadata.namespace,
    labels: metadata.labels ?? {},
    suspended: spec.suspend === true,
    schedule: spec.timeZone ? `${spec.schedule} (${spec.timeZone})` : spec.schedule,
    gap: longestGapSeconds(spec.schedule, spec.timeZone ?? 'Etc/UTC'),
    startingDeadline: spec.startingDeadlineSeconds ?? 0,
    activeDeadline: spec.jobTemplate.spec.activeDeadlineSeconds,
  };
}
