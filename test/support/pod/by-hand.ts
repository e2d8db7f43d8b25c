import { execFileSync, spawnSync } from 'child_process';
import { existsSync, mkdtempSync } from 'fs';
import { networkInterfaces, tmpdir } from 'os';
import { join } from 'path';
import { Shell } from './pod';
import { Tool } from '../../toolchain/tool';
import { toolchain } from '../../toolchain/toolchain';

export interface ByHand {
  readonly shell: Shell;
  /** The program, as it is typed. */
  readonly program: string;
  readonly args?: string[];
  readonly cwd?: string;
  /** The etcd whose tools are on the search path. */
  readonly etcd?: Tool;
  readonly env?: Record<string, string>;
}

let applets: string | undefined;

/** busybox under all its names, in a folder. */
function appletsFolder(): string {
  if (applets && existsSync(applets)) return applets;
  applets = mkdtempSync(join(tmpdir(), 'cdk8s-day2-applets-'));
  execFileSync(toolchain.busybox.path('busybox'), ['--install', '-s', applets]);
  return applets;
}

/** A program that a person runs in a shell of theirs, with nothing in its environment but what is given. */
export function runByHand({ shell, program, args = [], cwd, etcd, env = {} }: ByHand): { exitCode: number | null; output: string; summary: any } {
  const folders = [...shell === 'busybox' ? [appletsFolder()] : [], ...etcd ? [join(etcd.path(etcd.recipe.programs[0]), '..')] : [], '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  const [command, ...first] = shell === 'busybox' ? [toolchain.busybox.path('busybox'), 'sh'] : ['dash'];
  const { status, stdout, stderr, error } = spawnSync(command, [...first, program, ...args], {
    cwd, encoding: 'utf8', env: { PATH: folders.join(':'), TERMINATION_MESSAGE: '/dev/null', ...env },
  });
  if (error) throw error;
  const last = stdout.trimEnd().split('\n').pop()!;
  return { exitCode: status, output: stdout + stderr, summary: last.startsWith('{') ? JSON.parse(last) : undefined };
}

/** An address of this machine that isn't a loopback one: only for those is a proxy asked. */
export function ownAddress(): string {
  const found = Object.values(networkInterfaces()).flat().find((own) => own?.family === 'IPv4' && !own.internal);
  if (!found) throw new Error('this machine has no address but loopback ones');
  return found.address;
}
