import { ApiObject, Chart, JsonPatch, Lazy, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { requireObjectName } from '../require/object-name';
import { volumeOf } from '../runtime/internals';

/** A volume that pods mount, and the objects that were made for it. */
export interface MadeVolume {
  readonly volume: kplus.Volume;
  readonly claimName?: string;
  readonly claim?: ApiObject;
  readonly persistentVolume?: ApiObject;
  readonly storageClass?: ApiObject;
}

/** A claim that exists already. */
export function mountClaim(scope: Construct, claimName: string): MadeVolume {
  // Without `readOnly: false`, which cdk8s-plus writes and the API server drops: it would be a difference at every apply.
  return { claimName, volume: volumeOf(scope, 'Volume', 'backup', { persistentVolumeClaim: { claimName } }) };
}

/** A claim for a volume that is made by a StorageClass of its own when the first pod comes. */
export function claimFromClass(scope: Construct, size: Size, spec: kplus.k8s.KubeStorageClassProps): MadeVolume {
  const storageClass = new kplus.k8s.KubeStorageClass(scope, 'StorageClass', spec);
  withoutNamespace(storageClass);
  return { ...newClaim(scope, size, 'ReadWriteOnce', { storageClassName: storageClass.name }), storageClass };
}

/** A PersistentVolume for storage that exists outside of the cluster, and a claim. Each is bound only to the other. */
export function claimOfVolume(scope: Construct, size: Size, accessMode: string, spec: kplus.k8s.PersistentVolumeSpec): MadeVolume {
  const { namespace } = Chart.of(scope);
  const persistentVolume = new kplus.k8s.KubePersistentVolume(scope, 'PersistentVolume', {
    spec: {
      capacity: { storage: quantityOf(size) },
      accessModes: [accessMode],
      persistentVolumeReclaimPolicy: 'Retain',
      // Binds the volume to this claim. It needs a namespace, so it is set only if the chart has one.
      claimRef: namespace ? { namespace, name: Lazy.any({ produce: () => ApiObject.of(scope.node.findChild('Claim')).name }) } : undefined,
      ...spec,
    },
  });
  withoutNamespace(persistentVolume);
  // An empty class keeps provisioners and the default class away; volumeName binds the claim to this volume.
  return { ...newClaim(scope, size, accessMode, { storageClassName: '', volumeName: persistentVolume.name }), persistentVolume };
}

function newClaim(scope: Construct, size: Size, accessMode: string, spec: kplus.k8s.PersistentVolumeClaimSpec): MadeVolume {
  const claim = new kplus.k8s.KubePersistentVolumeClaim(scope, 'Claim', {
    spec: { accessModes: [accessMode], resources: { requests: { storage: quantityOf(size) } }, ...spec },
  });
  requireObjectName(claim);
  return { ...mountClaim(scope, claim.name), claim };
}

/** cdk8s gives the chart's namespace to all its objects, also to those that have no namespace. */
function withoutNamespace(object: ApiObject): void {
  if (Chart.of(object).namespace) {
    object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  }
}

function quantityOf(size: Size): kplus.k8s.Quantity {
  return kplus.k8s.Quantity.fromString(`${size.toGibibytes()}Gi`);
}
