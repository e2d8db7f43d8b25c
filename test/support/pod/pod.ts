import { execFileSync } from 'child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { Container, ContainerResult, Mount } from './container';
import { podOf, Workload } from './pod-of';
import { toolchain } from '../../toolchain/toolchain';

export type Shell = 'busybox' | 'dash';

export interface PodOptions {
  /** The programs of the image, in its `/usr/local/bin`: files of this machine by name. */
  readonly image: Record<string, string>;
  /** The same for further images, by their names; other containers than the toolbox' have `image`. @default none */
  readonly images?: Record<string, Record<string, string>>;
  /** busybox as the manifest says; or dash with this machine's own programs, where POSIX is understood differently. @default busybox */
  readonly shell?: Shell;
  /** Folders that claims are bound to, by the claim's name. */
  readonly claims?: Record<string, string>;
  /** The data of Secrets, by name. */
  readonly secrets?: Record<string, Record<string, string>>;
  /** A path of the container at which nothing is mounted, although the manifest says so. */
  readonly without?: string;
  /** What a test puts into the container beside what the manifest says, to make something fail. */
  readonly extra?: { readonly mounts?: Mount[]; readonly env?: Record<string, string>; readonly pathPrefix?: string };
}

/**
 * The pod that a synthesized workload starts, run without Kubernetes: init containers and container with the manifest's own command,
 * environment, user and mounts, read-only where it says so.
 */
export class Pod {
  /** Starts the pod of the only workload among the manifests, and returns when its init containers have ended. */
  static async start(manifests: any[], options: PodOptions): Promise<Pod> {
    const workloads = manifests.map((manifest: Workload) => podOf(manifest) as any).filter((pod) => pod !== undefined);
    if (workloads.length !== 1) throw new Error(`one workload must be among the manifests, got ${workloads.length}`);
    const pod = new Pod(manifests, workloads[0].spec, options);
    try {
      for (const init of workloads[0].spec.initContainers) {
        const { exitCode, stderr } = await pod.startContainer(init, init.name === 'toolbox' ? pod.busyboxImage() : pod.image(init.image)).result;
        if (exitCode !== 0) throw new Error(`init container ${init.name} ended with ${exitCode}: ${stderr}`);
      }
      pod.main = pod.startMain(workloads[0].spec.containers[0]);
    } catch (error) {
      rmSync(pod.folder, { recursive: true, force: true });
      throw error;
    }
    return pod;
  }

  /** Runs the pod to its end. */
  static async run(manifests: any[], options: PodOptions): Promise<ContainerResult> {
    return (await Pod.start(manifests, options)).finished();
  }

  private readonly folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-pod-'));
  private main!: Container;

  private constructor(private readonly manifests: any[], private readonly spec: any, private readonly options: PodOptions) {}

  get output(): string {
    return this.main.output;
  }

  get running(): boolean {
    return this.main.running;
  }

  signal(signal: NodeJS.Signals): void {
    this.main.signal(signal);
  }

  /** The result of the main container. The pod's own volumes are gone afterwards. */
  async finished(): Promise<ContainerResult> {
    const result = await this.main.result;
    rmSync(this.folder, { recursive: true, force: true });
    return result;
  }

  private startMain(container: any): Container {
    if (this.options.shell === 'dash') {
      const [, , ...program] = container.command;
      const system = ['/usr', '/bin', '/etc/alternatives'].map((path) => ({ source: path, path, readOnly: true }));
      return this.startContainer({ ...container, command: ['/bin/dash', ...program] }, [...system, ...this.image(container.image)], '/toolbox/bin:');
    }
    return this.startContainer(container, this.image(container.image));
  }

