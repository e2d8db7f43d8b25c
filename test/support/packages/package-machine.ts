import { ChildProcess, spawn } from 'child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { Outcome, run, runOrThrow } from '../../toolchain/run';
import { toolchain } from '../../toolchain/toolchain';

const PROGRAMS = join(__dirname, '..', '..', '..', 'programs');

// A root file system whose changes are in memory and end with the process.
const BOOT = `
set -e
mount -t tmpfs machine "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$1/root"
sh -euc "$3" sh "$1/root"
mount -t tmpfs -o mode=1777 tmp "$1/root/tmp"
mount -t proc proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
mount -t tmpfs run "$1/root/run"
echo up
# As process 1 it buries the orphans: dnf waits for one that is dead and not buried.
while :; do sleep 1000 & wait $!; done`;

/** A machine on which packages can be installed and broken: folders of this one, seen through an overlay. Needs root. */
export abstract class PackageMachine {
  protected static async use<Machine extends PackageMachine>(machine: Machine, act: (machine: Machine) => Promise<void>): Promise<void> {
    try {
      await machine.boot();
      await act(machine);
    } finally {
      machine.destroy();
    }
  }

  private readonly folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-machine-'));
  private holder?: ChildProcess;
  private pid = 0;

  /**
   * @param layers folders that it shows, the uppermost first
   * @param prepare sh that is run with the root as its argument, before anything else of it
   */
  protected constructor(private readonly layers: readonly string[], private readonly prepare: string) {}

  /** What a command says that must succeed. */
  async run(command: string[]): Promise<string> {
    const [program, ...args] = this.commandLine(command);
    return runOrThrow(program, args);
  }

  exec(command: string[]): Promise<Outcome> {
    const [program, ...args] = this.commandLine(command);
    return run(program, args);
  }

  /** A command that goes on beside others. */
  start(command: string[]): ChildProcess {
    const [program, ...args] = this.commandLine(command);
    return spawn(program, args, { stdio: 'ignore' });
  }

  /** Where a path of the machine is for this process. */
  path(path: string): string {
    return join(`/proc/${this.pid}/root`, this.folder, 'root', path);
  }

  /** Copies all that was changed into a folder, which can be a layer of other machines. */
  async save(folder: string): Promise<void> {
    await runOrThrow('cp', ['--archive', join(`/proc/${this.pid}/root`, this.folder, 'upper'), folder]);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  has(path: string): boolean {
    return existsSync(this.path(path));
  }

  /**
   * Calls a function of the programs as a step of an operation does. The operation's folder is /var/lib/cdk8s-day2/operations/test.
   *
   * @param killedAfter so many seconds, with all that it has started, as with the unit of an operation
   */
  async call(words: string, inputs: Record<string, string> = {}, killedAfter?: number): Promise<Outcome> {
    if (!this.has('/program')) {
      cpSync(PROGRAMS, this.path('/program'), { recursive: true });
      // First on the PATH, as a unit has it.
      mkdirSync(this.path('/bin-of-operation'));
      cpSync(toolchain.busybox.path(), this.path('/bin-of-operation/busybox'));
      await this.run(['/bin-of-operation/busybox', '--install', '/bin-of-operation']);
    }
    const variables = Object.entries({ OPERATION: 'test', ...inputs }).map(([name, value]) => `${name}='${value}'`).join('\n');
    this.write('/call.sh', `
set -eu
umask 077
PATH=/bin-of-operation:$PATH
here=/program
${variables}
export PROGRAM=upgrade-node.sh
. "$here/lib/environment.sh"
clean_environment APT_
. "$here/lib/all.sh"
. "$here/host/all.sh"
. "$here/packages/all.sh"
INPUTS='
TO              -    - -  version
PACKAGES        auto - -  manager
REPOSITORY      -    - -  URL
KEY_FINGERPRINT -    - -  fingerprint
'
take_inputs
WORK=/run/work
RECORD=$(operation_folder)/record
mkdir -p "$WORK" "$RECORD"
# With -e off, as in a step.
if ${words}; then exit 0; else exit 9; fi
`);
    const killed = killedAfter === undefined ? [] : ['timeout', '--signal', 'KILL', String(killedAfter)];
    return this.exec([...killed, '/bin-of-operation/busybox', 'sh', '/call.sh']);
  }

  private async boot(): Promise<void> {
    this.holder = spawn('setpriv', [
      '--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', 'sh', '-c', BOOT, 'sh', this.folder, this.layers.join(':'), this.prepare,
    ], { stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    this.holder.stderr!.on('data', (chunk) => { errors += chunk; });
    await new Promise<void>((resolve, reject) => {
      this.holder!.stdout!.on('data', () => resolve());
      this.holder!.on('close', () => reject(new Error(`the machine does not boot: ${errors}`)));
    });
    this.pid = Number(readFileSync(`/proc/${this.holder.pid}/task/${this.holder.pid}/children`, 'utf8').trim().split(' ')[0]);
  }

  private commandLine(command: string[]): string[] {
    const environment = ['env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'];
    return ['nsenter', '--target', String(this.pid), '--mount', '--pid', '--', 'chroot', join(this.folder, 'root'), ...environment, ...command];
  }

  private destroy(): void {
    this.holder?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
