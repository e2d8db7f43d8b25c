import { Duration, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { RetentionPolicy } from './retention-policy';
import { ContainerImages } from '../cluster/container-images';
import { IEtcdCluster } from '../cluster/etcd-cluster';
import { BackupVolume } from '../storage/backup-volume';

/**
 * What a snapshot is taken of, where it is kept, and how the pod runs that takes it. For those on a schedule and for single ones.
 */
export interface EtcdSnapshotProps {
  /** The cluster whose etcd is backed up. */
  readonly cluster: IEtcdCluster;

  /** Where backups are kept, each in a folder of its own under the cluster's name. */
  readonly volume: BackupVolume;

  /**
   * The control-plane node that takes the snapshots, as `kplus.Node.named('cp1')`. Its own member is asked first, then the others.
   *
   * The pod comes through the scheduler (a node affinity for the name), so it waits for nothing else and claims are bound as usual.
   *
   * @default - any of the cluster's control planes; with an external etcd any node at all
   */
  readonly node?: kplus.NamedNode;

  /**
   * Whether every control plane takes snapshots of its own: one workload for each, pinned there, its own member asked first.
   *
   * With a volume of the host, a backup is then on every machine. On a volume that they share, the members' backups count together for
   * the retention. A volume that only one node at a time can attach (EBS) can't do this.
   *
   * @default false
   */
  readonly everyMember?: boolean;

  /**
   * Seconds granularity: how long one save may take, from one member. There is no limit in etcdctl itself, and a fixed one fails the day
   * the database has grown.
   *
   * @default Duration.minutes(10)
   */
  readonly snapshotTimeout?: Duration;

  /**
   * How often all the members are tried, one after the other, before a run fails. Ten seconds pass between two rounds.
   *
   * @default 3
   */
  readonly rounds?: number;

  /**
   * How long a run may take altogether, waiting for another run on the same volume included. Then Kubernetes ends it, and the next one
   * heals what it left. Must be longer than `snapshotTimeout`.
   *
   * @default Duration.hours(1), or twice the `snapshotTimeout` if that is longer
   */
  readonly deadline?: Duration;

  /**
   * How often Kubernetes starts a failed run again, in a new pod.
   *
   * @default 2
   */
  readonly backoffLimit?: number;

  /**
   * What must be free on the volume before a save begins.
   *
   * @default - twice the size of the database, as the member reports it
   */
  readonly minimumFreeSpace?: Size;

  /**
   * Whether the cluster's whole PKI folder (`pkiFolder` of a `KubeadmCluster`: `ca.crt`, `ca.key`, the service accounts' keys and the rest) is kept beside each snapshot, in
   * `pki/`. Without it, a control plane whose disks are lost can't be rebuilt as the same cluster.
   *
   * **The private keys lie on the volume in plain text**, readable by root only. Whoever can read the volume can sign certificates for
   * any user, `system:masters` included, and decrypts nothing less than the whole cluster. Turn it on for volumes that are encrypted and
   * as well guarded as the control plane itself, and keep the PKI elsewhere otherwise.
   *
   * The pod gets the capability `DAC_READ_SEARCH` for it, since components may run as users of their own. A snapshot beside which the PKI
   * can't be kept is kept without it, and the run fails and says why.
   *
   * Only for stacked clusters; an external etcd's pods see no control plane's files.
   *
   * @default false
   */
  readonly includePki?: boolean;

  /**
   * Whether the break-glass kit is kept beside the backups, in `break-glass/`: the restore program, a static busybox, etcd's tools and a
   * `RUNBOOK.md` for this cluster. With it a restore needs a shell on the machine, and no API server, network, registry or package.
   *
   * It takes about 70 MB, is replaced as a whole when something in it changes, and costs nothing otherwise.
   *
   * @default true for a volume from a host path, false otherwise
   */
  readonly breakGlassKit?: boolean;

  /**
   * CPU and memory of the container that takes the snapshot. `etcdutl` maps the database into memory; those pages are given back under
   * pressure, and needn't fit into the limit.
   *
   * @default - requests 50m CPU and 64 MiB, limits memory to 512 MiB and CPU not at all
   */
  readonly resources?: kplus.ContainerResources;

  /**
   * The priority class of the pods. For `system-node-critical` and `system-cluster-critical`, Kubernetes wants no particular namespace,
   * but a ResourceQuota may.
   *
   * @default - the cluster's default
   */
  readonly priorityClassName?: string;

  /**
   * Labels for the workload, its Jobs and its pods, beside `app.kubernetes.io/name`, `instance` and `managed-by`.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations for the workload and its pods.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };

  /**
   * The images that the pods run, a registry mirror, pull secrets.
   *
   * @default ContainerImages.defaults()
   */
  readonly images?: ContainerImages;

  /**
   * Which backups stay. The rest is deleted after a new backup is complete, never before.
   *
   * @default - RetentionPolicy.recommended() on a schedule, RetentionPolicy.keepAll() for a single snapshot
   */
  readonly retention?: RetentionPolicy;
}
