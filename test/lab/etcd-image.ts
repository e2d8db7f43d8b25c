import { realpathSync } from 'fs';
import { etcdTool } from './binaries';
import { ImageSpec } from './image-archive';
import { fromDebianPackages } from '../toolchain/debian-packages';
import { run } from '../toolchain/run';
import { Tool } from '../toolchain/tool';

/** What an image of etcd holds, where it shall differ from the published image of that name. */
export interface EtcdImageContent {
  /** @default - the version in the tag */
  readonly version?: string;
  /** A static bash as `/bin/sh`, without any of the usual small programs. */
  readonly shell?: boolean;
  readonly etcdutl?: boolean;
}

const bash = new Tool(fromDebianPackages({
  name: 'bash-static',
  version: '5.2.15',
  packages: ['bash-static'],
  programs: { 'bash-static': 'bin/bash-static' },
  versionArguments: ['--version'],
}));

/**
 * What the image of a name holds in the field. Kubernetes' own had a shell and no etcdutl up to 3.5.21 and 3.6.4; etcd's own
 * had a shell up to 3.4.22 and 3.5.6.
 */
export function fieldContent(reference: string): Required<EtcdImageContent> {
  const match = /:v?(\d+)\.(\d+)\.(\d+)(?:-\d+)?$/.exec(reference);
  if (!match) throw new Error(`the tag of an etcd image must be such as v3.5.21 or 3.6.5-0, got ${reference}`);
  const [major, minor, patch] = match.slice(1).map(Number);
  const isAtMost = (...last: [number, number][]) => minor < last[0][0]
    || last.some(([lastMinor, lastPatch]) => minor === lastMinor && patch <= lastPatch);
  const version = `${major}.${minor}.${patch}`;
  const hasEtcdutl = minor >= 5;
  if (/quay\.io|coreos/.test(reference)) return { version, shell: isAtMost([4, 22], [5, 6]), etcdutl: hasEtcdutl };
  const old = isAtMost([4, Infinity], [5, 21], [6, 4]);
  return { version, shell: old, etcdutl: hasEtcdutl && !old };
}

export async function etcdImage(references: string[], content: EtcdImageContent): Promise<ImageSpec> {
  const { version, shell, etcdutl } = { ...fieldContent(references[0]), ...content };
  const tool = etcdTool(version);
  await tool.ensure();
  const programs = tool.recipe.programs.filter((program) => program !== 'etcdutl' || etcdutl);
  const files = {
    ...await librariesOf(tool.path('etcd')),
    ...Object.fromEntries(programs.map((program) => [`/usr/local/bin/${program}`, tool.path(program)])),
  };
  if (!shell) return { references, files };
  await bash.ensure();
  return { references, files: { ...files, '/bin/sh': bash.path() } };
}

/** The libraries that a program loads: none when it is linked statically, as the published etcd is and Debian's is not. */
async function librariesOf(program: string): Promise<Record<string, string>> {
  const { stdout } = await run('ldd', [program]);
  return Object.fromEntries([...stdout.matchAll(/^\s.*?(\/\S+) \(0x/gm)].map(([, path]) => [path, realpathSync(path)]));
}
