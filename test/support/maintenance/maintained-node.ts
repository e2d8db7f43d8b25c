import { ChildProcess, spawn } from 'child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { PROGRAMS } from '../../programs/library';
import { runOrThrow } from '../../toolchain/run';
import { toolchain } from '../../toolchain/toolchain';
import { ApiServer, kubeletOf } from '../api-server/api-server';
import { sleep, until } from '../wait';

/** The kernel that runs at first. */
export const OLD_KERNEL = '6.1.0-18-amd64';

// What the program calls of a host that must not be this one's. A reboot ends all that runs there, and another boot begins, with the
// newest kernel.
const SYSTEMCTL = `#!/bin/sh
home=\${0%/*/*}
# There is no unit of etcd.
[ "$1" != cat ] || exit 1
[ "$1" = reboot ] || exit 0
for lock in lock-frontend lock; do
  grep -q "POSIX.* WRITE .*:$(stat -c %i "$home/$lock") " /proc/locks && echo "rebooted with $lock" >>"$home/calls"
done
end() {
  kill -9 "$PPID" -- "-$(cat "$home/unit.pid")"
  exit
}
rm "$home/goes-down-slowly" 2>/dev/null && end
cat /proc/sys/kernel/random/uuid >"$home/boot-id"
cp "$home/newest" "$home/running"
rm -f "$home/reboot-required"
echo "btime $(date +%s)" >"$home/stat"
echo boot >>"$home/boots"
end
`;

/** How a maintenance has ended. */
export interface MaintenanceResult {
  readonly outcome: string;
  readonly message: string;
  readonly fix: string;
  readonly [figure: string]: unknown;
}

/** A program that works on a node, and the file with its steps. */
type NodeProgram = 'maintain-node.sh' | 'upgrade-node.sh';
const STEPS: Record<NodeProgram, string> = { 'maintain-node.sh': 'maintenance/steps.sh', 'upgrade-node.sh': 'upgrade/steps.sh' };

/** A node whose unit does maintain-node.sh, or another program, with a real API server. Its kernel, its reboots and its systemd are files and small programs. */
export class MaintainedNode {
  static async make(server: ApiServer, name: string, labels: Record<string, string> = {}): Promise<MaintainedNode> {
    await server.request('DELETE', `/api/v1/nodes/${name}`, { gracePeriodSeconds: 0 });
    await server.request('POST', '/api/v1/nodes', { metadata: { name, labels } });
    const node = new MaintainedNode(server, name);
    await runOrThrow(toolchain.busybox.path(), ['--install', '-s', node.path('bin')]);
    // Its applets stand for those that are staged; these come first, as nothing here may reach this machine.
    node.program('systemctl', SYSTEMCTL);
    node.program('uname', '#!/bin/sh\ncat "${0%/*/*}/running"\n');
    await node.beat();
    return node;
  }

  readonly home = mkdtempSync(join(tmpdir(), 'cdk8s-day2-maintenance-'));
  /** What its unit does. */
  does: NodeProgram = 'maintain-node.sh';
  /** Whether its kubelet says every second that the Node is Ready. */
  kubeletRuns = true;
  private unit?: ChildProcess;
  private output = '';
  private stopped = false;
  private readonly timer: NodeJS.Timeout;

  private constructor(private readonly server: ApiServer, readonly name: string) {
    for (const folder of ['bin', 'boot', 'units', 'manifests', 'operations']) mkdirSync(this.path(folder));
    this.write('boot-id', 'first\n');
    this.write('running', `${OLD_KERNEL}\n`);
    this.write('newest', `${OLD_KERNEL}\n`);
    this.write(`boot/vmlinuz-${OLD_KERNEL}`, '');
    this.write('stat', `btime ${Math.floor(Date.now() / 1000)}\n`);
    this.timer = setInterval(() => void (this.kubeletRuns && this.beat().catch(() => undefined)), 1000);
  }

  path(...parts: string[]): string {
    return join(this.home, ...parts);
  }

  write(file: string, text: string): void {
    writeFileSync(this.path(file), text);
  }

  read(file: string): string {
    return existsSync(this.path(file)) ? readFileSync(this.path(file), 'utf8') : '';
  }

  installKernel(release: string): void {
    this.write(`boot/vmlinuz-${release}`, '');
    this.write('newest', `${release}\n`);
  }

  get boots(): number {
    return this.read('boots').split('\n').length - 1;
  }

  get log(): string {
    return this.output;
  }

  /** The step that the record names. */
  stepOf(operation: string): string {
    return this.read(`operations/${operation}/record/at`).trim();
  }

  /** Waits until a failpoint holds the unit. */
  async held(operation: string, failpoint: string): Promise<void> {
    await until(`${failpoint} holds it`, () => existsSync(this.path('operations', operation, 'record', 'failpoints', failpoint)), 60);
  }

