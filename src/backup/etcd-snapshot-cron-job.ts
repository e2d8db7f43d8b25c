import { Cron, Duration } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { EtcdSnapshotProps } from './etcd-snapshot-props';
import { RetentionPolicy } from './retention-policy';
import { snapshotWorkloads } from './snapshot-workloads';
import { requireSeconds } from '../require/duration';
import { requireGiven } from '../require/given';
import { requireWholeNumber } from '../require/number';
import { requireSchedule, requireTimeZone } from '../require/schedule';

/** Props of snapshots on a schedule. */
export interface EtcdSnapshotCronJobProps extends EtcdSnapshotProps {
  /** When snapshots are taken, such as `Cron.schedule({ minute: '0', hour: '*\/6' })`. Every field is checked. */
  readonly schedule: Cron;

  /**
   * Which backups are kept. The others are deleted after a new backup is complete, never before.
   *
   * @default RetentionPolicy.recommended()
   */
  readonly retention?: RetentionPolicy;

  /**
   * The time zone of the schedule, a name of the tz database. Needs Kubernetes 1.25. Names of backups and the retention are in UTC all the same.
   *
   * @default - the controller manager's; with kubeadm that is UTC
   */
  readonly timeZone?: string;

  /**
   * How late a run may begin, for instance after the control plane was down; at least 60 seconds. Of several missed runs only the last one is
   * made up for.
   *
   * @default Duration.hours(1)
   */
  readonly startingDeadline?: Duration;

  /**
   * Whether the schedule is suspended. Runs that are under way go on.
   *
   * @default false
   */
  readonly suspend?: boolean;

  /**
   * How many successful Jobs are kept, so that you can look at them.
   *
   * @default 3
   */
  readonly successfulJobsRetained?: number;

  /**
   * How many failed Jobs are kept, so that you can look at them.
   *
   * @default 3
   */
  readonly failedJobsRetained?: number;
}

/**
 * Takes verified etcd snapshots on a schedule and keeps them by a retention policy.
 *
 * Each run takes one snapshot (from the local member if it can give one, else from another), checks it, completes it under its final name,
 * and only then prunes. A run that fails leaves every earlier backup as it was, and says in its termination message what to do.
 *
 * Throws when the schedule matches no date or has fields that Kubernetes refuses, when the time zone isn't in the tz database, when a duration
 * or a count is out of its range, when `includePki` is set for an external etcd, when `nodes` doesn't fit the cluster, the volume or the
 * certificates, when backups would be in etcd's own data folder, and when they would scatter over the nodes: a folder of the host, several
 * control planes, and no `nodes`.
 *
 * @see https://etcd.io/docs/v3.6/op-guide/recovery/#snapshotting-the-keyspace
 */
export class EtcdSnapshotCronJob extends Construct {
  /** The CronJob, or with `SnapshotNodes.everyMember()` the first control plane's. */
  public readonly cronJob: kplus.CronJob;

  /** All the CronJobs: one, or with `SnapshotNodes.everyMember()` one for each control plane, in their order. */
  public readonly cronJobs: kplus.CronJob[];

  /** Which backups are kept. */
  public readonly retention: RetentionPolicy;

  constructor(scope: Construct, id: string, props: EtcdSnapshotCronJobProps) {
    super(scope, id);
    requireGiven(props, 'cluster', 'volume', 'schedule');
    requireSchedule('schedule', props.schedule);
    if (props.timeZone !== undefined) {
      requireTimeZone('timeZone', props.timeZone);
    }
    const startingDeadline = props.startingDeadline ?? Duration.hours(1);
    if (requireSeconds('startingDeadline', startingDeadline) < 60) {
      throw new Error(`startingDeadline must be at least 60 s, got ${startingDeadline.toSeconds()} s: the controller looks every 10 s, and a short one skips runs`);
    }
    requireWholeNumber('successfulJobsRetained', props.successfulJobsRetained ?? 3, 0);
    requireWholeNumber('failedJobsRetained', props.failedJobsRetained ?? 3, 0);

    this.retention = props.retention ?? RetentionPolicy.recommended();
    this.cronJobs = snapshotWorkloads(this, props, this.retention).map((workload) => workload.pod.cronJobIn(this, workload.id, {
      schedule: props.schedule,
      timeZone: props.timeZone,
      // Two runs at once would only wait for each other.
      concurrencyPolicy: kplus.ConcurrencyPolicy.FORBID,
      startingDeadline,
      suspend: props.suspend ?? false,
      successfulJobsRetained: props.successfulJobsRetained ?? 3,
      failedJobsRetained: props.failedJobsRetained ?? 3,
      activeDeadline: workload.activeDeadline,
      backoffLimit: workload.backoffLimit,
    }));
    this.cronJob = this.cronJobs[0];
  }
}
