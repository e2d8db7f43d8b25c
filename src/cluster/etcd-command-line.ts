import * as path from 'path';
import { EtcdFlags, isFlagOfEtcd } from './etcd-flags';
import { shellCommands } from './shell-words';

/** Words that may stand before a command in a shell, and programs that run another program. */
const BEFORE = /^(exec|command|nohup|then|else|do|if|while|until|!|\{|[A-Za-z_]\w*=.*)$/;
const CARRIERS = /^(tini|tini-static|dumb-init|catatonit|su-exec|gosu|sudo|setpriv|env|nice|ionice|chrt|taskset|numactl|timeout|stdbuf)$/;
/** Below these folders, a path that ends in etcd is a folder, and not a program. */
const FOLDER = /^\/(var|etc|data|mnt|srv|run)\//;
/** Subcommands with which etcd is no member. */
const NO_MEMBER = /^(gateway|grpc-proxy)$/;

/** The words after the name of the etcd program in a command, or undefined when the command doesn't run a member. */
export function etcdArguments(command: string[]): string[] | undefined {
  const first = command.findIndex(word => !BEFORE.test(word));
  const isEtcd = (index: number) => index >= 0 && /^([^-].*\/)?etcd$/.test(command[index]) && !FOLDER.test(command[index]);
  const at = isEtcd(first) ? first : lastIndex(command, index => isEtcd(index) && isGivenOn(command, index));
  return at < 0 || NO_MEMBER.test(command[at + 1] ?? '') ? undefined : command.slice(at + 1);
}

/** Whether the etcd at this index is the program that another one runs, and not merely a path or a name among its arguments. */
function isGivenOn(command: string[], index: number): boolean {
  const after = command.slice(index + 1);
  return after.length > 0 ? after[0].startsWith('-') && after.some(isFlagOfEtcd) : command.slice(0, index).some(word => CARRIERS.test(path.posix.basename(word)));
}

function lastIndex(command: string[], matches: (index: number) => boolean): number {
  return command.map((_, index) => index).filter(matches).pop() ?? -1;
}

/** The script of a command such as `sh -c SCRIPT`. */
export function scriptOf(command: string[]): string | undefined {
  const isShell = /^(ba|da|a)?sh$/.test(path.posix.basename(command[0] ?? ''));
  const script = isShell ? command.findIndex(word => /^-[a-z]*c$/.test(word)) + 1 : 0;
  return script > 0 ? command[script] : undefined;
}

/**
 * Reads the flags of a running etcd from the output of `ps`, `/proc/…/cmdline` or `systemctl status`, columns and other lines included.
 */
export function flagsOfCommandLine(text: string): EtcdFlags {
  const source = 'commandLine';
  const processes = new Map(etcdProcesses(text).map(args => [args.join('\0'), args]));
  if (processes.size === 0) {
    throw new Error(`${source} must hold the line of an etcd process with its flags, got ${JSON.stringify(text.slice(0, 200))}: `
      + 'ps -ww -C etcd -o args prints it');
  }
  if (processes.size > 1) {
    throw new Error(`${source} must hold one etcd process, got ${processes.size} with different flags: leave the others out`);
  }
  const [args] = processes.values();
  const cut = args.find((word, i) => word.includes('…') || (i === args.length - 1 && /(\.\.\.|>)$/.test(word)));
  if (cut !== undefined) {
    throw new Error(`${source} must hold the whole line of etcd, got one that is cut at ${JSON.stringify(cut)}, as systemctl status cuts it: `
      + 'ps -ww -C etcd -o args prints all of it');
  }
  if (args.length === 0) {
    throw new Error(`${source} has an etcd process without flags, which takes them from variables or a file, and no process list shows those: ${NOT_SHOWN}`);
  }
  return new EtcdFlags(source, args, { isWhole: NOT_SHOWN });
}

const NOT_SHOWN = 'describe it with EtcdCluster.external, or the etcd of a control plane with EtcdCluster.kubeadm or fromStaticPodManifest';

/** The arguments of the etcd processes in a process list. Programs that only name etcd are left out. */
function etcdProcesses(text: string): string[][] {
  const commands = text.split('\n').map(wordsOf).filter(words => words.length > 0);
  const itself = commands.filter(([program]) => path.posix.basename(program) === 'etcd').map(etcdArguments);
  // Lines of a shell, docker or the journal that name etcd: they count only where there is no line of etcd itself.
  const named = commands.map(words => shellCommands(words.join(' ')).map(etcdArguments).find(args => args?.some(isFlagOfEtcd)));
  return (itself.length > 0 ? itself : named).filter(args => args !== undefined);
}

/** The words of a command, without what is before it in the line: columns of `ps`, branches of a process tree, the process id. */
function wordsOf(line: string): string[] {
  if (line.includes('\0')) {
    return line.replace(/\0$/, '').split('\0');
  }
  const words = line.split(/\s+/).filter(word => word !== '');
  const end = words.findIndex(word => /^[-/]/.test(word));
  // The last column before the command is the CPU time that it has used.
  const time = words.slice(0, end < 0 ? undefined : end).map(word => /^(\d+-)?\d+:\d\d([:.]\d\d)?$/.test(word)).lastIndexOf(true);
  const command = words.slice(time + 1);
  const start = command.findIndex(word => !/^[|`├└─│\\_]*\d*$/.test(word));
  return command.slice(Math.max(start, 0));
}
