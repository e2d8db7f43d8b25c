import { firstDuplicate, requireDnsSubdomain } from './names';

/** Refuses what can't be the control planes of a cluster, and addresses of machines that are none. */
export function requireControlPlanes(nodes: string[], addresses: { readonly [node: string]: string } = {}): void {
  if (nodes.length === 0) {
    throw new Error('controlPlanes must name at least one node, got none');
  }
  nodes.forEach(node => requireDnsSubdomain('controlPlanes', node));
  const duplicate = firstDuplicate(nodes);
  if (duplicate !== undefined) {
    throw new Error(`controlPlanes must differ, got ${JSON.stringify(duplicate)} twice`);
  }
  const unknown = Object.keys(addresses).find(node => !nodes.includes(node));
  if (unknown !== undefined) {
    throw new Error(`addresses must be of the control planes ${nodes.join(', ')}, got one of ${JSON.stringify(unknown)}`);
  }
}
