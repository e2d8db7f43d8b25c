import { createHash } from 'crypto';
import { chmodSync, createReadStream, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { linkOrCopy } from './link-or-copy';
import { runOrThrow } from '../toolchain/run';

/** An image of one layer, told by its files. */
export interface ImageSpec {
  /** Names in full, with registry and tag. */
  readonly references: string[];
  readonly entrypoint?: string[];
  /** Paths in the image, each with the file of this machine that goes there. */
  readonly files: Record<string, string>;
  /** Symbolic links in the image, each with what it points to. */
  readonly links?: Record<string, string>;
}

/** Writes an image as `docker save` would, without Docker. The same files give the same bytes. */
export async function writeImageArchive(spec: ImageSpec, archive: string): Promise<void> {
  const scratch = mkdtempSync(`${archive}.building-`);
  try {
    const layer = join(scratch, 'layer.tar');
    await tar(layer, stage(spec, join(scratch, 'root')));
    const digest = await sha256(layer);
    const config = JSON.stringify({
      architecture: { x64: 'amd64', arm64: 'arm64' }[process.arch as string],
      os: 'linux',
      config: { Entrypoint: spec.entrypoint, Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
      history: [{ created: '2026-01-01T00:00:00Z' }],
    });
    const configFile = `${createHash('sha256').update(config).digest('hex')}.json`;
    writeFileSync(join(scratch, configFile), config);
    writeFileSync(join(scratch, 'manifest.json'), JSON.stringify([{ Config: configFile, RepoTags: spec.references, Layers: ['layer.tar'] }]));
    await tar(archive, scratch, [configFile, 'layer.tar', 'manifest.json']);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function stage({ files, links = {} }: ImageSpec, root: string): string {
  const place = (path: string) => {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    return target;
  };
  mkdirSync(join(root, 'tmp'), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  for (const [path, source] of Object.entries(files)) linkOrCopy(source, place(path));
  for (const [path, pointsTo] of Object.entries(links)) symlinkSync(pointsTo, place(path));
  return root;
}

async function tar(archive: string, folder: string, entries: string[] = ['.']): Promise<void> {
  const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--hard-dereference', '--format=gnu'];
  await runOrThrow('tar', [...reproducible, '-C', folder, '-cf', archive, ...entries]);
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
