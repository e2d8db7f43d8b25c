import { spawnSync } from 'child_process';
import { join } from 'path';
import { Shell } from '../support/pod/pod';
import { toolchain } from '../toolchain/toolchain';

/** Where the programs are. */
export const PROGRAMS = join(__dirname, '..', '..', 'programs');

export interface Answer {
  readonly exitCode: number | null;
  readonly stdout: string;
}

/**
 * Runs shell commands in which the functions of one of the programs' libraries are known: in busybox with busybox's own commands, or in
 * dash with this machine's.
 */
export function callLibrary(shell: Shell, library: string, commands: string, args: string[] = [], input = ''): Answer {
  const interpreter = shell === 'busybox' ? [toolchain.busybox.path('busybox'), 'sh'] : ['dash'];
  const [command, ...rest] = [...interpreter, '-eu', '-c', `. "$0"\n${commands}`, join(PROGRAMS, library), ...args];
  const { status, stdout, error } = spawnSync(command, rest, { input, encoding: 'utf8', env: { PATH: process.env.PATH } });
  if (error) throw error;
  return { exitCode: status, stdout };
}
