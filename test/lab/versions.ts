/**
 * The Kubernetes releases that the lab is tried with, and the etcd that kubeadm of each starts: `DefaultEtcdVersion` and
 * `PauseVersion` in kubeadm's `app/constants/constants.go`.
 */
export interface KubernetesRelease {
  readonly version: string;
  readonly etcd: string;
  readonly pause: string;
  /** The oldest minor of etcd whose flags kubeadm knows; an etcd outside the cluster may be older. */
  readonly oldestEtcd: string;
}

export const kubernetesReleases: readonly KubernetesRelease[] = [
  { version: '1.34.4', etcd: '3.6.5', pause: '3.10.1', oldestEtcd: '3.5' },
  { version: '1.35.4', etcd: '3.6.6', pause: '3.10.1', oldestEtcd: '3.5' },
  { version: '1.36.3', etcd: '3.6.8', pause: '3.10.2', oldestEtcd: '3.6' },
  { version: '1.37.2', etcd: '3.7.0', pause: '3.10.2', oldestEtcd: '3.6' },
];

export const defaultKubernetes = '1.34.4';

/**
 * Finds a release by `1.34.4`, `v1.34.4` or `1.34`.
 *
 * Throws when the lab doesn't have it.
 */
export function kubernetesRelease(version: string): KubernetesRelease {
  const plain = version.replace(/^v/, '');
  const found = kubernetesReleases.find((release) => release.version === plain || release.version.startsWith(`${plain}.`));
  if (found) return found;
  const known = kubernetesReleases.map((release) => release.version).join(', ');
  throw new Error(`kubernetes version must be one of ${known}, got ${JSON.stringify(version)}: add a line to test/lab/versions.ts for another`);
}
