import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { LocalNode } from './local-node';

const node = new LocalNode();
let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-test-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a command’s output and failure come back as they are', async () => {
  expect(await node.exec(['sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
});

test('a command that has to succeed and doesn’t is reported with its node and its words', async () => {
  await expect(node.run(['sh', '-c', 'echo no disk >&2; exit 3'])).rejects.toThrow(/^on here, sh .* failed with exit code 3:\nno disk$/);
});

test('a command that hangs is ended', async () => {
  const started = Date.now();
  expect((await node.exec(['sleep', '60'], { timeoutSeconds: 1 })).exitCode).toBe(124);
  expect(Date.now() - started).toBeLessThan(20_000);
});

test('parameters of a piece of shell keep their spaces', async () => {
  expect(await node.shell('echo "$2"', 'a', 'b  c')).toBe('b  c\n');
});

test('files go to a node and come back, byte for byte, with their folders and modes', async () => {
  const source = join(folder, 'source');
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 256));
  writeFileSync(source, bytes);
  const target = join(folder, 'new folder', 'target');
  await node.copyTo(source, target, '600');
  expect(readFileSync(target).equals(bytes)).toBe(true);
  expect(statSync(target).mode.toString(8)).toBe('100600');

  await node.writeFile(target, 'text');
  expect(await node.readFile(target)).toBe('text');
});
