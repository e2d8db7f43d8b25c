import { ChildProcess, spawn } from 'child_process';
import { closeSync, openSync, readFileSync, readlinkSync } from 'fs';
import { constants } from 'os';
import { runOrThrow } from '../../toolchain/run';
import { putMawk } from '../pod/mawk';

/** A process on a stub host. */
export class StubProcess {
  /** 128 + n after signal n, as a shell shows it. */
  readonly ended: Promise<number>;
  private over = false;

  constructor(private readonly host: StubHost, private readonly enterer: ChildProcess) {
    this.ended = new Promise((resolve, reject) => {
      enterer.on('error', reject);
      // From then on its number may be another process's, while a grandchild still holds the output open.
      enterer.on('exit', () => { this.over = true; });
      enterer.on('close', (code, signal) => {
        resolve(signal ? 128 + constants.signals[signal] : code ?? -1);
      });
    });
  }

  get running(): boolean {
    return !this.over;
  }

  /** As the test sees it. Undefined before it has begun and after its end. */
  get pid(): number | undefined {
    return this.over ? undefined : childrenOf(this.enterer.pid!)[0];
  }

  /** As programs on the host see it; 0 when it doesn't run. */
  get pidOnHost(): number {
    const status = this.pid === undefined ? '' : statusOf(this.pid);
    return Number(/^NSpid:.*\s(\d+)$/m.exec(status)?.[1] ?? 0);
  }

  get output(): NodeJS.ReadableStream {
    return this.enterer.stdout!;
  }

  get errors(): NodeJS.ReadableStream {
    return this.enterer.stderr!;
  }

  /** A process that has not begun yet gets the signal when it has. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    while (this.running) {
      const { pid } = this;
      if (pid !== undefined) {
        this.host.kill(pid, signal);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

export interface StubCommand {
  readonly command: string[];
  readonly env?: Record<string, string>;
  /** The file that the command prints to; without it the caller reads the output. */
  readonly logFile?: string;
}

// Arguments: the host's name, the folder whose programs come before the machine's own, and its /etc/hosts. It knows no resolver.
const BOOT = `
set -e
mount -t proc proc /proc
mount -t tmpfs run /run
mount --bind "$2" /usr/local/sbin
mount --bind "$3" /etc/hosts
mount --bind /dev/null /etc/resolv.conf
echo "$1" >/proc/sys/kernel/hostname
echo up
# As process 1 it buries the orphans.
while :; do sleep 1000 & wait $!; done`;

/**
 * Looks like a computer to a program that stops and starts processes: it sees no other processes, it can't reach this machine's
 * systemd, and a power cut ends all processes at the same moment. The network and the disks are this machine's. Needs root.
 */
export class StubHost {
  private init?: ChildProcess;
  private pid = 0;
  /** The process namespace. */
  private namespace?: string;
  private readonly processes = new Set<StubProcess>();

  /** @param programs folder of programs that come before the machine's own, such as a `systemctl`. */
  constructor(readonly name: string, private readonly programs: string, private readonly hosts: string) {
    putMawk(programs);
  }

  get on(): boolean {
    return this.pid !== 0;
  }

  async powerOn(): Promise<void> {
    const init = spawn('setpriv', [
      '--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', '--uts', '--pid', '--fork', '--kill-child',
      'sh', '-c', BOOT, 'init', this.name, this.programs, this.hosts,
    ], { stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    init.stderr.on('data', (chunk) => { errors += chunk; });
    await new Promise<void>((resolve, reject) => {
      init.stdout.on('data', () => resolve());
      init.on('close', () => reject(new Error(`host ${this.name} does not boot: ${errors}`)));
    });
    this.init = init;
    [this.pid] = childrenOf(init.pid!);
    this.namespace = namespaceOf(this.pid);
    init.on('exit', () => {
      if (this.init === init) this.pid = 0;
    });
  }

  /** Ends every process at once. What is on the disks stays. */
  async powerOff(): Promise<void> {
    if (!this.on) return;
    const { init, pid } = this;
    this.pid = 0;
    const off = new Promise((resolve) => init!.on('close', resolve));
    this.kill(pid, 'SIGKILL');
    await off;
    await Promise.all([...this.processes].map(({ ended }) => ended));
  }

  start({ command, env = {}, logFile }: StubCommand): StubProcess {
    if (!this.on) throw new Error(`host ${this.name} is off`);
    const log = logFile === undefined ? undefined : openSync(logFile, 'a');
    const enterer = spawn('nsenter', ['--target', String(this.pid), '--mount', '--uts', '--pid', '--', ...command], {
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...env },
      stdio: ['ignore', log ?? 'pipe', log ?? 'pipe'],
    });
    if (log !== undefined) closeSync(log);
    const process = new StubProcess(this, enterer);
    this.processes.add(process);
    void process.ended.then(() => this.processes.delete(process));
    return process;
  }

  /** Signals a process of this host, and no other: the number of one that has ended is soon another's. */
  kill(pid: number, signal: NodeJS.Signals): void {
    if (this.namespace === undefined || namespaceOf(pid) !== this.namespace) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** The output of a command that has to succeed. */
  run(command: string[]): Promise<string> {
    return runOrThrow('nsenter', ['--target', String(this.pid), '--mount', '--uts', '--pid', '--', ...command]);
  }
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter((word) => word !== '').map(Number);
  } catch {
    return [];
  }
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