  /** Lets the unit pass a failpoint, from its next start on if it was killed. */
  release(operation: string, failpoint: string): void {
    this.write(`operations/${operation}/record/failpoints/${failpoint}.passed`, '');
  }

  /** What the API has of the Node. */
  async state(): Promise<{ labels: Record<string, string>; annotations: Record<string, string>; unschedulable: boolean }> {
    const { metadata, spec } = JSON.parse(await this.server.ask('get', 'node', this.name, '--output=json'));
    return { labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {}, unschedulable: spec.unschedulable === true };
  }

  /** Starts the unit, and again whenever it has died, as systemd does, until the operation has ended. */
  async maintain(operation: string, inputs: Record<string, string> = {}, beside = async (): Promise<void> => undefined): Promise<MaintenanceResult> {
    const folder = this.path('operations', operation);
    mkdirSync(join(folder, 'record'), { recursive: true });
    // As it is staged.
    writeFileSync(join(folder, 'record', 'waits'), 'yes\n');
    const result = join(folder, 'result');
    let ended = false;
    const restarting = (async () => {
      while (!ended && !existsSync(result)) {
        this.startUnit(operation, inputs);
        await new Promise((died) => this.unit!.on('close', died));
        await until('nobody has stopped it', () => !this.stopped);
      }
    })();
    try {
      await Promise.all([until(`${operation} ends`, () => existsSync(result), 150), beside()]);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.output}`);
    } finally {
      ended = true;
      if (!existsSync(result)) this.kill();
      await restarting;
    }
    return JSON.parse(readFileSync(result, 'utf8'));
  }

  /** Kills the unit with all that it has started. */
  kill(): void {
    if (this.unit?.pid === undefined || this.unit.exitCode !== null || this.unit.signalCode !== null) return;
    try {
      process.kill(-this.unit.pid, 'SIGKILL');
    } catch {
      // It has just died.
    }
  }

  /** What `--abort` does, while the unit stands still. */
  async abort(operation: string): Promise<void> {
    const functions = `for room in lib host etcd packages node; do . "$here/$room/all.sh"; done; . "$here/${STEPS[this.does]}"; RECORD=$(operation_folder)/record`;
    this.stopped = true;
    this.kill();
    await runOrThrow(toolchain.busybox.path(), ['sh', '-euc', `here=$0; ROLE=node; ${functions}; begin_end`, PROGRAMS], {
      env: { ...process.env, OPERATION: operation, OPERATIONS: this.path('operations') },
    });
    this.stopped = false;
  }

  /** Kills the unit at random moments until `enough`. */
  async killAgainAndAgain(enough: () => boolean, random: () => number): Promise<number> {
    let kills = 0;
    while (!enough()) {
      await sleep(700 + random() * 2500);
      this.kill();
      kills++;
    }
    return kills;
  }

  destroy(): void {
    clearInterval(this.timer);
    this.kill();
    rmSync(this.home, { recursive: true, force: true });
  }

  private startUnit(operation: string, inputs: Record<string, string>): void {
    const unit = spawn(toolchain.busybox.path(), ['sh', join(PROGRAMS, this.does), 'work'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: [this.path('bin'), dirname(toolchain.kubectl.path()), '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'].join(':'),
        OPERATION: operation,
        OPERATIONS: this.path('operations'),
        UNITS: this.path('units'),
        TERMINATION_MESSAGE: '/dev/null',
        SELF: this.name,
        KUBELET_CONF: this.server.kubeconfigOf(kubeletOf(this.name)),
        MANIFESTS: this.path('manifests'),
        BOOT: this.path('boot'),
        BOOT_ID: this.path('boot-id'),
        PROC_STAT: this.path('stat'),
        REBOOT_REQUIRED: this.path('reboot-required'),
        DPKG_LOCKS: `${this.path('lock-frontend')}:${this.path('lock')}`,
        // The packages of this machine are nobody's business; apt is tested elsewhere.
        OS_PACKAGES: 'none',
        ...inputs,
      },
    });
    this.write('unit.pid', `${unit.pid}`);
    this.unit = unit;
    unit.stdout!.on('data', (data) => { this.output += data; });
    unit.stderr!.on('data', (data) => { this.output += data; });
  }

  private program(name: string, text: string): void {
    rmSync(this.path('bin', name), { force: true });
    this.write(`bin/${name}`, text);
    chmodSync(this.path('bin', name), 0o755);
  }

  /** What a kubelet says of its Node. */
  private async beat(): Promise<void> {
    const now = new Date().toISOString().replace(/\.\d+/, '');
    await this.server.request('PATCH', `/api/v1/nodes/${this.name}/status`, {
      status: {
        nodeInfo: { kubeletVersion: 'v1.35.4' },
        conditions: [{ type: 'Ready', status: 'True', reason: 'Test', message: '', lastHeartbeatTime: now }],
      },
    });
  }
}
