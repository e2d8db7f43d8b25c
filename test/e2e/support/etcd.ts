import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { BackupFolder } from './backup-folder';
import { readSnapshot, RestoredSnapshot } from '../../integration/support/restored-snapshot';
import { etcdTool } from '../../lab/binaries';
import { Cluster } from '../../lab/cluster';
import { runOrThrow } from '../../toolchain/run';

/** etcd's own tools on this machine, of the version of the cluster: the judge of what the library has written. */
export class Etcd {
  constructor(private readonly cluster: Cluster) {}

  /** What plain `etcdutl snapshot status` says. */
  status(folder: BackupFolder, backup: string): Promise<{ revision: number; totalKey: number; totalSize: number }> {
    return this.withFile(folder, backup, async (file) =>
      JSON.parse(await runOrThrow(etcdTool(this.cluster.plan.etcd).path('etcdutl'), ['snapshot', 'status', file, '--write-out=json'])));
  }

  /** What a scratch etcd serves that was restored from the backup by plain `etcdutl snapshot restore`. */
  restored(folder: BackupFolder, backup: string, prefix: string): Promise<RestoredSnapshot> {
    return this.withFile(folder, backup, (file) => readSnapshot(etcdTool(this.cluster.plan.etcd), file, prefix));
  }

  private async withFile<T>(folder: BackupFolder, backup: string, use: (file: string) => Promise<T>): Promise<T> {
    const scratch = mkdtempSync(join(tmpdir(), 'cdk8s-day2-e2e-'));
    try {
      await etcdTool(this.cluster.plan.etcd).ensure();
      const file = join(scratch, 'snapshot.db');
      await folder.fetch(backup, file);
      return await use(file);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
}
