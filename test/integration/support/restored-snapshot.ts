import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { runOrThrow } from '../../toolchain/run';
import { Tool } from '../../toolchain/tool';
import { Daemon } from './daemon';
import { EtcdClient, KeyValue } from './etcd-client';
import { freePorts } from './loopback';
import { until } from './wait';

export interface RestoredSnapshot {
  readonly revision: number;
  readonly keys: KeyValue[];
}

/**
 * What is in a snapshot, found out the way that counts: it is restored, its checksum verified on the way, etcd is
 * started on it and asked for every key, or those with a prefix.
 *
 * Throws what the restore says when the file is damaged.
 */
export async function readSnapshot(tool: Tool, file: string, prefix = ''): Promise<RestoredSnapshot> {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-restored-'));
  let etcd: Daemon | undefined;
  try {
    const dataDir = join(folder, 'data');
    const restorer = tool.recipe.programs.includes('etcdutl') ? 'etcdutl' : 'etcdctl';
    await runOrThrow(tool.path(restorer), ['snapshot', 'restore', file, '--data-dir', dataDir], { env: { ETCDCTL_API: '3' } });

    const [clientPort, peerPort] = await freePorts(2);
    const endpoint = `http://127.0.0.1:${clientPort}`;
    etcd = new Daemon(tool.path('etcd'), [
      '--data-dir', dataDir, '--unsafe-no-fsync', '--quota-backend-bytes=8589934592', '--logger=zap',
      '--listen-client-urls', endpoint, '--advertise-client-urls', endpoint, '--listen-peer-urls', `http://127.0.0.1:${peerPort}`,
    ], join(folder, 'etcd.log'));
    etcd.start();
    const client = new EtcdClient(endpoint);
    await until(`etcd serves the restored ${file}`, () => client.healthy());
    const { revision } = await client.status();
    return { revision, keys: await client.list(prefix) };
  } finally {
    await etcd?.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}
