import { Duration } from 'cdk8s';
import { SnapshotSource } from './snapshot-source';
import { IEtcdCluster } from '../cluster/etcd-cluster';
import { HostOperationJobProps } from '../runtime/host-operation-job-props';
import { BackupVolume } from '../storage/backup-volume';

/** What is restored, where, and once. */
export interface EtcdRestoreJobProps extends HostOperationJobProps {
  /** The cluster to restore: stacked, with a member on each control plane. */
  readonly cluster: IEtcdCluster;

  /** Where the backups are, as for the snapshots. */
  readonly volume: BackupVolume;

  /**
   * The id of this restore, once for ever: lower-case letters, digits, hyphens and dots, at most 63. It is recorded on the hosts and in the
   * restored etcd; a second Job with the same id reports the first one's outcome and does nothing.
   */
  readonly restoreId: string;

  /** The time in UTC after which this restore must not begin, such as `2026-11-22T00:00:00Z`: a restore left in git is a loaded gun. */
  readonly expires: string;

  /**
   * Which backup is restored.
   *
   * @default SnapshotSource.latest()
   */
  readonly snapshot?: SnapshotSource;

  /**
   * The name of the control plane whose volume holds the snapshot, such as `cp1`. It restores, the others join it.
   *
   * @default - the only control plane; with several, it must be given for a volume of the host, and is the first otherwise
   */
  readonly holder?: string;

  /**
   * Names of members that are gone, with their data, and must never start again with it. The others must still be more than half.
   *
   * @default - none
   */
  readonly lostMembers?: string[];

  /**
   * Everything up to the swap: the snapshot is chosen, verified and restored into a new folder, which is then removed. Nothing is stopped,
   * and `restoreId` is not used up.
   *
   * @default false
   */
  readonly dryRun?: boolean;

  /**
   * How long machines wait for each other to be ready, the restore into a new folder included.
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
   * How long the holder waits for all members at the end, before it reports without those that are missing; they go on by themselves.
   *
   * @default Duration.minutes(15)
   */
  readonly finishTimeout?: Duration;

  /**
   * How long an API server may take to end gracefully; its own way takes 30 seconds.
   *
   * @default Duration.seconds(1)
   */
  readonly apiServerGrace?: Duration;

  /**
   * Whether the cluster's CA, the service accounts' key and the encryption configuration on the holder may differ from what the backup
   * recorded. What is signed or encrypted with a key that is gone can't be read after the restore, so a difference is refused. Set this
   * when you know that only keys were added.
   *
   * @default false
   */
  readonly acceptChangedKeys?: boolean;
}
