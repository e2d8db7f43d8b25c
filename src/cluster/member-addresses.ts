import { Endpoint, formatEndpoint, isOfTheMachine, loopbackOf, parseEndpoint, requireHost, sameHost } from './endpoint';
import { EtcdMember } from './etcd-member';

/** The URLs of a cluster that are known: all of one member's, and of the others' those that this member was told when it joined. */
export interface KnownUrls {
  /** What was read, for error messages. */
  readonly source: string;
  /** The member that was read. */
  readonly memberName: string;
  /** The one of its URLs for clients that is used. */
  readonly client: Endpoint;
  /** All URLs for clients that it advertises. */
  readonly clients: Endpoint[];
  /** Its URL for members. */
  readonly ownPeer?: Endpoint;
  /** The URLs for members, by the members' names. */
  readonly peers: Map<string, Endpoint>;
  readonly addresses: { readonly [node: string]: string };
  readonly zones: { readonly [node: string]: string };
}

/**
 * The members on the nodes, with the URLs by which other machines reach them.
 *
 * Of the other members only URLs for members are known. They answer clients at the same hosts if the member that was read has one host for both.
 */
export function membersOf(nodes: string[], known: KnownUrls): EtcdMember[] {
  const { client, ownPeer, peers, addresses } = known;
  const forClients = known.clients.find(({ host }) => ownPeer !== undefined && sameHost(host, ownPeer.host));
  const isAlone = nodes.length === 1;
  const members = nodes.map((name) => {
    const memberName = memberOn(name, nodes, known);
    const peer = memberName === undefined ? undefined : peers.get(memberName);
    const isOwn = memberName === known.memberName;
    const given = addresses[name];
    if (given === undefined && !isAlone) {
      requireReachable(name, isOwn ? client : undefined, peer, known);
      if (peer !== undefined && !isOwn && forClients === undefined) {
        throw new Error(`addresses must have the client addresses of ${missing(nodes, known)}: `
          + `${known.source} has ${formatEndpoint(client)} for clients and ${ownPeer ? formatEndpoint(ownPeer) : 'none'} for members, `
          + 'so the hosts of --initial-cluster may be on a network where no client is answered');
      }
    }
    const address = given ?? (isOwn ? client.host : peer?.host ?? name);
    requireHost(`address of ${name}`, address);
    const peerHost = peer && (isAlone || !isOfTheMachine(peer.host)) ? peer.host : address;
    const { port } = isOwn ? client : forClients ?? client;
    return {
      name,
      peerUrl: formatEndpoint({ scheme: ownPeer?.scheme ?? client.scheme, port: ownPeer?.port ?? 2380, ...peer, host: peerHost }),
      clientUrl: formatEndpoint({ scheme: client.scheme, host: address, port }),
      zone: known.zones[name],
    };
  });
  requireApart(members);
  return members;
}

/**
 * Refuses members that other machines can't reach or can't tell apart: a machine would take itself for another one.
 */
export function requireApart(members: EtcdMember[]): void {
  const known = members.map(({ name, clientUrl, peerUrl }) =>
    ({ name, client: parseEndpoint('address', clientUrl), peer: parseEndpoint('address', peerUrl) }));
  // In a trial, all members may be on one machine, each with a loopback address.
  const areOnOneMachine = known.every(({ client: { host } }) => isOfTheMachine(host) && loopbackOf(host) === host);
  known.forEach(({ name, client, peer }, index) => {
    if (members.length > 1 && isOfTheMachine(client.host) && !areOnOneMachine) {
      throw new Error(`address of ${name} must be one by which the other machines reach it, got ${client.host}, which is each machine's own: `
        + 'set addresses to those of the control planes');
    }
    const twin = known.slice(0, index).find((other) => isSame(other.client, client) || isSame(other.peer, peer));
    if (twin) {
      throw new Error(`addresses must differ, got the same host for ${twin.name} and ${name}, ${formatEndpoint(client)} and `
        + `${formatEndpoint(peer)}: set addresses to those of each`);
    }
  });
}

function isSame(a: Endpoint, b: Endpoint): boolean {
  return sameHost(a.host, b.host) && a.port === b.port;
}

/** The member of a node: the one with its name, else the only one with its first label, as members' names may have a domain that nodes' haven't. */
function memberOn(node: string, nodes: string[], { peers, memberName }: KnownUrls): string | undefined {
  const members = [...new Set([...peers.keys(), memberName])];
  const label = (name: string) => name.toLowerCase().split('.')[0];
  const alike = (names: string[]) => names.filter((name) => label(name) === label(node));
  if (members.includes(node)) return node;
  if (alike(members).length === 1 && alike(nodes).length === 1) return alike(members)[0];
  // A single member is its node's, whatever its name, which may be etcd's default.
  return nodes.length === 1 ? memberName : undefined;
}

function requireReachable(name: string, client: Endpoint | undefined, peer: Endpoint | undefined, known: KnownUrls): void {
  const [flag, url] = client && isOfTheMachine(client.host) ? ['advertise-client-urls', client] : ['initial-cluster', peer];
  if (url && isOfTheMachine(url.host)) {
    throw new Error(`addresses must have the address of ${name}: ${known.source} has ${formatEndpoint(url)} in --${flag}, `
      + 'which leads each machine to itself; correct it on the control plane, too');
  }
}

/** The names of the nodes whose addresses have to be given. */
function missing(nodes: string[], known: KnownUrls): string {
  return nodes.filter((node) => known.addresses[node] === undefined && memberOn(node, nodes, known) !== known.memberName).join(', ');
}
