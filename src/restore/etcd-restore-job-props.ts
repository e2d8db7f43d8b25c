import { Duration } from 'cdk8s';
import { SnapshotSource } from './snapshot-source';
import { IEtcdCluster } from '../cluster/etcd-cluster';
import { HostOperationJobProps } from '../runtime/host-operation-job-props';
import { BackupVolume } from '../storage/backup-volume';

/** Props of a restore. */
export interface EtcdRestoreJobProps extends HostOperationJobProps {
  /** The cluster to restore: stacked, with a member on each control plane. */
  readonly cluster: IEtcdCluster;

  /** Where the backups are, as for the snapshots. */
  readonly volume: BackupVolume;

  /**
   * The id of this restore: 1 to 63 lower-case letters, digits, hyphens and dots, a letter or digit first. An id is used once, for ever: it is
   * recorded on the hosts and in the restored etcd, and a second Job with the same id does nothing but report the first one's outcome.
   */
  readonly restoreId: string;

  /** The time in UTC after which this restore must not begin, such as `2026-11-22T00:00:00Z`, so that one left in git does no harm later. */
  readonly expires: string;

  /**
   * Which backup is restored.
   *
   * @default SnapshotSource.latest()
   */
  readonly snapshot?: SnapshotSource;

  /**
   * The name of the control plane that has the snapshot on its volume, such as `cp1`. It restores the snapshot, the others join it.
   *
   * @default - the first control plane that isn't lost; must be given if the volume is a folder of the host and there are several control planes
   */
  readonly holder?: string;

  /**
   * Names of members that are gone, and must never start again with their old data. The others must still be more than half of all.
   *
   * @default - none
   */
  readonly lostMembers?: string[];

  /**
   * Whether the restore is only tried, up to the swap: the snapshot is chosen, verified and restored into a new folder, which is then removed.
   * Nothing is stopped, and `restoreId` is not used up.
   *
   * @default false
   */
  readonly dryRun?: boolean;

  /**
   * How long machines wait for each other to be ready. This includes the restore into a new folder.
   *
   * @default Duration.minutes(10)
   */
  readonly readyTimeout?: Duration;

  /**
   * How long machines wait for each other to have stopped their API servers.
   *
   * @default Duration.minutes(2)
   */
  readonly stopTimeout?: Duration;

  /**
   * How long the holder waits for all members at the end. Then it reports without the missing ones, which go on by themselves.
   *
   * @default Duration.minutes(15)
   */
  readonly finishTimeout?: Duration;

  /**
   * How long an API server may take to end by itself before it is killed. Left alone, it would take 30 seconds.
   *
   * @default Duration.seconds(1)
   */
  readonly apiServerGrace?: Duration;

  /**
   * Whether the cluster's CA, the service accounts' key and the encryption configuration on the holder may differ from what the backup
   * recorded. By default a difference is refused: after the restore, what was signed or encrypted with a key that is gone can't be read. Set
   * this when you know that only keys were added.
   *
   * @default false
   */
  readonly acceptChangedKeys?: boolean;
}
