import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { BackupFolder } from './backup-folder';
import { etcdTool } from '../../lab/binaries';
import { runOrThrow } from '../../toolchain/run';
import { Tool } from '../../toolchain/tool';
import { readSnapshot, RestoredSnapshot } from '../etcd/restored-snapshot';

/** etcd's own tools on this machine: the judge of what the library has written. */
export class Etcd {
  private readonly tool: Tool;

  constructor(version: string) {
    this.tool = etcdTool(version);
  }

  /** What plain `etcdutl snapshot status` says. */
  status(folder: BackupFolder, backup: string): Promise<{ revision: number; totalKey: number; totalSize: number }> {
    return this.withFile(folder, backup, async (file) =>
      JSON.parse(await runOrThrow(this.tool.path('etcdutl'), ['snapshot', 'status', file, '--write-out=json'])));
  }

  /** Restores the backup by plain `etcdutl snapshot restore` (3.4: etcdctl) and asks an etcd on it for the keys with a prefix. */
  restored(folder: BackupFolder, backup: string, prefix: string): Promise<RestoredSnapshot> {
    return this.withFile(folder, backup, (file) => readSnapshot(this.tool, file, prefix));
  }

  private async withFile<T>(folder: BackupFolder, backup: string, use: (file: string) => Promise<T>): Promise<T> {
    const scratch = mkdtempSync(join(tmpdir(), 'cdk8s-day2-e2e-'));
    try {
      await this.tool.ensure();
      const file = join(scratch, 'snapshot.db');
      await folder.fetch(backup, file);
      return await use(file);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
}
