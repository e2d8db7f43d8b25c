import { Duration } from 'cdk8s';
import { Gate } from './gate';
import { NodeOrderProps } from './node-order-props';
import { UpgradeStrategy } from './upgrade-strategy';
import { KubeadmCluster } from '../cluster/kubeadm-cluster';
import { requireSeconds } from '../require/duration';
import { firstDuplicate, requireList } from '../require/list';

/** Which nodes go in which order, checked, with every default filled in. */
export interface NodeOrder {
  /** Names of control planes, in their order; each begins when all before it are done. */
  readonly controlPlanes: string[];
  /** Names of workers, in their order; they begin when all control planes are done. */
  readonly workers: string[];
  /** How many workers may be under way at once. */
  readonly workersAtOnce: number;
  /** The node that takes the place of each of these workers. */
  readonly replacements: { readonly [worker: string]: string };
  /** How long a node must have been Ready before it counts as done. */
  readonly settle: Duration;
  /** What else must hold before another node begins. */
  readonly gates: Gate[];
}

/** Throws when no node is left, when one isn't known, when workers are known by labels only, and when a prop isn't valid. */
export function resolveOrder(cluster: KubeadmCluster, props: NodeOrderProps): NodeOrder {
  const { strategy = UpgradeStrategy.rolling(), skip = [], settle = Duration.minutes(1), gates = [] } = props;
  requireSeconds('settle', settle);
  requireGates(gates);
  const { controlPlanes, workers } = chosenNodes(cluster, skip);
  requireReplaceable(cluster, strategy._replacements, workers);
  return { controlPlanes, workers, workersAtOnce: strategy._workersAtOnce(workers.length), replacements: strategy._replacements, settle, gates };
}

function chosenNodes(cluster: KubeadmCluster, skip: string[]): { controlPlanes: string[]; workers: string[] } {
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

/** Refuses gates that are given twice. */
function requireGates(gates: Gate[]): void {
  requireList('gates', gates);
  const duplicate = firstDuplicate(gates.map(({ _line }) => _line));
  if (duplicate !== undefined) {
    throw new Error(`gates must differ, got twice: ${duplicate.split('\t').slice(0, 3).join(' ')}`);
  }
}

function requireReplaceable(cluster: KubeadmCluster, replacements: { readonly [worker: string]: string }, workers: string[]): void {
  const unknown = Object.keys(replacements).filter((worker) => !workers.includes(worker));
  if (unknown.length > 0) {
    throw new Error(`replacements must be of workers of the cluster, ${workers.join(', ')}, got ${unknown.join(', ')}`);
  }
  const [known] = Object.entries(replacements).filter(([, by]) => [...cluster.controlPlanes, ...cluster.workers].includes(by));
  if (known) {
    throw new Error(`replacements.${known[0]} must be a node that joins with the new version, got ${known[1]}, which is one of the cluster's: `
      + 'leave it out of workers until this upgrade is done');
  }
}
