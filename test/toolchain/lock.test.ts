import { spawn } from 'child_process';
import { once } from 'events';
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { withLock } from './lock';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-test-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('two that want the same lock work one after the other', async () => {
  const file = join(folder, 'lock');
  const diary: string[] = [];
  const work = (name: string) => withLock(file, async () => {
    diary.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    diary.push(`${name} ends`);
  });
  await Promise.all([work('a'), work('b')]);
  const [first, second] = diary[0] === 'a begins' ? ['a', 'b'] : ['b', 'a'];
  expect(diary).toEqual([`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`]);
});

test('the lock is free again after work that failed', async () => {
  const file = join(folder, 'lock');
  await expect(withLock(file, async () => { throw new Error('broken'); })).rejects.toThrow('broken');
  await expect(withLock(file, async () => 'done')).resolves.toBe('done');
});

test('the lock of a killed process is free', async () => {
  const file = join(folder, 'lock');
  const program = `require(${JSON.stringify(join(__dirname, 'lock.ts'))}).withLock(${JSON.stringify(file)}, () => new Promise(() => {
    console.log('held');
    setInterval(() => undefined, 1000);
  }))`;
  const holder = spawn(process.execPath, ['--require', 'tsx/cjs', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  holder.kill('SIGKILL');
  await expect(withLock(file, async () => 'done')).resolves.toBe('done');
});

test('a lock that can’t be had is an error', async () => {
  await expect(withLock(join(folder, 'no', 'such', 'folder'), async () => 'done')).rejects.toThrow(/^no lock on .* to be had: flock: cannot open lock file/);
});
