import { firstDuplicate, requireList } from '../require/list';
import { requireDnsSubdomain } from '../require/names';

/** What may be said of control planes by their names. */
interface ByNode {
  readonly addresses?: { readonly [node: string]: string };
  readonly zones?: { readonly [node: string]: string };
}

/** Refuses what can't be the control planes of a cluster, and addresses and zones of machines that are none. */
export function requireControlPlanes(nodes: string[], { addresses = {}, zones = {} }: ByNode): void {
  requireList('controlPlanes', nodes);
  if (nodes.length === 0) {
    throw new Error('controlPlanes must name at least one node, got none');
  }
  nodes.forEach(node => requireDnsSubdomain('controlPlanes', node));
  const duplicate = firstDuplicate(nodes);
  if (duplicate !== undefined) {
    throw new Error(`controlPlanes must differ, got ${JSON.stringify(duplicate)} twice`);
  }
  for (const [prop, byNode] of Object.entries({ addresses, zones })) {
    const unknown = Object.keys(byNode).find(node => !nodes.includes(node));
    if (unknown !== undefined) {
      throw new Error(`${prop} must be of the control planes ${nodes.join(', ')}, got one of ${JSON.stringify(unknown)}`);
    }
  }
}
