import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { EtcdSnapshotProps } from './etcd-snapshot-props';
import { RetentionPolicy } from './retention-policy';
import { snapshotWorkloads } from './snapshot-workloads';
import { requireGiven } from '../require/given';
import { resolveSchedule } from '../runtime/resolved-schedule';
import { ScheduleProps } from '../runtime/schedule-props';

/** Props of snapshots on a schedule. */
export interface EtcdSnapshotCronJobProps extends EtcdSnapshotProps, ScheduleProps {
  /**
   * Which backups are kept. The others are deleted after a new backup is complete, never before.
   *
   * @default RetentionPolicy.recommended()
   */
  readonly retention?: RetentionPolicy;
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
    const schedule = resolveSchedule(props);
    this.retention = props.retention ?? RetentionPolicy.recommended();
    this.cronJobs = snapshotWorkloads(this, props, this.retention).map((workload) => workload.pod.cronJobIn(this, workload.id, {
      ...schedule,
      activeDeadline: workload.activeDeadline,
      backoffLimit: workload.backoffLimit,
    }));
    this.cronJob = this.cronJobs[0];
  }
}
