import { defaultKubernetes, kubernetesRelease } from './versions';

export type NodeRole = 'control-plane' | 'worker' | 'etcd';

/** What a cluster is made of. */
export interface Topology {
  /** Letters, digits and hyphens; also the name of the cluster unless another is chosen. */
  readonly name: string;
  readonly controlPlanes: number;
  /** @default 0 - Jobs run on the control planes, whose taint is removed */
  readonly workers?: number;
  /** Members of an etcd cluster of its own, under systemd. @default 0 - etcd runs on the control planes, as static pods */
  readonly etcdMembers?: number;
  /** @default 1.34.4 */
  readonly kubernetes?: string;
  /** @default - the version that kubeadm of this release starts */
  readonly etcd?: string;
}

export interface NodePlan {
  readonly name: string;
  readonly role: NodeRole;
  readonly address: string;
  /** The pods of this node have addresses out of it. */
  readonly podSubnet: string;
}

/** A topology with every default filled in. */
export interface Plan {
  readonly topology: string;
  readonly kubernetes: string;
  readonly etcd: string;
  readonly pause: string;
  readonly nodes: NodePlan[];
}

const single: Topology = { name: 'single', controlPlanes: 1 };
const ha: Topology = { name: 'ha', controlPlanes: 3, workers: 1 };
const externalEtcd: Topology = { name: 'external-etcd', controlPlanes: 1, etcdMembers: 3 };

/** Topologies with a name. Another is made out of one of them: `{ ...topologies.ha, workers: 2 }`. */
export const topologies: readonly Topology[] = [single, ha, externalEtcd];

/** Throws when no topology has this name. */
export function topologyNamed(name: string): Topology {
  const found = topologies.find((topology) => topology.name === name);
  if (found) return found;
  throw new Error(`topology must be one of ${topologies.map((topology) => topology.name).join(', ')}, got ${JSON.stringify(name)}`);
}

/** Every cluster has this network to itself, so all of them can use the same addresses. */
export const network = { gateway: '10.77.0.1', prefixLength: 24 };

/** The host part of the address of the first node of each role. */
const firstHost: Record<NodeRole, number> = { 'control-plane': 11, 'worker': 21, 'etcd': 31 };
const prefix: Record<NodeRole, string> = { 'control-plane': 'cp', 'worker': 'w', 'etcd': 'etcd' };

/**
 * Says which nodes with which addresses a topology has.
 *
 * Throws when a number of nodes is out of range, the name is no name, or the lab doesn't have a version.
 */
export function planOf(topology: Topology): Plan {
  const { name, controlPlanes, workers = 0, etcdMembers = 0 } = topology;
  assertClusterName(name);
  assertCount(name, 'controlPlanes', controlPlanes, 1);
  assertCount(name, 'workers', workers, 0);
  assertCount(name, 'etcdMembers', etcdMembers, 0);
  const release = kubernetesRelease(topology.kubernetes ?? defaultKubernetes);
  const etcd = topology.etcd ?? release.etcd;
  // Minors of etcd have had one digit since 3.0.
  if (etcdMembers === 0 && etcd.slice(0, 3) < release.oldestEtcd) {
    throw new Error(`etcd of topology ${name} must be ${release.oldestEtcd} or newer, got ${etcd}: kubeadm ${release.version} gives it flags that older ones don't know`);
  }
  return {
    topology: name,
    kubernetes: release.version,
    etcd,
    pause: release.pause,
    nodes: [...nodes('control-plane', controlPlanes), ...nodes('worker', workers), ...nodes('etcd', etcdMembers)],
  };
}

/** Throws unless the text can be part of the names of files, control groups and nodes. */
export function assertClusterName(name: string): void {
  if (!/^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/.test(name)) {
    throw new Error(`a cluster's name must be 1 to 30 lower-case letters, digits and hyphens, got ${JSON.stringify(name)}`);
  }
}

function assertCount(topology: string, prop: string, count: number, least: number): void {
  if (!Number.isInteger(count) || count < least || count > 7) {
    throw new Error(`${prop} of topology ${topology} must be a whole number from ${least} to 7, got ${count}`);
  }
}

function nodes(role: NodeRole, count: number): NodePlan[] {
  return Array.from({ length: count }, (_, index) => {
    const host = firstHost[role] + index;
    return { name: `${prefix[role]}${index + 1}`, role, address: `10.77.0.${host}`, podSubnet: `10.244.${host}.0/24` };
  });
}
