import * as path from 'path';
import { EtcdFlags } from './etcd-flags';
import { shellCommands } from './shell-words';

/** What stands behind the name of the etcd program in a command, or undefined when it doesn't run etcd. */
export function etcdArguments(command: string[]): string[] | undefined {
  // A flag's value may end in the same way: --data-dir=/var/lib/etcd.
  const index = command.findIndex(word => !word.startsWith('-') && path.posix.basename(word) === 'etcd');
  return index < 0 ? undefined : command.slice(index + 1);
}

/** The command that a container runs in the end, when it is given to a shell as one text. */
export function unwrapShell(command: string[]): string[][] {
  const isShell = /^(ba|da|a)?sh$/.test(path.posix.basename(command[0] ?? ''));
  const script = isShell ? command.findIndex(word => /^-[a-z]*c$/.test(word)) + 1 : 0;
  return script > 0 && command[script] !== undefined ? shellCommands(command[script]) : [command];
}

/**
 * Reads the flags of a running etcd from the output of `ps`, `/proc/…/cmdline` or `systemctl status`, columns and other lines included.
 */
export function flagsOfCommandLine(text: string): EtcdFlags {
  const source = 'commandLine';
  const found = text.split('\n')
    .map(line => etcdArguments(line.split(/[\s\0]+/).filter(word => word !== '')))
    .filter(args => args?.some(arg => arg.startsWith('-')))
    .map(args => args!.join('\n'));
  const distinct = [...new Set(found)];
  if (distinct.length === 0) {
    throw new Error(`${source} must hold the line of an etcd process with its flags, got ${JSON.stringify(text.slice(0, 200))}: `
      + 'ps -ww -C etcd -o args prints it');
  }
  if (distinct.length > 1) {
    throw new Error(`${source} must hold one etcd process, got ${distinct.length} with different flags: leave the others out`);
  }
  return new EtcdFlags(source, distinct[0].split('\n'));
}
