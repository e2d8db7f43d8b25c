import { NodeAccess } from '../../lab/node-access';

/** A member as the cluster's list has it. */
export interface ListedMember {
  /** Empty until it has started once. */
  readonly name: string;
  readonly isLearner: boolean;
}

/** What one member says of the cluster that it belongs to, through etcd's own gateway. */
export interface ClusterSeen {
  readonly clusterId: string;
  readonly members: ListedMember[];
}

/** Asks the member on a machine. The list of members is read with consensus: without a quorum there is no answer. */
export async function clusterSeenBy(node: NodeAccess): Promise<ClusterSeen> {
  const { header, members } = await memberList(node);
  return {
    clusterId: header.cluster_id,
    members: members.map(({ name = '', isLearner = false }: any) => ({ name, isLearner }))
      .sort((a: ListedMember, b: ListedMember) => a.name.localeCompare(b.name)),
  };
}

/** Where the other members find each member, by its name, as the member on this machine lists them. */
export async function peerUrlsSeenBy(node: NodeAccess): Promise<{ [name: string]: string[] }> {
  const { members } = await memberList(node);
  return Object.fromEntries(members.map(({ name, peerURLs }: any) => [name, peerURLs]));
}

/** Tells the cluster, through its member on this machine, that another member is found at another URL from now on. */
export async function announcePeerUrl(node: NodeAccess, member: string, url: string): Promise<void> {
  const { members } = await memberList(node);
  const { ID } = members.find(({ name }: any) => name === member);
  await ask(node, 'cluster/member/update', { ID, peerURLs: [url] });
}

/** The values of all keys that begin with a prefix, as they are stored. */
export async function valuesBelow(node: NodeAccess, prefix: string): Promise<string[]> {
  const text = (value: string) => Buffer.from(value).toString('base64');
  const end = `${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`;
  const { kvs = [] } = await ask(node, 'kv/range', { key: text(prefix), range_end: text(end) });
  return kvs.map(({ value }: { value: string }) => Buffer.from(value, 'base64').toString('latin1'));
}

/** Read with consensus: without a quorum there is no answer. */
function memberList(node: NodeAccess): Promise<any> {
  return ask(node, 'cluster/member/list', { linearizable: true });
}

async function ask(node: NodeAccess, path: string, question: object): Promise<any> {
  const pki = '/etc/kubernetes/pki/etcd';
  const certificates = ['--cacert', `${pki}/ca.crt`, '--cert', `${pki}/healthcheck-client.crt`, '--key', `${pki}/healthcheck-client.key`];
  const said = await node.run(['curl', '--silent', '--show-error', '--max-time', '5', ...certificates, '--data', JSON.stringify(question), `https://127.0.0.1:2379/v3/${path}`]);
  const answer = JSON.parse(said);
  if (answer.header === undefined) throw new Error(`etcd on ${node.name} answers ${said.trim()}`);
  return answer;
}
