import { spawn } from 'child_process';
import { existsSync, readFileSync } from 'fs';
import { network } from './topology';
import { until } from '../support/wait';
import { runOrThrow } from '../toolchain/run';

/** Who a sandbox is, across processes: a process id alone may be given to another process later. */
export interface SandboxId {
  readonly pid: number;
  readonly startTime: string;
}

const bridge = 'lab0';

/** The sandbox's first process: it makes the network that the nodes are plugged into, and then only holds everything together. */
const holder = `
  ip link set lo up
  ip link add ${bridge} type bridge
  ip address add ${network.gateway}/${network.prefixLength} dev ${bridge}
  ip link set ${bridge} up
  echo ready
  exec sleep infinity >/dev/null`;

/**
 * Namespaces of mounts, processes and network that a cluster has to itself.
 *
 * The kernel ends every process and undoes every mount, bridge and route in it as soon as its first process ends. So nothing
 * can be left behind, and clusters side by side never meet, though all of them use the same addresses.
 */
export class Sandbox {
  static readonly bridge = bridge;

  /** @param dieWithParent end when this process ends, in whatever way. Otherwise the sandbox stays until it is destroyed. */
  static async create(dieWithParent: boolean): Promise<Sandbox> {
    const unshare = ['unshare', '--mount', '--propagation', 'private', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-ec', holder];
    const [command, ...args] = dieWithParent ? ['setpriv', '--pdeathsig', 'KILL', ...unshare] : unshare;
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`no namespaces to be had: unshare ended with exit code ${code}. The lab needs root`)));
      child.stdout.once('data', () => resolve());
    });
    child.removeAllListeners('exit');
    child.stdout.destroy();
    child.unref();
    const [first] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
    return new Sandbox({ pid: Number(first), startTime: startTimeOf(Number(first))! });
  }

  constructor(readonly id: SandboxId) {}

  get alive(): boolean {
    return startTimeOf(this.id.pid) === this.id.startTime;
  }

  /** The command line that runs a command among the sandbox's mounts, processes and network. */
  commandLine(command: string[]): string[] {
    return this.enter(['--mount', '--net', '--pid'], command);
  }

  /** The command line that runs a command which sees this machine's files, and the cluster's network instead of this machine's. */
  networkCommandLine(command: string[]): string[] {
    return this.enter(['--net'], command);
  }

  async run(command: string[]): Promise<string> {
    const [program, ...args] = this.commandLine(command);
    return runOrThrow(program, args);
  }

  async destroy(): Promise<void> {
    if (!this.alive) return;
    process.kill(this.id.pid, 'SIGKILL');
    await until('the processes of the cluster have ended', () => !this.alive, 60);
  }

  private enter(namespaces: string[], command: string[]): string[] {
    if (!this.alive) throw new Error('the cluster is not running: its first process has ended');
    return ['nsenter', '--target', String(this.id.pid), ...namespaces, '--', ...command];
  }
}

/** The moment a process started, in ticks since boot; undefined when there is none, or only what its parent hasn't noticed yet. */
function startTimeOf(pid: number): string | undefined {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === 'Z' || state === 'X' ? undefined : startTime;
}
