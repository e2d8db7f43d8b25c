import { requireHost, sameHost } from './endpoint';
import { firstDuplicate, requireList } from '../require/list';
import { requireDnsSubdomain } from '../require/names';

/** What may be said of nodes, by their names. */
export interface ByNode {
  readonly addresses?: { readonly [node: string]: string };
  readonly zones?: { readonly [node: string]: string };
}

/** Refuses what can't be the control planes of a cluster, and addresses and zones of other machines. */
export function requireControlPlanes(nodes: string[], byNode: ByNode): void {
  requireNodes('controlPlanes', nodes);
  if (nodes.length === 0) {
    throw new Error('controlPlanes must name at least one node, got none');
  }
  requireOf('the control planes', nodes, byNode);
}

/** Refuses what can't be the workers of a cluster with these control planes, and addresses and zones of other machines. */
export function requireWorkers(workers: string[], controlPlanes: string[], byNode: ByNode): void {
  requireNodes('workers', workers);
  const both = workers.find(node => controlPlanes.includes(node));
  if (both !== undefined) {
    throw new Error(`workers must be none of controlPlanes, got ${JSON.stringify(both)} in both: leave it out of one`);
  }
  requireOf('the nodes', [...controlPlanes, ...workers], byNode);
  const addresses = Object.entries(byNode.addresses ?? {});
  addresses.forEach(([node, address], index) => {
    requireHost(`address of ${node}`, address);
    const twin = addresses.slice(0, index).find(([, other]) => sameHost(other, address));
    if (twin) {
      throw new Error(`addresses must differ, got ${address} for ${twin[0]} and ${node}: set addresses to those of each`);
    }
  });
}

/** The entries of these nodes alone. */
export function ofNodes<Value>(nodes: string[], byNode: { readonly [node: string]: Value } = {}): { [node: string]: Value } {
  return Object.fromEntries(Object.entries(byNode).filter(([node]) => nodes.includes(node)));
}

function requireNodes(prop: string, nodes: string[]): void {
  requireList(prop, nodes);
  nodes.forEach(node => requireDnsSubdomain(prop, node));
  const duplicate = firstDuplicate(nodes);
  if (duplicate !== undefined) {
    throw new Error(`${prop} must differ, got ${JSON.stringify(duplicate)} twice`);
  }
}

function requireOf(what: string, nodes: string[], { addresses = {}, zones = {} }: ByNode): void {
  for (const [prop, byNode] of Object.entries({ addresses, zones })) {
    const unknown = Object.keys(byNode).find(node => !nodes.includes(node));
    if (unknown !== undefined) {
      throw new Error(`${prop} must name only ${what} ${nodes.join(', ')}, got ${JSON.stringify(unknown)}`);
    }
  }
}
