import { ApiObject, Chart, JsonPatch, Lazy, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { EbsStorageClassProps, EbsVolumeProps, HostPathBackupVolumeProps, NfsBackupVolumeProps } from './backup-volume-props';
import { EBS_DRIVER, requireEbsStorageClass, requireEbsVolume, ZONE_LABEL } from './ebs';
import { requireBackupFolder } from './host-folder';
import { mountNfs, requireNfs } from './nfs';
import { requireGiven } from '../require/given';
import { requireDnsSubdomain } from '../require/names';
import { requireObjectName } from '../require/object-name';

/** Where the runbook tells a person to mount what is no folder of the host. */
const MOUNTED_BY_HAND = '/mnt/backup';

/** Where a volume comes from, and what follows for the pods that mount it. */
interface Source {
  readonly hostPath?: string;
  readonly zone?: string;
  readonly singleNode: boolean;
  /** How a person mounts it in a shell, where it is neither a folder of the host nor an unknown claim's. */
  readonly mountByHand?: string;
}

/**
 * Where backups are kept. Every cluster has a folder of its own in it, so many clusters may share one.
 */
export class BackupVolume extends Construct {
  /**
   * A folder of the node. Pods that use it write as root and need a namespace that allows `hostPath`
   * (`pod-security.kubernetes.io/enforce: privileged`).
   *
   * Throws when the path isn't absolute, or is a folder of the system's own, such as `/` or `/etc`.
   */
  public static fromHostPath(scope: Construct, id: string, props: HostPathBackupVolumeProps = {}): BackupVolume {
    const hostPath = props.path ?? '/mnt/backup';
    requireBackupFolder('path', hostPath);
    return new BackupVolume(scope, id, { hostPath, singleNode: false }, (volume) =>
      kplus.Volume.fromHostPath(volume, 'Volume', 'backup', {
        path: hostPath,
        type: props.type ?? kplus.HostPathVolumeType.DIRECTORY_OR_CREATE,
      }));
  }

  /**
   * An EBS volume that exists: a PersistentVolume that is never deleted with its claim, bound to this claim only, and attached only in
   * its zone. Needs the driver `ebs.csi.aws.com`.
   *
   * Throws when the id, the zone or the size is none that AWS has.
   *
   * @see https://github.com/kubernetes-sigs/aws-ebs-csi-driver/tree/master/examples/kubernetes/static-provisioning
   */
  public static fromEbsVolume(scope: Construct, id: string, props: EbsVolumeProps): BackupVolume {
    requireEbsVolume(props);
    return BackupVolume.fromStaticVolume(scope, id, props.size, 'ReadWriteOnce', {
      zone: props.zone,
      singleNode: true,
      mountByHand: `mount /dev/DEVICE ${MOUNTED_BY_HAND}   # the EBS volume ${props.volumeId}, attached to this machine`,
    }, {
      csi: { driver: EBS_DRIVER, volumeHandle: props.volumeId, fsType: props.fsType ?? 'ext4' },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE_LABEL, operator: 'In', values: [props.zone] }] }] },
      },
    });
  }

  /**
   * A new gp3 volume: a StorageClass of its own (encrypted, kept when the claim goes, expandable) and a claim that is bound when the
   * first pod comes, in that pod's zone. Needs the driver `ebs.csi.aws.com`.
   *
   * Throws when size, IOPS, throughput, zone, key or tags are outside of what AWS allows.
   *
   * @see https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
   */
  public static fromEbsStorageClass(scope: Construct, id: string, props: EbsStorageClassProps): BackupVolume {
    requireEbsStorageClass(props);
    const tags = Object.entries(props.tags ?? {}).map(([key, value], i) => [`tagSpecification_${i + 1}`, `${key}=${value}`]);
    return BackupVolume.fromNewClaim(scope, id, { zone: props.zone, singleNode: true }, (volume) => {
      const storageClass = new kplus.k8s.KubeStorageClass(volume, 'StorageClass', {
        provisioner: EBS_DRIVER,
        parameters: {
          'type': 'gp3',
          'encrypted': 'true',
          'csi.storage.k8s.io/fstype': props.fsType ?? 'ext4',
          ...props.kmsKeyId && { kmsKeyId: props.kmsKeyId },
          ...props.iops && { iops: String(props.iops) },
          ...props.throughput && { throughput: String(props.throughput) },
          ...Object.fromEntries(tags),
        },
        reclaimPolicy: 'Retain',
        volumeBindingMode: 'WaitForFirstConsumer',
        allowVolumeExpansion: true,
        ...props.zone && { allowedTopologies: [{ matchLabelExpressions: [{ key: ZONE_LABEL, values: [props.zone] }] }] },
      });
      withoutNamespace(storageClass);
      return claimSpec(props.size, 'ReadWriteOnce', { storageClassName: storageClass.name });
    });
  }

  /**
   * A claim that is made elsewhere, as `kplus.PersistentVolumeClaim.fromClaimName(chart, 'claim', 'backups')`, in the pods' namespace.
   *
   * Throws when the claim's name is none that Kubernetes has.
   */
  public static fromPersistentVolumeClaim(scope: Construct, id: string, claim: kplus.IPersistentVolumeClaim): BackupVolume {
    requireGiven({ claim }, 'claim');
    requireDnsSubdomain('claim', claim.name);
    return new BackupVolume(scope, id, { singleNode: false }, (volume) => BackupVolume.mountClaim(volume, claim));
  }

  /**
   * A folder of an NFS server: a PersistentVolume and a claim bound to it, so that pods need no right to mount NFS themselves. Every node
   * can mount it at the same time. The export must let the pods' user write: root (not squashed) where certificates are files of the
   * node, user and group 65532 otherwise.
   *
   * Throws when the server is no name or address, the path isn't absolute, or an option of the mount has a line break.
   */
  public static fromNfs(scope: Construct, id: string, props: NfsBackupVolumeProps): BackupVolume {
    requireNfs(props);
    const source = { singleNode: false, mountByHand: mountNfs(props, MOUNTED_BY_HAND) };
    // NFS has no size of its own; the number only has to be the same on both sides.
    return BackupVolume.fromStaticVolume(scope, id, Size.gibibytes(1), 'ReadWriteMany', source, {
      nfs: { server: props.server, path: props.path },
      mountOptions: props.mountOptions,
    });
  }

  private static fromStaticVolume(scope: Construct, id: string, size: Size, accessMode: string, source: Source,
    spec: kplus.k8s.PersistentVolumeSpec): BackupVolume {
    return BackupVolume.fromNewClaim(scope, id, source, (volume) => {
      const persistentVolume = new kplus.k8s.KubePersistentVolume(volume, 'PersistentVolume', {
        spec: {
          capacity: { storage: kplus.k8s.Quantity.fromString(`${size.toGibibytes()}Gi`) },
          accessModes: [accessMode],
          persistentVolumeReclaimPolicy: 'Retain',
          // No class, and for the claim expressly none, and the claim names this volume: no provisioner steps in, and no default class.
          // Kept for this claim; in which namespace it comes is known only where the chart says so.
          claimRef: Chart.of(volume).namespace
            ? { namespace: Chart.of(volume).namespace, name: Lazy.any({ produce: () => ApiObject.of(volume.node.findChild('Claim')).name }) }
            : undefined,
          ...spec,
        },
      });
      withoutNamespace(persistentVolume);
      return claimSpec(size, accessMode, { storageClassName: '', volumeName: persistentVolume.name });
    });
  }

  private static fromNewClaim(scope: Construct, id: string, source: Source,
    build: (volume: Construct) => kplus.k8s.PersistentVolumeClaimSpec): BackupVolume {
    return new BackupVolume(scope, id, source, (volume) => {
      const claim = new kplus.k8s.KubePersistentVolumeClaim(volume, 'Claim', { spec: build(volume) });
      requireObjectName(claim);
      return BackupVolume.mountClaim(volume, kplus.PersistentVolumeClaim.fromClaimName(volume, 'ImportedClaim', claim.name));
    });
  }

  private static mountClaim(scope: Construct, claim: kplus.IPersistentVolumeClaim): kplus.Volume {
    return kplus.Volume.fromPersistentVolumeClaim(scope, 'Volume', claim, { name: 'backup' });
  }

  /** The volume, to be mounted by pods of your own as well. */
  public readonly volume: kplus.Volume;

  /** The folder on the host, if that is where backups are kept. */
  public readonly hostPath?: string;

  /** The zone outside of which the volume can't be attached, if there is one. */
  public readonly zone?: string;

  /** Whether only one node at a time can have the volume. */
  public readonly singleNode: boolean;

  private readonly mountByHand?: string;

  private constructor(scope: Construct, id: string, source: Source, build: (self: BackupVolume) => kplus.Volume) {
    super(scope, id);
    this.volume = build(this);
    this.hostPath = source.hostPath;
    this.zone = source.zone;
    this.singleNode = source.singleNode;
    this.mountByHand = source.mountByHand;
  }

  /**
   * The folder in which a person finds the backups with the cluster down, and what has to be typed before.
   * @internal
   */
  public _byHand(): { folder: string; mount?: string } {
    if (this.hostPath !== undefined) {
      return { folder: this.hostPath };
    }
    const claim = this.volume._toKube().persistentVolumeClaim?.claimName;
    return { folder: MOUNTED_BY_HAND, mount: this.mountByHand ?? `mount DEVICE ${MOUNTED_BY_HAND}   # the volume of the claim ${claim}, attached to this machine` };
  }
}

/** cdk8s gives the chart's namespace to all its objects, also to those that belong to the whole cluster. */
function withoutNamespace(object: ApiObject): void {
  if (Chart.of(object).namespace) {
    object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  }
}

function claimSpec(size: Size, accessMode: string, rest: kplus.k8s.PersistentVolumeClaimSpec): kplus.k8s.PersistentVolumeClaimSpec {
  return {
    accessModes: [accessMode],
    resources: { requests: { storage: kplus.k8s.Quantity.fromString(`${size.toGibibytes()}Gi`) } },
    ...rest,
  };
}
