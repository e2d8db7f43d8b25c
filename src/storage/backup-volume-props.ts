import { Size } from 'cdk8s';

/** A folder of the node on which the pod runs. */
export interface HostPathBackupVolumeProps {
  /**
   * The folder, an absolute path on the host. Put it on a disk of its own: backups on etcd's disk are lost with it.
   *
   * @default /mnt/backup
   */
  readonly path?: string;

  /**
   * Whether the folder must exist already. If true, a pod waits while the folder is missing, for instance because its disk isn't mounted. If
   * false, a missing folder is made, even on another disk.
   *
   * @default false
   */
  readonly mustExist?: boolean;
}

/** An EBS volume that exists already. */
export interface EbsBackupVolumeProps {
  /** The volume's id, `vol-` and 17 (formerly 8) hexadecimal digits. */
  readonly volumeId: string;

  /** The availability zone that the volume is in, such as `eu-central-1a`: only nodes there can attach it. */
  readonly zone: string;

  /** The volume's size, in whole GiB, at most 64 TiB. */
  readonly size: Size;

  /**
   * The file system that is on the volume, or that an empty volume gets.
   *
   * @default ext4
   */
  readonly fsType?: string;
}

/** A gp3 volume that AWS' driver makes when the first pod needs it, in the zone of that pod's node. */
export interface EbsStorageClassBackupVolumeProps {
  /** The volume's size, in whole GiB, at most 64 TiB. It can be raised later. */
  readonly size: Size;

  /**
   * I/O operations a second, from 3,000 to 80,000, above 3,000 at most 500 for each GiB.
   *
   * @default - gp3's own 3,000
   */
  readonly iops?: number;

  /**
   * How much can be read or written in a second: whole MiB, from 125 to 2,000, at most 0.25 MiB for each of `iops`.
   *
   * @default - gp3's own Size.mebibytes(125)
   */
  readonly throughputPerSecond?: Size;

  /**
   * The ARN of the KMS key that encrypts the volume. It is always encrypted.
   *
   * @default - the account's key for EBS, aws/ebs
   */
  readonly kmsKeyArn?: string;

  /**
   * Tags of the volume in AWS.
   *
   * @default - only those that the driver gives by itself
   */
  readonly tags?: { readonly [key: string]: string };

  /**
   * The file system that the volume gets.
   *
   * @default ext4
   */
  readonly fsType?: string;

  /**
   * The one zone in which the volume may be made.
   *
   * @default - the zone of the node on which the first pod runs
   */
  readonly zone?: string;
}

/** A folder that an NFS server exports. */
export interface NfsBackupVolumeProps {
  /** The server's name or address. */
  readonly server: string;

  /** The exported folder, an absolute path on the server. */
  readonly path: string;

  /**
   * Options of the mount, such as `nfsvers=4.1`.
   *
   * @default - the node's own
   */
  readonly mountOptions?: string[];
}

/** A PersistentVolumeClaim that is made elsewhere, in the namespace of the pods. */
export interface ClaimBackupVolumeProps {
  /**
   * Whether only one node at a time can mount the volume, as with the access mode ReadWriteOnce. If so, `SnapshotNodes.everyMember()` is refused
   * for several control planes.
   *
   * @default true
   */
  readonly singleNode?: boolean;

  /**
   * The only zone in which the volume can be attached: the value of the nodes' label `topology.kubernetes.io/zone`.
   *
   * @default - not known, or the volume isn't bound to a zone
   */
  readonly zone?: string;
}
