import { createHash } from 'crypto';
import { SnapshotNodes } from './snapshot-nodes';
import { EtcdCluster } from '../cluster/etcd-cluster';
import { BackupVolume } from '../storage/backup-volume';

/** Where the pods of one workload may run. */
export interface Placement {
  /** The workload's id within the construct. */
  readonly id: string;
  /** Names of the nodes on which the pods may run; empty for any node. */
  readonly nodes: string[];
}

/** One workload for all control planes, or one for each. Throws when a pod could never run, and when backups would scatter. */
export function placements(cluster: EtcdCluster, volume: BackupVolume, nodes: SnapshotNodes): Placement[] {
  return nodes._everyMember ? onEveryMember(cluster, volume) : [{ id: 'Resource', nodes: together(cluster, volume, nodes._node) }];
}

function onEveryMember(cluster: EtcdCluster, volume: BackupVolume): Placement[] {
  const planes = cluster.controlPlanes;
  if (cluster.isExternal) {
    throw new Error(`nodes can't be SnapshotNodes.everyMember() for the external etcd cluster ${cluster.name}: its members are on none of the cluster's nodes, `
      + 'so leave nodes out, or name one');
  }
  if (volume.singleNode && planes.length > 1) {
    throw new Error(`SnapshotNodes.everyMember() needs a volume that ${planes.length} nodes can have at the same time, got one that is for a single node: `
      + 'use BackupVolume.fromHostPath or fromNfs, name a node, or set singleNode: false for a claim that is ReadWriteMany');
  }
  const beyond = cluster.controlPlanes.find((name) => !attachable(cluster, volume).includes(name));
  if (beyond !== undefined) {
    throw new Error(`SnapshotNodes.everyMember() needs a volume that all control planes can attach, got one in zone ${volume.zone}, where ${beyond} is not: `
      + 'name a node in it, or use BackupVolume.fromHostPath or fromNfs');
  }
  return planes.map((name) => ({ id: idOf(name, planes), nodes: [name] }));
}

function together(cluster: EtcdCluster, volume: BackupVolume, node?: string): string[] {
  const planes = cluster.controlPlanes;
  if (volume.hostPath !== undefined && node === undefined && planes.length !== 1) {
    throw new Error(`volume is the folder ${volume.hostPath} of whichever node the pod runs on, so backups of ${cluster.name} would scatter over `
      + `${cluster.isExternal ? 'all nodes' : planes.join(', ')}: set nodes, as nodes: SnapshotNodes.named('${planes[0] ?? 'worker-1'}')`
      + `${cluster.isExternal ? ', or use another volume' : ', or SnapshotNodes.everyMember() to keep a backup on each'}`);
  }
  if (cluster.isExternal) {
    const { hostFolder } = cluster.certificates ?? {};
    if (hostFolder !== undefined && node === undefined) {
      throw new Error(`nodes must name one for the external etcd cluster ${cluster.name}: its certificates are files in ${hostFolder} `
        + 'of a node, or use EtcdCertificates.fromSecretName, for pods on any node');
    }
    return node === undefined ? [] : [node];
  }
  if (node !== undefined && !planes.includes(node)) {
    throw new Error(`nodes must name one of the control planes of ${cluster.name} (${planes.join(', ')}), got ${node}: etcd's certificates are there only`);
  }
  const candidates = attachable(cluster, volume);
  if (node !== undefined && !candidates.includes(node)) {
    throw new Error(`volume is in zone ${volume.zone} and can't be attached to node ${node} in another zone: `
      + `choose one of ${candidates.join(', ')}, or a volume in that node's zone`);
  }
  return node === undefined ? candidates : [node];
}

/**
 * The workload's id, without dots. Names of objects are made from it: a name that is cut at a dot is invalid, and a dot is a surprise in a pod's
 * host name.
 */
function idOf(node: string, nodes: string[]): string {
  const id = node.replaceAll('.', '-');
  const isTaken = nodes.some((other) => other !== node && other.replaceAll('.', '-') === id);
  return isTaken && id !== node ? `${id}-${createHash('sha256').update(node).digest('hex').slice(0, 8)}` : id;
}

/** The control planes on which the volume can be attached, as far as zones are known. */
function attachable(cluster: EtcdCluster, volume: BackupVolume): string[] {
  const candidates = cluster.members.filter(({ zone }) => volume.zone === undefined || zone === undefined || zone === volume.zone);
  if (candidates.length === 0) {
    throw new Error(`volume is in zone ${volume.zone}, where none of the control planes of ${cluster.name} is `
      + `(${cluster.members.map(({ name, zone }) => `${name} in ${zone}`).join(', ')}): use a volume in one of their zones`);
  }
  return candidates.map(({ name }) => name);
}
