import { EtcdVersion } from './etcd-version';
import { etcdTagOfKubeadm } from './kubeadm-etcd';
import { requireText } from '../require/text';

/**
 * A version of Kubernetes as kubeadm installs it, and the etcd that comes with it.
 */
export class KubernetesVersion {
  /**
   * Parses a version of Kubernetes.
   *
   * Throws when the text isn't a version of Kubernetes 1 with a minor of 20 or newer.
   *
   * @param version `1.34.4`, `v1.34.4`, or `1.34` for the newest patch release that this library knows.
   */
  public static of(version: string): KubernetesVersion {
    requireText('kubernetes version', version);
    const match = /^v?1\.(\d+)(?:\.(\d+)(?:[-+_].*)?)?$/.exec(version);
    if (!match) {
      throw new Error(`kubernetes version must be such as 1.34.4, v1.34.4 or 1.34, got ${JSON.stringify(version)}`);
    }
    const minor = Number(match[1]);
    if (minor < 20) {
      throw new Error(`kubernetes version must be 1.20 or newer, got ${JSON.stringify(version)}: older ones are not supported`);
    }
    return new KubernetesVersion(1, minor, match[2] === undefined ? undefined : Number(match[2]));
  }

  private constructor(
    /** The major version, the 1 of 1.34.4. */
    public readonly major: number,
    /** The minor version, the 34 of 1.34.4. */
    public readonly minor: number,
    /** The patch version, the 4 of 1.34.4; left out when only the minor is known. */
    public readonly patch?: number,
  ) {}

  /**
   * The etcd that kubeadm of this version starts.
   *
   * Throws when the minor is newer than those this library knows: set `image` of `EtcdCluster.kubeadm` then.
   * Where somebody has changed the etcd of the nodes, read it from a node's manifest by `EtcdCluster.fromStaticPodManifest`.
   */
  public get etcdVersion(): EtcdVersion {
    return EtcdVersion.of(etcdTagOfKubeadm(this.minor, this.newestPatch));
  }

  /**
   * The image of the etcd that kubeadm of this version starts, for example `registry.k8s.io/etcd:3.6.5-0`.
   *
   * Throws when the minor is newer than those this library knows: set `image` of `EtcdCluster.kubeadm` then.
   */
  public get etcdImage(): string {
    return `${this.imageRegistry}/etcd:${etcdTagOfKubeadm(this.minor, this.newestPatch)}`;
  }

  /**
   * Whether a Job can say which exit codes make another try pointless.
   *
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
   */
  public get supportsPodFailurePolicy(): boolean {
    return this.minor >= 26;
  }

  /**
   * Whether the published schema of a Job requires `onPodConditions` in every rule of its pod failure policy, though API servers don't.
   *
   * @internal
   * @see https://github.com/kubernetes/kubernetes/pull/120204
   */
  public get _requiresOnPodConditions(): boolean {
    return this.supportsPodFailurePolicy && this.minor < 29;
  }

  /**
   * Orders versions: negative when this one is older than the other, positive when it is newer, 0 when they are the same.
   * A version without a patch is the same as every version of its minor, so that 1.34.4 is at least 1.34.
   */
  public compareTo(other: KubernetesVersion): number {
    return this.minor - other.minor || (this.patch ?? other.patch ?? 0) - (other.patch ?? this.patch ?? 0);
  }

  /** Whether this version is the other one or a newer one. */
  public isAtLeast(other: KubernetesVersion): boolean {
    return this.compareTo(other) >= 0;
  }

  /** The version as it was given, without a `v`: `1.34.4` or `1.34`. */
  public toString(): string {
    return this.patch === undefined ? `1.${this.minor}` : `1.${this.minor}.${this.patch}`;
  }

  /**
   * The registry from which kubeadm pulls: registry.k8s.io since 1.25, and since the patch releases of December 2022 of the three minors before.
   *
   * @see https://kubernetes.io/blog/2022/11/28/registry-k8s-io-faster-cheaper-ga/
   */
  private get imageRegistry(): string {
    const backportedIn = new Map([[22, 17], [23, 15], [24, 9]]).get(this.minor);
    const backported = backportedIn !== undefined && this.newestPatch >= backportedIn;
    return this.minor >= 25 || backported ? 'registry.k8s.io' : 'k8s.gcr.io';
  }

  private get newestPatch(): number {
    return this.patch ?? Infinity;
  }
}
