import { Duration, Size } from 'cdk8s';
import { SnapshotNodes } from './snapshot-nodes';
import { IEtcdCluster } from '../cluster/etcd-cluster';
import { WorkloadProps } from '../runtime/workload-props';
import { BackupVolume } from '../storage/backup-volume';

/**
 * Props of snapshots, on a schedule or single: which cluster is backed up, where backups are kept, and how the pods run.
 */
export interface EtcdSnapshotProps extends WorkloadProps {
  /** The cluster whose etcd is backed up. */
  readonly cluster: IEtcdCluster;

  /** Where backups are kept. Each has a folder of its own, in a folder with the name of the cluster's etcd. */
  readonly volume: BackupVolume;

  /**
   * On which nodes snapshots are taken.
   *
   * @default SnapshotNodes.anyControlPlane()
   */
  readonly nodes?: SnapshotNodes;

  /**
   * How long one save from one member may take, in whole seconds; etcdctl itself has no limit. Leave room for the database to grow.
   *
   * @default Duration.minutes(10)
   */
  readonly snapshotTimeout?: Duration;

  /**
   * How many times all the members are tried, one after the other, before a run fails. Ten seconds pass between two rounds.
   *
   * @default 3
   */
  readonly rounds?: number;

  /**
   * How long a run may take altogether. This includes waiting for another run on the same volume. Then Kubernetes ends the run, and the next one
   * heals what it left. Must be longer than `snapshotTimeout`.
   *
   * @default Duration.hours(1), or twice the `snapshotTimeout` if that is longer
   */
  readonly activeDeadline?: Duration;

  /**
   * How many times Kubernetes starts a failed run again, in a new pod.
   *
   * @default 2
   */
  readonly backoffLimit?: number;

  /**
   * How much space must be free on the volume before a save begins; at least 1 KiB.
   *
   * @default - twice the size of the database, as the member reports it
   */
  readonly minimumFreeSpace?: Size;

  /**
   * Whether the cluster's whole PKI folder is kept beside each snapshot, in `pki/`: the `pkiFolder` of a `KubeadmCluster`, with `ca.crt`, `ca.key`,
   * the service accounts' keys and the rest. Without it, a control plane whose disks are lost can't be rebuilt as the same cluster.
   *
   * **The private keys lie on the volume in plain text**, readable by root only. Anyone who can read the volume can sign certificates for
   * any user, `system:masters` included: they own the cluster. Turn it on for volumes that are encrypted and as well guarded as the control
   * plane itself, and keep the PKI elsewhere otherwise.
   *
   * The pod gets the capability `DAC_READ_SEARCH` for it, since components of the control plane may run as users of their own. If the PKI can't be
   * read, the snapshot is kept without it, and the run fails and says why.
   *
   * Only for stacked clusters: the pods of an external etcd see no control plane's files.
   *
   * @default false
   */
  readonly includePki?: boolean;

  /**
   * Whether the break-glass kit is kept beside the backups, in `break-glass/`: the restore program, a static busybox, etcd's tools and a
   * `RUNBOOK.md` for this cluster. With it a restore needs a shell on the machine, and no API server, network, registry or package.
   *
   * The kit takes about 70 MB. It is replaced as a whole when something in it changes, and costs nothing otherwise.
   *
   * @default true for a volume from a host path, false otherwise
   */
  readonly breakGlassKit?: boolean;

  /**
   * The priority class of the pods. `system-node-critical` and `system-cluster-critical` are possible in any namespace, unless a ResourceQuota
   * forbids them.
   *
   * @default - the cluster's default
   */
  readonly priorityClassName?: string;
}
