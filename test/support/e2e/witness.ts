import assert from 'node:assert/strict';
import { NodeAccess } from '../../lab/node-access';

/** A write that an API server has accepted. Times in milliseconds: it was sent and answered between them. */
export interface AcceptedWrite {
  readonly node: string;
  readonly sent: number;
  readonly answered: number;
  /** etcd's revision, which tells the cluster: a restored one counts from a thousand million higher. */
  readonly revision: number;
}

/** What a member of etcd said of itself. */
export interface SeenMember {
  readonly node: string;
  readonly at: number;
  readonly clusterId: string;
}

const folder = '/var/lib/witness';
const unit = '/etc/systemd/system/witness.service';

/**
 * Tries a write through every API server twice a second and notes which cluster took it, and asks every member which cluster it belongs
 * to. A unit on each machine, so that it sees what happens in the first moments after a power cut.
 */
export class Witness {
  /** Where the writes of a machine go: one object each. */
  static objectOf(node: NodeAccess): { apiVersion: string; kind: string; metadata: { name: string; namespace: string } } {
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `witness-${node.name}`, namespace: 'default' } };
  }

  constructor(private readonly nodes: readonly NodeAccess[]) {}

  /** Begins anew: what was seen before is forgotten. */
  async start(): Promise<void> {
    await Promise.all(this.nodes.map(async (node) => {
      await node.shell('systemctl stop witness 2>/dev/null || true; rm -rf "$1"', folder);
      await node.writeFile(`${folder}/watch`, watch(node), '700');
      await node.writeFile(unit, `[Unit]
After=network.target prepare-node.service
[Service]
ExecStart=/bin/bash ${folder}/watch
Restart=always
[Install]
WantedBy=multi-user.target
`);
      await node.shell('systemctl daemon-reload && systemctl enable --quiet witness && systemctl restart witness');
    }));
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.shell('systemctl disable --quiet --now witness; rm -rf "$1" "$2"', folder, unit)));
  }

  /** All writes that were accepted so far, the first answered first. */
  async writes(): Promise<AcceptedWrite[]> {
    const lines = await this.lines('write');
    return lines.map(([node, sent, answered, revision]) => ({ node, sent: Number(sent), answered: Number(answered), revision: Number(revision) }))
      .sort((a, b) => a.answered - b.answered);
  }

  /** All that members have said so far. */
  async members(): Promise<SeenMember[]> {
    const lines = await this.lines('member');
    return lines.map(([node, at, clusterId]) => ({ node, at: Number(at), clusterId })).sort((a, b) => a.at - b.at);
  }

  private async lines(kind: string): Promise<string[][]> {
    const perNode = await Promise.all(this.nodes.map(async (node) => {
      // A machine that is lost can't be asked.
      const log = await node.readFile(`${folder}/log`).catch(() => '');
      return log.split('\n').map((line) => line.split(' ')).filter(([first, ...rest]) => first === kind && rest.every((word) => word !== ''))
        .map(([, ...rest]) => [node.name, ...rest]);
    }));
    return perNode.flat();
  }
}

/** The longest time without an accepted write, in seconds. */
export function outage(writes: readonly AcceptedWrite[]): number {
  return Math.max(0, ...writes.slice(1).map(({ answered }, i) => answered - writes[i].answered)) / 1000;
}

/**
 * Throws when the old cluster has accepted a write after the restored one had: then there were two.
 *
 * @param restoredFrom the first revision that only the restored cluster has.
 */
export function assertNeverTwo(writes: readonly AcceptedWrite[], restoredFrom: number): void {
  const first = writes.find(({ revision }) => revision >= restoredFrom);
  if (first === undefined) return;
  // What was sent before may have been accepted before.
  const late = writes.filter(({ sent, revision }) => revision < restoredFrom && sent > first.answered);
  assert.deepEqual(late, [], `the old cluster accepted writes after the restored one had accepted ${JSON.stringify(first)}`);
}

function watch(node: NodeAccess): string {
  const { metadata: { name, namespace } } = Witness.objectOf(node);
  const etcdPki = '/etc/kubernetes/pki/etcd';
  return `cd ${folder}
if [ -f /etc/kubernetes/admin.conf ]; then
  for part in certificate key; do sed -n "s/.*client-$part-data: //p" /etc/kubernetes/admin.conf | base64 -d >admin.$part; done
fi
count=0
while sleep 0.4; do
  count=$((count + 1))
  if [ -s admin.key ]; then
    sent=$(date +%s%3N)
    answer=$(curl --silent --max-time 3 --cacert /etc/kubernetes/pki/ca.crt --cert admin.certificate --key admin.key --request PATCH \\
      --header 'Content-Type: application/merge-patch+json' --data "{\\"data\\":{\\"count\\":\\"$count\\"}}" \\
      https://${node.address}:6443/api/v1/namespaces/${namespace}/configmaps/${name})
    [[ $answer =~ \\"resourceVersion\\":\\ *\\"([0-9]+)\\" ]] && echo "write $sent $(date +%s%3N) \${BASH_REMATCH[1]}"
  fi
  answer=$(curl --silent --max-time 3 --cacert ${etcdPki}/ca.crt --cert ${etcdPki}/healthcheck-client.crt --key ${etcdPki}/healthcheck-client.key \\
    --data '{}' https://127.0.0.1:2379/v3/maintenance/status)
  [[ $answer =~ \\"cluster_id\\":\\"([0-9]+)\\" ]] && echo "member $(date +%s%3N) \${BASH_REMATCH[1]}"
done >>log 2>/dev/null
`;
}
