import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { delimiter, join } from 'path';
import { putMawk } from '../support/pod/mawk';
import { Shell } from '../support/pod/pod';
import { toolchain } from '../toolchain/toolchain';

/** Where the programs are. */
export const PROGRAMS = join(__dirname, '..', '..', 'programs');

let withMawk: string | undefined;

/** The PATH of this machine, in which awk is mawk. */
function pathWithMawk(): string {
  if (withMawk === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-mawk-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    putMawk(folder);
    withMawk = folder;
  }
  return `${withMawk}${delimiter}${process.env.PATH}`;
}

export interface Answer {
  readonly exitCode: number | null;
  readonly stdout: string;
}

/**
 * Runs shell commands in which the functions of one of the programs' libraries are known: in busybox with busybox's own commands, or in
 * dash with this machine's and mawk, as Debian and Ubuntu have them.
 */
export function callLibrary(shell: Shell, library: string, commands: string, args: string[] = [], input = ''): Answer {
  const interpreter = shell === 'busybox' ? [toolchain.busybox.path('busybox'), 'sh'] : ['dash'];
  const [command, ...rest] = [...interpreter, '-eu', '-c', `. "$0"\n${commands}`, join(PROGRAMS, library), ...args];
  const { status, stdout, error } = spawnSync(command, rest, { input, encoding: 'utf8', env: { PATH: shell === 'dash' ? pathWithMawk() : process.env.PATH } });
  if (error) throw error;
  return { exitCode: status, stdout };
}
