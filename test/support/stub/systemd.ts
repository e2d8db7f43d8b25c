import { randomUUID } from 'crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { createServer, Server } from 'http';
import { join } from 'path';
import { StubHost, StubProcess } from './host';
import { StubKubelet } from './kubelet';
import { readUnit, UnitFile } from './unit-file';

export interface StubSystemdProps {
  readonly host: StubHost;
  readonly kubelet: StubKubelet;
  /** Folder of units. */
  readonly units: string;
  /** Folder where its `systemctl` is put. */
  readonly programs: string;
  readonly logs: string;
}

interface Service {
  process?: StubProcess;
  invocation?: string;
  /** While a person or a program wants it. */
  wanted: boolean;
  timer?: NodeJS.Timeout;
}

interface Answer {
  readonly exitCode: number;
  readonly text?: string;
}

const KUBELET = /^kubelet(\.service)?$/;
const STOP_MS = 90_000;

/** What systemd does for the programs: `systemctl` with the verbs that they use, the kubelet, and units of the folder of units. */
export class StubSystemd {
  private readonly services = new Map<string, Service>();
  /** As they were when they were read last: what has changed since counts from the next `daemon-reload` on. */
  private readonly loaded = new Map<string, UnitFile>();
  /** What it says of its mount units. */
  mounts = '';
  /** Whether a unit is read with its drop-ins. */
  takesUpDropIns = true;
  private readonly socket: string;
  private server?: Server;

  constructor(private readonly props: StubSystemdProps) {
    this.socket = join(props.logs, 'systemd.socket');
    writeFileSync(join(props.programs, 'systemctl'), `#!/bin/sh
answer=$(printf '%s\\n' "$@" | curl --silent --unix-socket '${this.socket}' --data-binary @- http://systemd/) || exit 1
[ -z "$\{answer#* }" ] || printf '%s\\n' "$\{answer#* }"
exit "$\{answer%% *}"
`, { mode: 0o755 });
  }

