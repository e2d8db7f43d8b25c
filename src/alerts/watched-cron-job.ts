import { ApiObject } from 'cdk8s';
import { IConstruct } from 'constructs';
import { AlertKind, alertKindOf } from './alert-kind';
import { EtcdSnapshotCronJob } from '../backup/etcd-snapshot-cron-job';

/**
 * The CronJobs of a construct, the construct itself included, in the order in which they were made. Those are together of which any is
 * enough: each backs up the same etcd from another member.
 */
export function cronJobsOf(construct: IConstruct): ApiObject[][] {
  const found = construct.node.findAll();
  const together = found.filter((one): one is EtcdSnapshotCronJob => one instanceof EtcdSnapshotCronJob)
    .map(({ cronJobs }) => cronJobs.map((cronJob) => ApiObject.of(cronJob)));
  const alone = found.filter((one): one is ApiObject => ApiObject.isApiObject(one) && one.kind === 'CronJob' && one.apiGroup === 'batch')
    .filter((one) => !together.flat().includes(one));
  return [...together, ...alone.map((one) => [one])];
}

/** What alerts have to know of a CronJob, as it is written into the manifest: patches of the user are in it. */
export interface WatchedCronJob {
  readonly name: string;
  readonly namespace: string;
  readonly kind: AlertKind;
  /** The cluster that it works for, if this library has made it. */
  readonly cluster?: string;
  /** In a chart that suspends it, no alert says so. */
  readonly suspended: boolean;
  readonly schedule: string;
  readonly timeZone: string;
  /** How late a run may begin, in seconds. */
  readonly startingDeadline: number;
  /** How long Kubernetes lets a run go on, in seconds; undefined for as long as it likes. */
  readonly activeDeadline?: number;
}

/** Throws when it has no namespace, and when Kubernetes keeps no successful Job of it. */
export function watchedCronJob(cronJob: ApiObject): WatchedCronJob {
  const { metadata: { name, namespace, labels = {} }, spec } = cronJob.toJson();
  if (!namespace) {
    throw new Error(`the CronJob ${name} must have a namespace, got none: give its Chart a namespace; metrics name it, so an alert has to`);
  }
  if (spec.successfulJobsHistoryLimit === 0) {
    throw new Error(`the CronJob ${name} must keep a successful Job, got successfulJobsHistoryLimit 0: set it to 1 or more; before Kubernetes 1.31 its success may not be noted otherwise`);
  }
  const kind = alertKindOf(labels);
  return {
    name,
    namespace,
    kind,
    cluster: labels['app.kubernetes.io/managed-by'] === 'cdk8s-day2' ? labels['app.kubernetes.io/instance'] : undefined,
    suspended: spec.suspend === true,
    schedule: spec.schedule,
    timeZone: spec.timeZone ?? 'Etc/UTC',
    startingDeadline: spec.startingDeadlineSeconds ?? 0,
    activeDeadline: spec.jobTemplate?.spec?.activeDeadlineSeconds,
  };
}
