import { ChildProcess, spawn } from 'child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';

export interface Mount {
  readonly source: string;
  readonly path: string;
  readonly readOnly?: boolean;
}

export interface ContainerProps {
  readonly command: string[];
  /** The whole environment: nothing of the test's own is added. */
  readonly env: Record<string, string>;
  /** All that is in the container beside devices, processes and the host's C library. */
  readonly mounts: Mount[];
  readonly user: number;
  readonly group: number;
  /** Those that it has, such as `DAC_READ_SEARCH`. @default none */
  readonly capabilities?: string[];
}

export interface ContainerResult {
  /** 128 + n after signal n, as Kubernetes shows it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly terminationMessage: string;
}

/** What has to be bound from this machine: programs linked against its C library, and the devices that every container has. */
const LIBRARIES = ['/lib', '/lib64', '/usr/lib'];
const DEVICES = ['/dev/null', '/dev/zero', '/dev/random', '/dev/urandom'];
const SETPRIV = '/.setpriv';

// Arguments: the root, triples of source, path and ro or rw, then --, then the command.
const ENTER = `
set -e
root=$1
shift
mount --bind "$root" "$root"
while [ "$1" != -- ]; do
  mount --bind "$1" "$root$2"
  [ "$3" = rw ] || mount -o remount,bind,ro "$root$2"
  shift 3
done
shift
mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root"
exec chroot "$root" ${SETPRIV} "$@"
`;

/**
 * A container as a kubelet starts it for our pods, made of the kernel's own parts: namespaces for mounts and processes, a read-only root,
 * no capabilities but what the manifest adds, the command as process 1 (which ignores every signal that it has no handler for). The network is this machine's, as
 * with `hostNetwork`. Needs root.
 */
export class Container {
  static start(props: ContainerProps): Container {
    return new Container(props);
  }

  readonly result: Promise<ContainerResult>;
  private readonly folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-container-'));
  private readonly child: ChildProcess;
  private stdout = '';
  private stderr = '';
  private ended = false;
  private killed = false;

  private constructor({ command, env, mounts, user, group, capabilities = [] }: ContainerProps) {
    const root = join(this.folder, 'root');
    const terminationLog = join(this.folder, 'termination-log');
    writeFileSync(terminationLog, '');
    // As the kubelet makes it, whatever the umask: users other than root write there.
    chmodSync(terminationLog, 0o666);
    // A mount within another one comes after it.
    const all: Mount[] = [
      ...[...LIBRARIES, ...DEVICES].map((path) => ({ source: path, path, readOnly: true })),
      { source: realpathSync('/usr/bin/setpriv'), path: SETPRIV, readOnly: true },
      { source: terminationLog, path: '/dev/termination-log' },
      ...mounts,
    ].sort((a, b) => a.path.length - b.path.length);
    mkdirSync(join(root, 'proc'), { recursive: true });
    // A mount below another one finds its target there, in its source.
    for (const { source, path } of all) {
      if (!all.some((outer) => path.startsWith(`${outer.path}/`))) makeTarget(source, join(root, path));
    }
    this.child = spawn('setpriv', [
      '--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', 'sh', '-c', ENTER, 'enter', root,
      ...all.flatMap(({ source, path, readOnly }) => [realpathSync(source), path, readOnly ? 'ro' : 'rw']), '--',
      `--bounding-set=${['-all', ...capabilities.map((name) => `+${name.toLowerCase()}`)].join(',')}`, '--inh-caps=-all', '--no-new-privs', `--reuid=${user}`, `--regid=${group}`, '--clear-groups', '--', ...command,
    ], { env: { ...env, PATH: env.PATH ?? process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout!.on('data', (chunk) => { this.stdout += chunk; });
    this.child.stderr!.on('data', (chunk) => { this.stderr += chunk; });
    this.result = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code) => {
        this.ended = true;
        const terminationMessage = readFileSync(terminationLog, 'utf8');
        rmSync(this.folder, { recursive: true, force: true });
        // unshare hands on every end but one: it can't die of SIGKILL as its child did.
        resolve({ exitCode: this.killed ? 137 : code ?? -1, stdout: this.stdout, stderr: this.stderr, terminationMessage });
      });
    });
  }

  /** All that it has printed so far. */
  get output(): string {
    return this.stdout + this.stderr;
  }

  get running(): boolean {
    return !this.ended;
  }

  /** Signals process 1, as a kubelet does. SIGKILL ends all of the container's processes with it. */
  signal(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    const first = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
    // Signalling process 0 would reach all of this test's own.
    if (!(first > 0)) throw new Error(`the container has no process to send ${signal} to`);
    process.kill(first, signal);
    this.killed ||= signal === 'SIGKILL';
  }
}

function makeTarget(source: string, target: string): void {
  if (statSync(source).isDirectory()) {
    mkdirSync(target, { recursive: true });
  } else {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, '');
  }
}