  /** What happens at boot. */
  async boot(): Promise<void> {
    rmSync(this.socket, { force: true });
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => { body += chunk; });
      request.on('end', () => {
        const words = body.trimEnd().split('\n');
        void this.systemctl(words).then(({ exitCode, text = '' }) => response.end(`${exitCode} ${text}`));
      });
    });
    await new Promise<void>((resolve) => this.server!.listen(this.socket, resolve));
    this.props.kubelet.start();
    for (const unit of this.enabled) this.start(unit);
  }

  /** The power is gone: nothing is stopped in order. */
  async cutOff(): Promise<void> {
    this.props.kubelet.stop();
    for (const service of this.services.values()) {
      service.wanted = false;
      clearTimeout(service.timer);
    }
    this.services.clear();
    this.loaded.clear();
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server ? this.server.close(resolve) : resolve(undefined));
    this.server = undefined;
  }

  get enabled(): string[] {
    return existsSync(this.wants) ? readdirSync(this.wants) : [];
  }

  enable(unit: string): void {
    mkdirSync(this.wants, { recursive: true });
    rmSync(join(this.wants, unit), { force: true });
    symlinkSync(join(this.props.units, unit), join(this.wants, unit));
  }

  /** Starts a unit that doesn't run. */
  start(name: string): void {
    const service: Service = this.services.get(name) ?? { wanted: true };
    this.services.set(name, service);
    service.wanted = true;
    clearTimeout(service.timer);
    const unit = this.load(name);
    if (service.process?.running || !unit?.allowed() || !this.props.host.on) return;
    service.invocation = randomUUID();
    const process = this.props.host.start({
      command: unit.command,
      env: { ...unit.environment, INVOCATION_ID: service.invocation },
      logFile: join(this.props.logs, `${name}.log`),
    });
    service.process = process;
    void process.ended.then((exitCode) => this.ended(name, service, process, unit, exitCode));
  }

  async stop(name: string): Promise<void> {
    const service = this.services.get(name);
    if (!service) return;
    service.wanted = false;
    clearTimeout(service.timer);
    if (!service.process?.running) return;
    this.signalAll(service, 'SIGTERM');
    const impatience = setTimeout(() => this.signalAll(service, 'SIGKILL'), STOP_MS);
    await service.process.ended;
    clearTimeout(impatience);
    this.signalAll(service, 'SIGKILL');
  }

  /** A crash of a unit's main process, as `kill -9` of it is. Whether there was one to kill. */
  async crash(name: string): Promise<boolean> {
    const process = this.services.get(name)?.process;
    if (!process?.running) return false;
    await process.signal('SIGKILL');
    await process.ended;
    return true;
  }

  /** The main process of a unit. */
  processOf(name: string): StubProcess | undefined {
    return this.services.get(name)?.process;
  }

  isActive(name: string): boolean {
    return KUBELET.test(name) ? this.props.kubelet.active : this.services.get(name)?.process?.running ?? false;
  }

  private load(name: string): UnitFile | undefined {
    const unit = this.loaded.get(name) ?? this.read(name);
    if (unit) this.loaded.set(name, unit);
    return unit;
  }

  private read(name: string): UnitFile | undefined {
    return readUnit(this.props.units, name, this.takesUpDropIns);
  }

  private reload(): void {
    for (const name of this.loaded.keys()) {
      const unit = this.read(name);
      if (unit) this.loaded.set(name, unit);
      else this.loaded.delete(name);
    }
  }

  private get wants(): string {
    return join(this.props.units, 'multi-user.target.wants');
  }

  private ended(name: string, service: Service, process: StubProcess, { restart, restartMs }: UnitFile, exitCode: number): void {
    if (service.process !== process || !this.props.host.on) return;
    // KillMode=control-group
    this.signalAll(service, 'SIGKILL');
    if (service.wanted && (restart === 'always' || (restart === 'on-failure' && exitCode !== 0))) {
      service.timer = setTimeout(() => service.wanted && this.start(name), restartMs);
    }
  }

  /** Signals every process of a unit: each has the INVOCATION_ID of the unit's start. */
  private signalAll({ invocation }: Service, signal: NodeJS.Signals): void {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        if (readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`INVOCATION_ID=${invocation}`)) this.props.host.kill(Number(pid), signal);
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  private async systemctl(words: string[]): Promise<Answer> {
    const [verb, ...rest] = words.filter((word) => !['--quiet', '--no-block', '--value'].includes(word));
    const now = rest.includes('--now');
    const property = rest.includes('--property') ? rest[rest.indexOf('--property') + 1] : '';
    const names = rest.filter((word, index) => !word.startsWith('--') && rest[index - 1] !== '--property');
    const wait = !words.includes('--no-block');
    switch (verb) {
      case 'daemon-reload':
        this.reload();
        return { exitCode: 0 };
      case 'enable': return this.each(names, (name) => {
        this.reload();
        this.enable(name);
        if (now) this.start(name);
      });
      case 'disable': return this.each(names, (name) => rmSync(join(this.wants, name), { force: true }));
      case 'start': return this.each(names, (name) => this.startOne(name));
      case 'stop': return this.each(names, (name) => this.stopOne(name), wait);
      case 'restart': return this.each(names, async (name) => {
        await this.stopOne(name);
        this.startOne(name);
      }, wait);
      case 'is-active': return { exitCode: this.isActive(names[0]) ? 0 : 3 };
      case 'cat': return this.each(names, () => undefined, true, this.read(names[0])?.text);
      case 'show': return { exitCode: 0, text: this.show(names[0], property) };
      default: return { exitCode: 1, text: `the stub of systemctl knows no verb ${verb}` };
    }
  }

  /** Acts on each unit in turn; exit code 5 at the first name that is no unit. */
  private async each(names: string[], act: (name: string) => Promise<void> | void, wait = true, text = ''): Promise<Answer> {
    for (const name of names) {
      const known = KUBELET.test(name) || this.services.has(name) || existsSync(join(this.props.units, name)) || existsSync(join(this.wants, name));
      if (!known) return { exitCode: 5 };
      const done = act(name);
      if (wait) await done;
    }
    return { exitCode: 0, text };
  }

  private startOne(name: string): void {
    if (KUBELET.test(name)) this.props.kubelet.start();
    else this.start(name);
  }

  private async stopOne(name: string): Promise<void> {
    if (KUBELET.test(name)) this.props.kubelet.stop();
    else await this.stop(name);
  }

  private show(name: string, property: string): string {
    if (name === '*.mount') return this.mounts;
    if (property === 'MainPID') return `${this.services.get(name)?.process?.pidOnHost ?? 0}\n`;
    const unit = this.load(name);
    if (property === 'ExecStart' && unit) {
      return `{ path=${unit.command[0]} ; argv[]=${unit.command.join(' ')} ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }\n`;
    }
    if (property === 'Environment' && unit) return `${unit.variables.join(' ')}\n`;
    if (property === 'DropInPaths' && unit) return `${unit.dropIns.join(' ')}\n`;
    if (property === 'EnvironmentFiles' && unit) return unit.environmentFiles.map((path) => `${path} (ignore_errors=no)\n`).join('') || '\n';
    return '\n';
  }
}
