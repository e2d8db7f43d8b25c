import { execFileSync } from 'child_process';
import { chmodSync, mkdirSync, mkdtempSync, statfsSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';

const HOME = '/var/lib/cdk8s-day2-tests';
const MEMORY = join(HOME, 'memory');
/** What statfs says of tmpfs. */
const TMPFS = 0x01021994;

/** The mount stays after the tests: other runs may have files there. Without the lock, two runs that mount at once would hide each other's files. */
const MOUNT = `
exec 9>"$1.lock"
flock 9
[ "$(stat -f -c %T "$1")" = tmpfs ] || mount -t tmpfs -o mode=0755 cdk8s-day2-tests "$1"`;

/**
 * A new folder that belongs to root alone, as does every folder above it: the programs refuse what root would run or restore from any
 * other. In the usual folder for temporary files anybody may make folders. Without root, that one has to do.
 *
 * @param memory whether in memory, where there is plenty.
 */
export function rootsFolder(prefix: string, { memory = false } = {}): string {
  if (process.getuid?.() !== 0) return mkdtempSync(join(tmpdir(), prefix));
  mkdirSync(MEMORY, { recursive: true });
  // Whatever the umask.
  for (const folder of [HOME, MEMORY]) chmodSync(folder, 0o755);
  if (!memory) return mkdtempSync(join(HOME, prefix));
  if (statfsSync(MEMORY).type !== TMPFS) execFileSync('sh', ['-ec', MOUNT, 'mount', MEMORY]);
  const { bavail, bsize } = statfsSync(MEMORY);
  return mkdtempSync(join(bavail * bsize > 4e9 ? MEMORY : HOME, prefix));
}
