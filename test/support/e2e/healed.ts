import assert from 'node:assert/strict';
import { BackupFolder } from './backup-folder';
import { JobRun } from './job-run';

/**
 * Throws unless exactly these backups are there, every file of the earlier ones is as it was, and nothing half done is left.
 *
 * @param intact the digests of the earlier ones, from before the trouble.
 */
export async function assertHealed(folder: BackupFolder, intact: string[], backups: string[]): Promise<void> {
  assert.deepEqual(await folder.backups(), backups);
  const now = await folder.digests();
  assert.deepEqual(intact.filter((line) => !now.includes(line)), []);
  assert.deepEqual(await folder.unfinished(), []);
}

/** Throws unless the last pod of a run has removed what a dead one had left. */
export function assertSwept(run: JobRun, left: string): void {
  const { log } = run.pods[run.pods.length - 1];
  assert.ok(log.includes(`removing ${left}, left by a run that died`), log);
}
