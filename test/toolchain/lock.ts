import { spawn } from 'child_process';
import { once } from 'events';

/**
 * Does some work while no other process holds the same lock file.
 *
 * The kernel's lock belongs to a helper process whose input is a pipe from this one: however this process dies, the pipe
 * closes, the helper ends and the lock is free. So there is no such thing as a stale lock.
 */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; cat >/dev/null'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  holder.stderr.on('data', (chunk) => { complaint += chunk; });
  const ended = once(holder, 'close');
  const first = await Promise.race([once(holder.stdout, 'data').then(() => 'held'), ended.then(() => 'ended')]);
  if (first === 'ended') throw new Error(`no lock on ${file} to be had: ${complaint.trim()}`);
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
