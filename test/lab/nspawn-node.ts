import { spawn } from 'child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'fs';
import { join } from 'path';
import { ControlGroup } from './cgroup';
import { NodeAccess } from './node-access';
import { writeNodeFiles } from './node-files';
import { Sandbox } from './sandbox';
import { NodePlan, Plan } from './topology';
import { until } from '../support/wait';
import { runOrThrow } from '../toolchain/run';

export interface NspawnNodeProps {
  readonly plan: NodePlan;
  readonly sandbox: Sandbox;
  /** The node's files are below it. */
  readonly folder: string;
  readonly group: ControlGroup;
  /** Root file systems that the node shares with others and never writes to, the uppermost first. */
  readonly layers: string[];
  /** What its /var begins with. */
  readonly variable: string;
}

/**
 * Shows the layers $2 with the changes of folder $3 as one root file system, and boots it as $4, in the control groups $1. Ended with
 * 133, the node wants to be booted again.
 */
const boot = `
  mountpoint -q "$3/root" || mount -t overlay overlay -o "lowerdir=$2,upperdir=$3/upper,workdir=$3/work" "$3/root"
  status=133
  while [ $status -eq 133 ]; do
    status=0
    (
      for group in $1; do echo 0 >"$group/cgroup.procs"; done
      exec systemd-nspawn --quiet --directory="$3/root" --machine="$4" --boot --network-bridge=${Sandbox.bridge} \
        --bind="$3/var:/var" --capability=all --system-call-filter='@keyring bpf @mount @privileged @raw-io @module' \
        --register=no --keep-unit --link-journal=no --resolv-conf=off --timezone=off --console=pipe
    ) || status=$?
  done`;

/** Joins the control groups $1, so that what is run is frozen and ended with the node, and runs the rest of its parameters. */
const enter = 'groups=$1; shift; for group in $groups; do echo 0 >"$group/cgroup.procs"; done; exec "$@"';

/** A machine in all but its kernel: systemd as its first process, with a network, a process table and files of its own. */
export class NspawnNode extends NodeAccess {
  readonly name: string;
  readonly address: string;
  readonly role: NodePlan['role'];
  private readonly group: ControlGroup;

  constructor(private readonly props: NspawnNodeProps) {
    super();
    ({ name: this.name, address: this.address, role: this.role } = props.plan);
    this.group = props.group;
  }

  get running(): boolean {
    return this.firstProcess !== undefined;
  }

  /** What its boot and its end printed. */
  get consoleLog(): string {
    const file = join(this.props.folder, 'console.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Lays out the node's files, before its first boot. @param imageStore containerd's folder, to start with a copy of. */
  async install(plan: Plan, imageStore: string): Promise<void> {
    const { folder } = this.props;
    const [upper, variable] = ['upper', 'var'].map((name) => join(folder, name));
    mkdirSync(upper, { recursive: true });
    await runOrThrow('cp', ['-a', this.props.variable, variable]);
    if (this.role !== 'etcd') {
      const containerd = join(variable, 'lib/containerd');
      await runOrThrow('cp', ['-al', imageStore, containerd]);
      // containerd writes to its databases in place, so they must not stay links.
      const unlink = 'find "$1" -name "*.db" -exec cp -p {} {}.own \\; -exec mv {}.own {} \\;';
      await runOrThrow('sh', ['-ec', unlink, 'sh', containerd]);
    }
    writeNodeFiles(plan, this.props.plan, upper);
  }

  async powerOn(): Promise<void> {
    if (this.running) return;
    const { folder, layers, sandbox } = this.props;
    ['root', 'work'].forEach((name) => mkdirSync(join(folder, name), { recursive: true }));
    // A node that lost its power leaves its empty groups behind.
    this.group.remove();
    this.group.create();
    const [command, ...args] = sandbox.commandLine(['sh', '-euc', boot, 'sh', this.group.folders.join(' '), layers.join(':'), folder, this.name]);
    const log = openSync(join(folder, 'console.log'), 'a');
    const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log], env: { ...process.env, SYSTEMD_NSPAWN_API_VFS_WRITABLE: '1' } });
    closeSync(log);
    let spawnError: Error | undefined;
    child.once('error', (error) => { spawnError = error; });
    child.unref();
    await until(`${this.name} has booted`, async () => {
      if (spawnError) throw spawnError;
      // A unit that failed, as on real machines there may be one, makes it "degraded".
      return this.running && /^(running|degraded)$/m.test((await this.exec(['systemctl', 'is-system-running'])).stdout);
    }, 120);
  }

  async powerOff(): Promise<void> {
    const first = this.firstProcess;
    if (first === undefined) return;
    this.group.thaw();
    process.kill(first, 'SIGKILL');
    await this.untilEnded(30);
  }

  /** Shuts the node down in order. */
  async shutDown(): Promise<void> {
    const first = this.firstProcess;
    if (first === undefined) return;
    this.group.thaw();
    // systemd's "halt and power off": SIGRTMIN+4.
    await runOrThrow('kill', ['-s', '38', String(first)]);
    await this.untilEnded(120);
  }

  async freeze(): Promise<void> {
    this.group.freeze();
  }

  async thaw(): Promise<void> {
    this.group.thaw();
  }

  protected commandLine(command: string[]): string[] {
    const first = this.firstProcess;
    if (first === undefined) throw new Error(`node ${this.name} is powered off: \`power on\` starts it`);
    const environment = ['env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', `TERM=${process.env.TERM ?? 'dumb'}`];
    const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup'];
    const groups = this.group.folders.map((folder) => [join(folder, 'supervisor'), folder].find(existsSync));
    return ['sh', '-euc', enter, 'sh', groups.join(' '), 'nsenter', '--target', String(first), ...namespaces, '--', ...environment, ...command];
  }

  /** The command line of a command that talks with a person at this terminal. */
  interactive(command: string[]): string[] {
    return this.commandLine(command);
  }

  /** The node's systemd, by its process id on this machine. */
  private get firstProcess(): number | undefined {
    for (const folder of this.group.folders) {
      const file = join(folder, 'payload/init.scope/cgroup.procs');
      if (!existsSync(file)) continue;
      const [pid] = readFileSync(file, 'utf8').split('\n');
      if (pid) return Number(pid);
    }
    return undefined;
  }

  private async untilEnded(timeoutSeconds: number): Promise<void> {
    await until(`the processes of ${this.name} have ended`, () => this.group.processes.length === 0, timeoutSeconds);
  }
}
