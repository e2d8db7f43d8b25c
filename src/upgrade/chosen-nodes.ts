import { KubeadmCluster } from '../cluster/kubeadm-cluster';

/** The nodes of a cluster without those that are skipped. Throws when none is left, when one isn't known, and when workers are known by labels only. */
export function chosenNodes(cluster: KubeadmCluster, skip: string[]): { controlPlanes: string[]; workers: string[] } {
  requireNamedWorkers(cluster);
  const all = [...cluster.controlPlanes, ...cluster.workers];
  const unknown = skip.filter((node) => !all.includes(node));
  if (unknown.length > 0) {
    throw new Error(`skip must be nodes of the cluster, ${all.join(', ')}, got ${unknown.join(', ')}`);
  }
  const rest = (nodes: string[]) => nodes.filter((node) => !skip.includes(node));
  if (rest(all).length === 0) {
    throw new Error('skip must leave a node, got all of them: leave the construct out');
  }
  return { controlPlanes: rest(cluster.controlPlanes), workers: rest(cluster.workers) };
}

function requireNamedWorkers({ workerLabels }: KubeadmCluster): void {
  if (Object.keys(workerLabels).length > 0) {
    throw new Error('the cluster\'s workers must be named, got workerLabels: each node has a Job of its own, so name them in workers');
  }
}

/** Refuses a node that isn't one of the cluster's. */
export function requireNodeOf(cluster: KubeadmCluster, node: string): void {
  const known = [...cluster.controlPlanes, ...cluster.workers];
  if (!known.includes(node) && Object.keys(cluster.workerLabels).length === 0) {
    throw new Error(`node must be one of the cluster's, ${known.join(', ')}, got ${JSON.stringify(node)}: name it in controlPlanes or workers`);
  }
}
