import { Duration } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { EtcdSnapshotProps } from './etcd-snapshot-props';
import { RetentionPolicy } from './retention-policy';
import { snapshotWorkloads } from './snapshot-workloads';
import { requireSeconds } from '../require/duration';
import { requireGiven } from '../require/given';

/** Props of a single snapshot. */
export interface EtcdSnapshotJobProps extends EtcdSnapshotProps {
  /**
   * Which backups are kept. The others are deleted after a new backup is complete, never before.
   *
   * @default RetentionPolicy.keepAll()
   */
  readonly retention?: RetentionPolicy;

  /**
   * How long the finished Job is kept, so that you can look at it.
   *
   * @default Duration.days(7)
   */
  readonly ttlAfterFinished?: Duration;
}

/**
 * Takes one verified etcd snapshot, for instance before a change.
 *
 * The Job's name has a digest of its content. Applied again, the Job does nothing. Changed, for instance by an annotation or through `job`, it
 * is a new Job and takes another snapshot. By default it deletes no backup.
 *
 * Throws when a duration or a count is out of its range, when `includePki` is set for an external etcd, when `nodes` doesn't fit the cluster,
 * the volume or the certificates, when backups would be in etcd's own data folder, and when they would scatter over the nodes: a folder of the
 * host, several control planes, and no `nodes`.
 */
export class EtcdSnapshotJob extends Construct {
  /** The Job, or with `SnapshotNodes.everyMember()` the first control plane's. */
  public readonly job: kplus.Job;

  /** All the Jobs: one, or with `SnapshotNodes.everyMember()` one for each control plane, in their order. */
  public readonly jobs: kplus.Job[];

  /** Which backups are kept. */
  public readonly retention: RetentionPolicy;

  constructor(scope: Construct, id: string, props: EtcdSnapshotJobProps) {
    super(scope, id);
    requireGiven(props, 'cluster', 'volume');
    const ttlAfterFinished = props.ttlAfterFinished ?? Duration.days(7);
    requireSeconds('ttlAfterFinished', ttlAfterFinished);

    this.retention = props.retention ?? RetentionPolicy.keepAll();
    this.jobs = snapshotWorkloads(this, props, this.retention).map(({ id: jobId, pod, activeDeadline, backoffLimit }) =>
      pod.jobIn(this, jobId, { activeDeadline, backoffLimit, ttlAfterFinished }));
    this.job = this.jobs[0];
  }
}
