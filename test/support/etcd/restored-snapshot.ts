import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Daemon } from './daemon';
import { EtcdClient, KeyValue } from './etcd-client';
import { startPlainEtcd } from './plain-etcd';
import { runOrThrow } from '../../toolchain/run';
import { Tool } from '../../toolchain/tool';

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
  let daemon: Daemon | undefined;
  try {
    const dataDir = join(folder, 'data');
    const restorer = tool.recipe.programs.includes('etcdutl') ? 'etcdutl' : 'etcdctl';
    await runOrThrow(tool.path(restorer), ['snapshot', 'restore', file, '--data-dir', dataDir], { env: { ETCDCTL_API: '3' } });

    const etcd = await startPlainEtcd(tool, folder);
    daemon = etcd.daemon;
    const client = new EtcdClient(etcd.endpoint);
    const { revision } = await client.status();
    return { revision, keys: await client.list(prefix) };
  } finally {
    await daemon?.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}
