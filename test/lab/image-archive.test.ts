import { createHash } from 'crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { ImageSpec, writeImageArchive } from './image-archive';
import { runOrThrow } from '../toolchain/run';

let folder: string;
let spec: ImageSpec;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-test-'));
  const program = join(folder, 'program');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  spec = { references: ['registry.example/tool:1'], entrypoint: ['/bin/tool'], files: { '/bin/tool': program }, links: { '/bin/alias': 'tool' } };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function write(name: string): Promise<string> {
  const archive = join(folder, name);
  await writeImageArchive(spec, archive);
  return archive;
}

const member = (archive: string, name: string) => runOrThrow('tar', ['-xOf', archive, name]);

test('an image holds its files and links, with a place for temporary ones, and its layer is the one that its configuration names', async () => {
  const archive = await write('image.tar');
  const [manifest] = JSON.parse(await member(archive, 'manifest.json'));
  expect(manifest.RepoTags).toEqual(['registry.example/tool:1']);
  const config = JSON.parse(await member(archive, manifest.Config));
  expect(config.config.Entrypoint).toEqual(['/bin/tool']);

  await runOrThrow('tar', ['-xf', archive, '-C', folder, 'layer.tar']);
  const layer = join(folder, 'layer.tar');
  expect(config.rootfs.diff_ids).toEqual([`sha256:${createHash('sha256').update(readFileSync(layer)).digest('hex')}`]);
  const listing = await runOrThrow('tar', ['-tvf', layer]);
  expect(listing).toMatch(/^-rwxr-xr-x 0\/0 .* \.\/bin\/tool$/m);
  expect(listing).toMatch(/\.\/bin\/alias -> tool$/m);
  expect(listing).toMatch(/^drwxrwxrwt .* \.\/tmp\/$/m);
});

test('the same files give the same bytes, and nothing but the archive is left', async () => {
  const [first, second] = [await write('first.tar'), await write('second.tar')];
  expect(readFileSync(first).equals(readFileSync(second))).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(['first.tar', 'program', 'second.tar']);
});
