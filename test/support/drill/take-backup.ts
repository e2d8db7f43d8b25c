import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'fs';
import { join } from 'path';
import { contentOf } from './content';
import { runOrThrow } from '../../toolchain/run';
import { StubCluster } from '../stub/cluster';
import { StubMachine } from '../stub/machine';

/** Takes a backup as it lies on a volume; returns its name. @param record what its `backup.json` says otherwise. */
export async function takeBackup(cluster: StubCluster, from: StubMachine = cluster.members[0], record: object = {}): Promise<string> {
  const draft = join(cluster.backups, '.incomplete-20261121T101501Z');
  const file = join(draft, 'snapshot.db');
  mkdirSync(draft, { mode: 0o700 });
  await cluster.etcdctl(from, 'snapshot', 'save', file);
  const content = await contentOf(from);
  const tool = cluster.etcd.path(cluster.etcd.recipe.programs.includes('etcdutl') ? 'etcdutl' : 'etcdctl');
  const status = JSON.parse(await runOrThrow(tool, ['snapshot', 'status', file, '--write-out=json'], { env: { ETCDCTL_API: '3' } }));
  const time = new Date().toISOString().replace(/\.\d+/, '');
  writeFileSync(join(draft, 'backup.json'), JSON.stringify({
    format: 1,
    cluster: 'prod',
    member: from.name,
    endpoint: from.clientUrl,
    etcdVersion: cluster.etcd.recipe.version,
    storageVersion: status.version || undefined,
    takenAt: time,
    revision: status.revision,
    keys: status.totalKey,
    sizeBytes: statSync(file).size,
    sha256: readFileSync(file).subarray(-32).toString('hex'),
    durationSeconds: 1,
    ...record,
  }) + '\n', { mode: 0o600 });
  const name = `${time.replace(/[-:]/g, '')}-r${status.revision}`;
  renameSync(draft, join(cluster.backups, name));
  cluster.contents.set(name, content);
  return name;
}
