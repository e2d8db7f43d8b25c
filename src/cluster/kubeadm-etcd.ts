/** A tag of the etcd image, and the first patch release of a Kubernetes minor whose kubeadm starts it. */
interface EtcdTag {
  readonly fromPatch: number;
  readonly tag: string;
}

/**
 * The etcd tags that `kubeadm config images list` prints, by Kubernetes minor. Patch releases have changed them: `14=3.5.24-0` means from patch
 * release 14 on.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/cmd/kubeadm/app/constants/constants.go `SupportedEtcdVersion`
 */
const ETCD_TAGS: Record<number, string> = {
  20: '0=3.4.13-0',
  21: '0=3.4.13-0',
  22: '0=3.5.0-0 17=3.5.6-0',
  23: '0=3.5.1-0 14=3.5.5-0 15=3.5.6-0',
  24: '0=3.5.3-0 8=3.5.5-0 9=3.5.6-0',
  25: '0=3.5.4-0 4=3.5.5-0 5=3.5.6-0 15=3.5.9-0',
  26: '0=3.5.6-0 10=3.5.9-0 13=3.5.10-0',
  27: '0=3.5.7-0 7=3.5.9-0 10=3.5.10-0 12=3.5.12-0',
  28: '0=3.5.9-0 6=3.5.10-0 8=3.5.12-0 14=3.5.15-0',
  29: '0=3.5.10-0 3=3.5.12-0 9=3.5.15-0 11=3.5.16-0',
  30: '0=3.5.12-0 5=3.5.15-0',
  31: '0=3.5.15-0 14=3.5.24-0',
  32: '0=3.5.16-0 10=3.5.24-0',
  33: '0=3.5.21-0 6=3.5.24-0',
  34: '0=3.6.4-0 2=3.6.5-0',
  35: '0=3.6.6-0',
  36: '0=3.6.8-0',
  37: '0=3.7.0-0',
};

/**
 * The tag of the etcd image that kubeadm starts.
 *
 * @param patch Infinity for the newest known patch release
 */
export function etcdTagOfKubeadm(minor: number, patch: number): string {
  const line = ETCD_TAGS[minor];
  if (line === undefined) {
    const minors = Object.keys(ETCD_TAGS);
    throw new Error(`the etcd of kubernetes 1.${minor} is not known here, only those of 1.${minors[0]} to 1.${minors[minors.length - 1]}: `
      + 'set image of EtcdCluster.kubeadm, such as registry.k8s.io/etcd:3.6.8-0, to what /etc/kubernetes/manifests/etcd.yaml names on a control plane');
  }
  return line.split(' ').map(parse).filter(known => known.fromPatch <= patch).pop()!.tag;
}

function parse(entry: string): EtcdTag {
  const [fromPatch, tag] = entry.split('=');
  return { fromPatch: Number(fromPatch), tag };
}

/** The first tag of Kubernetes' image of etcd 3.6 that has etcdutl. */
export const FIRST_TAG_WITH_TOOLS = '3.6.5-0';

/** A tag of Kubernetes' etcd image whose tools can't check a snapshot. */
export interface ToollessTag {
  /** The version in the tag: `3.6.4`. */
  readonly version: string;
  /** What follows the version in the tag: `-0`, or more where somebody has built an image from Kubernetes'. */
  readonly suffix: string;
}

/**
 * The parts of a tag of Kubernetes' etcd 3.6.0 to 3.6.4, whose image has no tool that checks or restores snapshots; undefined for other tags.
 *
 * Kubernetes' images are without etcdutl up to 3.5.21 and 3.6.4. Up to 3.5 nothing is missing, because etcdctl checks and restores snapshots,
 * too; from 3.6 on only etcdutl does.
 *
 * @see https://github.com/etcd-io/etcd/blob/main/CHANGELOG/CHANGELOG-3.6.md#etcdctl-v3
 */
export function toollessTag(tag: string): ToollessTag | undefined {
  const [, version, suffix] = /^v?(3\.6\.[0-4](?!\d))(.*)$/.exec(tag) ?? [];
  return version === undefined ? undefined : { version, suffix };
}
