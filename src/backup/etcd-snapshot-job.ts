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
   * Which backups stay. The rest is deleted after a new backup is complete, never before.
   *
   * @default RetentionPolicy.keepAll()
   */
  readonly retention?: RetentionPolicy;

  /**
   * How long the finished Job stays, to be looked at.
   *
   * @default Duration.days(7)
   */
  readonly ttlAfterFinished?: Duration;
}

/**
 * Takes one verified etcd snapshot, for instance before a change.
 *
 * The Job's name carries a digest of its content: applied again it does nothing. Changed, by an annotation or through `job`, it is a new Job
 * and takes another snapshot. By default it deletes no backup.
 *
 * Throws when a duration or a count is out of its range, when no node can have the volume, when backups would be in etcd's own data folder,
 * and when they would scatter over the nodes: a volume of the host, several control planes, and no `nodes`.
 */
export class EtcdSnapshotJob extends Construct {
  /** The Job, or with `SnapshotNodes.everyMember()` the first control plane's. */
  public readonly job: kplus.Job;

  /** All the Jobs: one, or with `SnapshotNodes.everyMember()` one for each control plane, in their order. */
  public readonly jobs: kplus.Job[];

  /** Which backups stay. */
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