  /** As on Docker Hub: `/bin` is full of links to busybox. */
  private busyboxImage(): Mount[] {
    const source = toolchain.busybox.path('busybox');
    const folder = join(this.folder, 'busybox-image');
    mkdirSync(folder);
    writeFileSync(join(folder, 'busybox'), '');
    for (const applet of execFileSync(source, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
      if (applet !== 'busybox') symlinkSync('busybox', join(folder, applet));
    }
    return [{ source: folder, path: '/bin', readOnly: true }, { source, path: '/bin/busybox', readOnly: true }];
  }

  private image(reference: string): Mount[] {
    const folder = mkdtempSync(join(this.folder, 'image-'));
    chmodSync(folder, 0o755);
    const programs = Object.entries(this.options.images?.[reference] ?? this.options.image);
    for (const [name] of programs) writeFileSync(join(folder, name), '');
    return [
      { source: folder, path: '/usr/local/bin', readOnly: true },
      ...programs.map(([name, source]) => ({ source, path: `/usr/local/bin/${name}`, readOnly: true })),
    ];
  }

  private startContainer(container: any, image: Mount[], leftOutOfPath = ''): Container {
    const { runAsUser, runAsGroup, capabilities } = container.securityContext;
    const { mounts = [], env: extraEnv = {}, pathPrefix = '' } = this.options.extra ?? {};
    const env: Record<string, string> = {
      ...Object.fromEntries((container.env ?? []).map(({ name, value }: any) => [name, value])),
      ...extraEnv,
    };
    if (env.PATH) env.PATH = pathPrefix + env.PATH.replace(leftOutOfPath, '');
    const all = [...image, ...this.mountsOf(container), ...mounts];
    return Container.start({ command: container.command, env, mounts: all, user: runAsUser, group: runAsGroup, capabilities: capabilities?.add });
  }

  private mountsOf(container: any): Mount[] {
    return container.volumeMounts.filter(({ mountPath }: any) => mountPath !== this.options.without).map(({ name, mountPath, readOnly }: any) => (
      { source: this.sourceOf(this.spec.volumes.find((volume: any) => volume.name === name)), path: mountPath, readOnly }));
  }

  private sourceOf(volume: any): string {
    if (volume.hostPath) return this.hostPath(volume.hostPath);
    if (volume.persistentVolumeClaim) return this.options.claims![volume.persistentVolumeClaim.claimName];
    const folder = join(this.folder, volume.name);
    if (existsSync(folder)) return folder;
    mkdirSync(folder, { mode: 0o777 });
    // Whatever the umask.
    chmodSync(folder, 0o777);
    const configMaps = [volume.configMap, ...(volume.projected?.sources ?? []).map(({ configMap }: any) => configMap)].filter(Boolean)
      .map(({ name, items }: any) => ({ items, data: this.manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name)?.data }))
      // The one with the cluster's certificate is the cluster's own.
      .filter(({ data }: any) => data !== undefined);
    if (configMaps.length > 0) {
      const data = Object.assign({}, ...configMaps.map((each: any) => each.data));
      const items = configMaps.flatMap((each: any) => each.items ?? Object.keys(each.data).map((key) => ({ key, path: key })));
      writeItems(folder, items, data, 0o644);
    } else if (volume.projected) {
      writeItems(folder, undefined, { token: 'a token\n', namespace: 'default' }, 0o644);
    }
    if (volume.secret) {
      const { items, secretName, defaultMode } = volume.secret;
      writeItems(folder, items, this.options.secrets![secretName], defaultMode, this.spec.securityContext.fsGroup);
    }
    return folder;
  }

  /** As the kubelet checks it before it starts a container. */
  private hostPath({ path, type }: { path: string; type: string }): string {
    if (type === 'DirectoryOrCreate') mkdirSync(path, { recursive: true, mode: 0o755 });
    if (!existsSync(path)) throw new Error(`MountVolume.SetUp failed: hostPath type check failed: ${path} is not a ${type}`);
    return path;
  }
}

/** As the kubelet lays them out: the files in a folder of their own, reached by a link to it, and by a link for each of the top names. */
function writeItems(folder: string, items: any[] | undefined, data: Record<string, string>, mode: number, group = 0): void {
  const version = '..2026_11_21_10_15_01.1234567890';
  for (const { key, path } of items ?? Object.keys(data).map((name) => ({ key: name, path: name }))) {
    const file = join(folder, version, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, data[key]);
    chmodSync(file, mode);
    chownSync(file, 0, group);
  }
  for (const name of readdirSync(join(folder, version))) symlinkSync(`..data/${name}`, join(folder, name));
  symlinkSync(version, join(folder, '..data'));
}
