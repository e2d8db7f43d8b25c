import { copyFileSync, mkdirSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { execute } from './clock';
import { Tool } from '../../test/toolchain/tool';

/**
 * The pod of a CronJob, run on this machine: the command and the environment of its manifest, in which every path that is mounted is
 * replaced by the one that stands behind the mount.
 *
 * The image's own programs are etcd's; the host's stand in only for what Debian's busybox has no applet for, which is flock.
 */
export class LocalPod {
  private readonly command: string[];
  private readonly env: Record<string, string>;

  constructor(manifests: any[], folder: string, busybox: Tool, etcd: Tool) {
    const pod = manifests.find(({ kind }) => kind === 'CronJob').spec.jobTemplate.spec.template.spec;
    const [container] = pod.containers;
    const behind: Record<string, string> = { '/usr/local/bin': etcd.folder };
    for (const { name, mountPath } of container.volumeMounts) {
      const { configMap, hostPath } = pod.volumes.find((volume: any) => volume.name === name);
      behind[mountPath] = hostPath?.path ?? join(folder, name);
      if (configMap) writeFiles(behind[mountPath], manifests.find(({ metadata }) => metadata.name === configMap.name), configMap.items);
    }
    installToolbox(join(folder, 'toolbox'), busybox);

    const onThisMachine = (path: string) => {
      const mount = Object.keys(behind).find((mountPath) => path === mountPath || path.startsWith(`${mountPath}/`));
      return mount === undefined ? path : behind[mount] + path.slice(mount.length);
    };
    this.command = container.command.map(onThisMachine);
    this.env = Object.fromEntries(container.env.map(({ name, value }: any) => [
      name, name === 'PATH' ? value.split(':').map(onThisMachine).join(':') : onThisMachine(value),
    ]));
  }

  /** Runs to the end. Throws what the program says when it fails. */
  run(): void {
    execute(this.command, this.env);
  }
}

function writeFiles(folder: string, configMap: any, items: { key: string; path: string }[]): void {
  for (const { key, path } of items) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, configMap.data[key]);
  }
}

/** As the init container does it. */
function installToolbox(folder: string, busybox: Tool): void {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  copyFileSync(busybox.path(), join(folder, 'busybox'));
  execute([join(folder, 'busybox'), '--install', '-s', join(folder, 'bin')]);
}
