import assert from 'node:assert/strict';
import { HostRecord } from './host-record';
import { Kubernetes } from './kubernetes';
import { NodeAccess } from '../../lab/node-access';

/** When an operation changed a node, by its log: times in seconds. */
export interface Interval {
  readonly node: string;
  readonly from: number;
  readonly to: number;
}

/** From the step with which an operation begins to change a node until its last one. */
export async function intervalOf(node: NodeAccess, operation: string, firstStep: string): Promise<Interval> {
  const log = await new HostRecord(node, operation).log();
  const beginOf = (step: string) => {
    const line = log.split('\n').find((each) => each.includes(` ${step}: begins`));
    assert.ok(line, `${node.name} has not begun ${step}:\n${log}`);
    return Date.parse(line.split(' ')[0]) / 1000;
  };
  return { node: node.name, from: beginOf(firstStep), to: beginOf('finish') };
}

/** On how many nodes at once there was work. */
export function mostAtOnce(all: readonly Interval[]): number {
  return Math.max(...all.map(({ from }) => all.filter((other) => other.from <= from && from < other.to).length));
}

/** What the API says of a node, and which of its labels and annotations are this library's. */
export interface NodeAsSeen {
  readonly name: string;
  readonly version: string;
  readonly ready: string;
  readonly cordoned: boolean;
  readonly labels: string[];
  readonly annotations: string[];
}

export async function nodesAsSeen(kubernetes: Kubernetes): Promise<NodeAsSeen[]> {
  const own = (texts: object) => Object.keys(texts).filter((key) => key.startsWith('cdk8s-day2/'));
  const { items } = await kubernetes.get('nodes');
  return items.map(({ metadata, spec, status }: any) => ({
    name: metadata.name,
    version: status.nodeInfo.kubeletVersion,
    ready: status.conditions.find(({ type }: any) => type === 'Ready').status,
    cordoned: spec.unschedulable ?? false,
    labels: own(metadata.labels),
    annotations: own(metadata.annotations),
  }));
}
