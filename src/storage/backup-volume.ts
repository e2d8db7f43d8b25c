import { ApiObject, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import {
  ClaimBackupVolumeProps, EbsBackupVolumeProps, EbsStorageClassBackupVolumeProps, HostPathBackupVolumeProps, NfsBackupVolumeProps,
} from './backup-volume-props';
import { claimFromClass, claimOfVolume, MadeVolume, mountClaim } from './claims';
import { EBS_DRIVER, gp3Class, requireEbsStorageClass, requireEbsVolume, ZONE_LABEL } from './ebs';
import { requireBackupFolder } from './host-folder';
import { mountNfs, requireNfs } from './nfs';
import { requireGiven } from '../require/given';
import { requireDnsSubdomain } from '../require/names';
import { requireText } from '../require/text';

/** The default folder of the backups on a host. The runbook tells a person to mount other volumes there. */
const BACKUP_FOLDER = '/mnt/backup';

/** Where a volume comes from, and what follows for the pods that mount it. */
interface Source {
  readonly hostPath?: string;
  readonly zone?: string;
  readonly singleNode: boolean;
  /** The command by which a person mounts it; undefined for a folder of the host, and for a claim whose volume isn't known. */
  readonly mountByHand?: string;
}

/**
 * Where backups are kept. Every cluster has a folder of its own in it, so many clusters may share a volume.
 */
export class BackupVolume extends Construct {
  /**
   * A folder of the node. Pods that use it write as root and need a namespace that allows `hostPath`
   * (`pod-security.kubernetes.io/enforce: privileged`).
   *
   * Throws when the path isn't absolute, or is a folder of the system, such as `/` or `/etc`.
   */
  public static fromHostPath(scope: Construct, id: string, props: HostPathBackupVolumeProps = {}): BackupVolume {
    const hostPath = props.path ?? BACKUP_FOLDER;
    requireBackupFolder('path', hostPath);
    return new BackupVolume(scope, id, { hostPath, singleNode: false }, (self) => ({
      volume: kplus.Volume.fromHostPath(self, 'Volume', 'backup', {
        path: hostPath,
        type: props.mustExist ? kplus.HostPathVolumeType.DIRECTORY : kplus.HostPathVolumeType.DIRECTORY_OR_CREATE,
      }),
    }));
  }

  /**
   * An EBS volume that exists: a PersistentVolume that is never deleted with its claim, bound to this claim only, and attached only in
   * its zone. Needs the driver `ebs.csi.aws.com`.
   *
   * Throws when the id, the zone or the size isn't one that AWS has.
   *
   * @see https://github.com/kubernetes-sigs/aws-ebs-csi-driver/tree/master/examples/kubernetes/static-provisioning
   */
  public static fromEbsVolume(scope: Construct, id: string, props: EbsBackupVolumeProps): BackupVolume {
    requireEbsVolume(props);
    const mountByHand = `mount /dev/DEVICE ${BACKUP_FOLDER}   # the EBS volume ${props.volumeId}, attached to this machine`;
    return new BackupVolume(scope, id, { zone: props.zone, singleNode: true, mountByHand }, (self) => claimOfVolume(self, props.size, 'ReadWriteOnce', {
      csi: { driver: EBS_DRIVER, volumeHandle: props.volumeId, fsType: props.fsType ?? 'ext4' },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE_LABEL, operator: 'In', values: [props.zone] }] }] },
      },
    }));
  }

  /**
   * A new gp3 volume: a StorageClass of its own (encrypted, kept when the claim goes, expandable) and a claim that is bound when the
   * first pod comes, in that pod's zone. Needs the driver `ebs.csi.aws.com`.
   *
   * Throws when size, IOPS, throughput, zone, key or tags are outside of what AWS allows.
   *
   * @see https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
   */
  public static fromEbsStorageClass(scope: Construct, id: string, props: EbsStorageClassBackupVolumeProps): BackupVolume {
    requireEbsStorageClass(props);
    return new BackupVolume(scope, id, { zone: props.zone, singleNode: true }, (self) => claimFromClass(self, props.size, gp3Class(props)));
  }

  /**
   * A PersistentVolumeClaim that is made elsewhere, in the pods' namespace.
   *
   * Throws when the name isn't one that Kubernetes takes.
   *
   * @param claimName The name of the PersistentVolumeClaim.
   */
  public static fromClaimName(scope: Construct, id: string, claimName: string, props: ClaimBackupVolumeProps = {}): BackupVolume {
    requireDnsSubdomain('claim', claimName);
    if (props.zone !== undefined) {
      requireText('zone', props.zone);
    }
    return new BackupVolume(scope, id, { zone: props.zone, singleNode: props.singleNode ?? true }, (self) => mountClaim(self, claimName));
  }

  /**
   * As `fromClaimName`, for a claim of cdk8s-plus-28. With another release of cdk8s-plus, and in other languages than TypeScript, use
   * `fromClaimName` with the claim's `name`.
   *
   * Throws when the claim's name isn't one that Kubernetes takes.
   */
  public static fromPersistentVolumeClaim(scope: Construct, id: string, claim: kplus.IPersistentVolumeClaim,
    props: ClaimBackupVolumeProps = {}): BackupVolume {
    requireGiven({ claim }, 'claim');
    return BackupVolume.fromClaimName(scope, id, claim.name, props);
  }

  /**
   * A folder of an NFS server: a PersistentVolume and a claim bound to it, so that pods need no right to mount NFS themselves. Every node
   * can mount it at the same time. The export must let the pods' user write: root (not squashed) where certificates are files of the
   * node, user and group 65532 otherwise.
   *
   * Throws when the server is no name or address, the path isn't absolute, or an option of the mount has a control character, such as a line
   * break.
   */
  public static fromNfs(scope: Construct, id: string, props: NfsBackupVolumeProps): BackupVolume {
    requireNfs(props);
    const source = { singleNode: false, mountByHand: mountNfs(props, BACKUP_FOLDER) };
    // NFS doesn't use the size. It only has to be the same in the volume and in the claim.
    return new BackupVolume(scope, id, source, (self) => claimOfVolume(self, Size.gibibytes(1), 'ReadWriteMany', {
      nfs: { server: props.server, path: props.path },
      mountOptions: props.mountOptions,
    }));
  }

  /** The volume. Pods of your own can mount it as well. */
  public readonly volume: kplus.Volume;

  /** The name of the PersistentVolumeClaim that pods mount, if the volume has one. */
  public readonly claimName?: string;

  /** The PersistentVolumeClaim that was made for the volume, if one was. */
  public readonly claim?: ApiObject;

  /** The PersistentVolume that was made for the volume, if one was. */
  public readonly persistentVolume?: ApiObject;

  /** The StorageClass that was made for the volume, if one was. */
  public readonly storageClass?: ApiObject;

  /** The folder on the host, if that is where backups are kept. */
  public readonly hostPath?: string;

  /** The only zone in which the volume can be attached, if one is known. */
  public readonly zone?: string;

  /** Whether only one node at a time can mount the volume. */
  public readonly singleNode: boolean;

  private readonly mountByHand?: string;

  private constructor(scope: Construct, id: string, source: Source, make: (self: BackupVolume) => MadeVolume) {
    super(scope, id);
    const made = make(this);
    this.volume = made.volume;
    this.claimName = made.claimName;
    this.claim = made.claim;
    this.persistentVolume = made.persistentVolume;
    this.storageClass = made.storageClass;
    this.hostPath = source.hostPath;
    this.zone = source.zone;
    this.singleNode = source.singleNode;
    this.mountByHand = source.mountByHand;
  }

  /**
   * The folder in which a person finds the backups while the cluster is down, and the command that mounts them there first.
   *
   * @internal
   */
  public _byHand(): { folder: string; mount?: string } {
    if (this.hostPath !== undefined) {
      return { folder: this.hostPath };
    }
    const unknown = `mount DEVICE ${BACKUP_FOLDER}   # the volume of the claim ${this.claimName}, attached to this machine`;
    return { folder: BACKUP_FOLDER, mount: this.mountByHand ?? unknown };
  }
}
