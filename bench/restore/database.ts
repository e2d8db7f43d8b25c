import { rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { NodeAccess } from '../../test/lab/node-access';
import { EtcdClusterFixture } from '../../test/support/etcd/etcd-cluster';
import { runOrThrow } from '../../test/toolchain/run';
import { Tool } from '../../test/toolchain/tool';
import { growTo } from '../snapshot/fill';

const pki = '/etc/kubernetes/pki/etcd';
const asClient = ['--cacert', `${pki}/ca.crt`, '--cert', `${pki}/healthcheck-client.crt`, '--key', `${pki}/healthcheck-client.key`];

/** A copy of a cluster's state in an etcd on this machine, where it can be made as large as needed. */
export class Database {
  static async copyOf(node: NodeAccess, tool: Tool): Promise<Database> {
    const database = new Database(await EtcdClusterFixture.start(tool), tool);
    try {
      await database.become(node);
      return database;
    } catch (error) {
      await database.destroy();
      throw error;
    }
  }

  private constructor(private readonly fixture: EtcdClusterFixture, private readonly tool: Tool) {}

  private async become(node: NodeAccess): Promise<void> {
    const [member] = this.fixture.members;
    await node.run(['/root/kit/bin/etcdctl', ...asClient, '--endpoints', 'https://127.0.0.1:2379', 'snapshot', 'save', '/root/start.db']);
    const file = join(this.fixture.folder, 'start.db');
    // The output of a node is read as text, so the file has to come as base64.
    writeFileSync(file, Buffer.from(await node.run(['base64', '/root/start.db']), 'base64'));
    await member.stop();
    rmSync(member.dataDir, { recursive: true });
    await runOrThrow(this.tool.path('etcdutl'), ['snapshot', 'restore', file, '--data-dir', member.dataDir, '--name', member.name,
      '--initial-cluster', `${member.name}=${member.peerUrl}`, '--initial-advertise-peer-urls', member.peerUrl]);
    member.start();
    await member.waitUntilHealthy();
  }

  /** Makes the database at least so large, and returns its size. The filler is no Kubernetes object: API servers do the same work at every size. */
  async growTo(bytes: number): Promise<number> {
    await growTo(this.fixture.members[0], bytes, '/filler/');
    return (await this.fixture.client.status()).dbSizeBytes;
  }

  /** Saves the database on nodes, as a backup of a cluster named bench. */
  async saveOn(nodes: NodeAccess[]): Promise<void> {
    const file = join(this.fixture.folder, 'snapshot.db');
    const [member] = this.fixture.members;
    const certificate = (name: string) => join(member.certificates, name);
    await runOrThrow(this.tool.path('etcdctl'), ['--endpoints', member.endpoint, '--cacert', certificate('ca.crt'),
      '--cert', certificate('healthcheck-client.crt'), '--key', certificate('healthcheck-client.key'), '--command-timeout=300s', 'snapshot', 'save', file]);
    for (const node of nodes) {
      await node.copyTo(file, snapshotOnNode);
      await node.shell('printf \'{"format":1,"cluster":"bench","sizeBytes":%s}\\n\' "$(stat -c %s "$1")" >"$(dirname "$1")/backup.json"', snapshotOnNode);
    }
    rmSync(file);
  }

  async destroy(): Promise<void> {
    await this.fixture.destroy();
  }
}

export const snapshotOnNode = '/mnt/backup/bench/20261121T101501Z-r1/snapshot.db';
