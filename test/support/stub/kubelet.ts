import { readdirSync, readFileSync } from 'fs';
import { dirname, join } from 'path';
import { parse } from 'yaml';
import { StubHost, StubProcess } from './host';

/** What stands in the place of a container image: the program that a static pod's command names, found under its name. */
export type StubImages = { readonly [program: string]: readonly string[] };

export interface StubKubeletProps {
  readonly host: StubHost;
  readonly manifests: string;
  readonly images: StubImages;
  /** Where the processes print to, a file for each. */
  readonly logs: string;
  /** How old its view of the manifests is when it acts on it, in milliseconds. @default 0 */
  readonly lagMs?: number;
}

/** A static pod, as the folder of manifests had it. */
interface SeenPod {
  readonly name: string;
  readonly manifest: string;
  readonly command: string[];
  readonly env: Record<string, string>;
  /** Folders of the machine that the container sees at other paths: pairs. */
  readonly moved: readonly [string, string][];
}

interface RunningPod extends SeenPod {
  readonly process: StubProcess;
  ending: boolean;
}

const SEARCH_PATH = '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const LOOK_MS = 100;
/** After a crash; a real one waits longer from the second on. */
const BACK_OFF_MS = 300;
const GRACE_MS = 30_000;

/**
 * What a kubelet does with static pods: it starts the pods of the folder, starts again those that died, and ends those that left the
 * folder. It acts on the folder as it was `lagMs` ago. When it is stopped, all pods go on; when it is started, it knows only what the
 * folder holds then.
 */
export class StubKubelet {
  active = false;
  /** How old its view of the manifests is when it acts on it, in milliseconds. */
  lagMs: number;
  private timer?: NodeJS.Timeout;
  private seen: { at: number; pods: Map<string, SeenPod> }[] = [];
  /** The container runtime's: it outlives the kubelet. */
  private readonly running = new Map<string, RunningPod>();
  private readonly parsed = new Map<string, SeenPod>();
  private readonly notBefore = new Map<string, number>();

  constructor(private readonly props: StubKubeletProps) {
    this.lagMs = props.lagMs ?? 0;
  }

  start(): void {
    if (this.active) return;
    this.active = true;
    // It has seen nothing before.
    this.seen = [{ at: 0, pods: this.look() }];
    this.act();
    this.timer = setInterval(() => this.act(), LOOK_MS);
  }

  stop(): void {
    this.active = false;
    clearInterval(this.timer);
  }

  /** The process of a static pod. */
  processOf(pod: string): StubProcess | undefined {
    return this.running.get(pod)?.process;
  }

  private look(): Map<string, SeenPod> {
    const pods = new Map<string, SeenPod>();
    for (const file of readdirSync(this.props.manifests)) {
      if (file.startsWith('.') || !file.endsWith('.yaml')) continue;
      try {
        const manifest = readFileSync(join(this.props.manifests, file), 'utf8');
        const pod = this.parsed.get(manifest) ?? parsePod(manifest);
        this.parsed.set(manifest, pod);
        pods.set(pod.name, pod);
      } catch {
        // Gone since, or not to be read: a kubelet logs it, and looks again.
      }
    }
    return pods;
  }

  private act(): void {
    if (!this.props.host.on) return;
    const now = Date.now();
    this.seen.push({ at: now, pods: this.look() });
    while (this.seen.length > 1 && this.seen[1].at <= now - this.lagMs) this.seen.shift();
    const [{ pods }] = this.seen;
    for (const [name, pod] of this.running) {
      if (pods.get(name)?.manifest !== pod.manifest && !pod.ending) this.end(pod);
    }
    for (const [name, pod] of pods) {
      if (!this.running.has(name) && (this.notBefore.get(name) ?? 0) <= now) this.begin(name, pod);
    }
  }

  private begin(name: string, pod: SeenPod): void {
    const { host, images, logs } = this.props;
    const [program, ...args] = pod.command;
    const mount = pod.moved.map(([from, to]) => `mkdir -p '${from}' '${to}' && mount --bind '${from}' '${to}' && `).join('');
    const container = mount === '' ? [] : ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', `${mount}exec "$@"`, 'sh'];
    const process = host.start({ command: [...container, ...images[program.split('/').at(-1)!] ?? [program], ...args], env: { PATH: `${dirname(images.etcd[0])}:${SEARCH_PATH}`, ...pod.env }, logFile: join(logs, `${name}.log`) });
    this.running.set(name, { ...pod, process, ending: false });
    void process.ended.then(() => {
      this.running.delete(name);
      this.notBefore.set(name, Date.now() + BACK_OFF_MS);
    });
  }

  private end(pod: RunningPod): void {
    pod.ending = true;
    void pod.process.signal('SIGTERM');
    const impatience = setTimeout(() => pod.process.signal('SIGKILL'), GRACE_MS);
    void pod.process.ended.then(() => clearTimeout(impatience));
  }
}

function parsePod(manifest: string): SeenPod {
  const { metadata: { name }, spec: { containers, volumes } } = parse(manifest);
  const { command = [], args = [], env = [], volumeMounts } = containers.find((container: any) => container.name === name) ?? containers[0];
  const variables = Object.fromEntries((env ?? []).map((variable: any) => [variable.name, variable.value ?? '']));
  const expanded = (word: string) => word.replace(/\$\((\w+)\)/g, (whole, variable) => variables[variable] ?? whole);
  const words = [...command, ...args].map(expanded);
  const hostPathOf = (mount: any) => (volumes ?? []).find((volume: any) => volume.name === mount.name)?.hostPath?.path as string;
  return {
    name,
    manifest,
    // An image whose entry point is the component needs no command.
    command: words[0].startsWith('-') ? [name, ...words] : words,
    env: variables,
    moved: (volumeMounts ?? []).map((mount: any) => [[hostPathOf(mount), mount.subPath].filter(Boolean).join('/'), mount.mountPath]).filter(([from, to]: [string, string]) => from !== to),
  };
}
