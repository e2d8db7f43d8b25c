import { Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** The toolbox's folder in the pod, beside whatever the image itself has. */
const MOUNT_PATH = '/toolbox';

/** Fills the toolbox. A program in an emptyDir can't be run where the file system of the kubelet's folder, mostly /var, is mounted noexec. */
const COPY = `cp /bin/busybox /toolbox/busybox && mkdir -p /toolbox/bin && /toolbox/busybox --install -s /toolbox/bin && exit
printf '{"outcome":"failed","step":"toolbox","message":"busybox can not be run from an emptyDir","fix":"is /var/lib/kubelet on the node mounted noexec? Mount it with exec"}' | tee /dev/termination-log
exit 1
`;

/** The toolbox needs little, and only for a moment. */
const RESOURCES: kplus.ContainerResources = {
  cpu: { request: kplus.Cpu.millis(10) },
  memory: { request: Size.mebibytes(16), limit: Size.mebibytes(32) },
};

/** The most space that busybox takes. */
const BUSYBOX_SIZE = Size.mebibytes(16);

/** A program that parts need and that comes from another image than theirs. */
export interface Tool {
  /** Its name on the search path. */
  readonly name: string;
  readonly image: string;
  /** Its path in that image. It must be linked statically, or with libraries that every image has. */
  readonly path: string;
  /** The most space that it takes. */
  readonly size: Size;
}

/** What is in a toolbox, and how it gets there. */
export interface ToolboxProps {
  /** The image of busybox. */
  readonly busybox: string;
  readonly imagePullPolicy: kplus.ImagePullPolicy;
  readonly securityContext: kplus.ContainerSecurityContextProps;
  /** The tools in it besides busybox. */
  readonly tools: Tool[];
}

/**
 * A shell and the usual small programs for images that have none, such as etcd's: an init container copies busybox into a volume that the
 * other containers mount, too. So no image of our own is needed, and etcd's tools are always those of the cluster's own image. Tools from
 * other images come the same way.
 */
export class Toolbox {
  /** The image's own tools come last, so that a program finds the same applets everywhere. */
  public static readonly SEARCH_PATH = `${MOUNT_PATH}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

  /** The command line that runs shell commands; `program` is their `$0`. */
  public static command(commands: string, program: string): string[] {
    return [`${MOUNT_PATH}/busybox`, 'sh', '-c', commands, program];
  }

  public readonly initContainers: kplus.ContainerProps[];
  public readonly mount: kplus.VolumeMount;

  constructor(scope: Construct, { busybox, imagePullPolicy, securityContext, tools }: ToolboxProps) {
    const sizes = [BUSYBOX_SIZE, ...tools.map(({ size }) => size)].map((size) => size.toMebibytes());
    const volume = kplus.Volume.fromEmptyDir(scope, 'Toolbox', 'toolbox', { sizeLimit: Size.mebibytes(sizes.reduce((sum, size) => sum + size)) });
    const copy = (name: string, image: string, command: string[]) =>
      ({ image, imagePullPolicy, securityContext, resources: RESOURCES, name, command, volumeMounts: [{ volume, path: MOUNT_PATH }] });
    this.initContainers = [
      copy('toolbox', busybox, ['/bin/busybox', 'sh', '-c', COPY]),
      // Such an image may have nothing but its tool, so the busybox that is in the toolbox by now copies it.
      ...tools.map(({ name, image, path }) => copy(`tool-${name}`, image, [`${MOUNT_PATH}/busybox`, 'cp', path, `${MOUNT_PATH}/bin/${name}`])),
    ];
    this.mount = { volume, path: MOUNT_PATH, readOnly: true };
  }
}
