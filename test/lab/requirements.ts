import { existsSync, readFileSync, writeFileSync } from 'fs';
import { delimiter, join } from 'path';
import { say } from './progress';
import { runOrThrow } from '../toolchain/run';

/** Commands that the lab runs on this machine, each with Debian's package for it. */
const packageOf: Record<string, string> = {
  'debootstrap': 'debootstrap',
  'systemd-nspawn': 'systemd-container',
  'nsenter': 'util-linux',
  'ip': 'iproute2',
  'rsync': 'rsync',
};

/** Where Debian keeps commands for root, whatever the PATH is. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** The packages of those commands that are missing. */
export function missingPackages(commands: Record<string, string>, exists: (file: string) => boolean = existsSync): string[] {
  return Object.entries(commands).filter(([command]) => !folders.some((folder) => exists(join(folder, command)))).map(([, name]) => name);
}

/**
 * Makes this machine fit for the lab: installs Debian packages that it lacks and raises a limit of the kernel, and says so.
 *
 * Throws when it is no machine for the lab.
 */
export async function requireHost(): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) throw new Error('the lab needs Linux and root: it makes namespaces, mounts and network bridges');
  raiseInotifyLimit();
  const packages = missingPackages(packageOf);
  if (packages.length === 0) return;
  say(`installing ${packages.join(', ')}, which this machine lacks`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await runOrThrow('apt-get', ['update', '-qq'], { env });
  await runOrThrow('apt-get', ['install', '-qq', '--yes', '--no-install-recommends', ...packages], { env });
}

/**
 * systemd, containerd, kubelet and kube-proxy of every node count against one limit, and fail strangely beyond it: "too many open
 * files". It stays raised until this machine boots, since other clusters may need it, too.
 */
function raiseInotifyLimit(): void {
  const file = '/proc/sys/fs/inotify/max_user_instances';
  const needed = 1024;
  const limit = Number(readFileSync(file, 'utf8'));
  if (limit >= needed) return;
  say(`raising fs.inotify.max_user_instances from ${limit} to ${needed}`);
  writeFileSync(file, String(needed));
}
