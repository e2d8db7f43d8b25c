import { Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** Where busybox stands in the pod, beside whatever the image itself has. */
const MOUNT_PATH = '/toolbox';

/** What comes in an emptyDir can't be run where the kubelet's folder, mostly /var, is mounted noexec. */
const COPY = `cp /bin/busybox /toolbox/busybox && mkdir -p /toolbox/bin && /toolbox/busybox --install -s /toolbox/bin && exit
printf '{"outcome":"failed","step":"toolbox","message":"busybox can not be run from an emptyDir","fix":"is /var/lib/kubelet on the node mounted noexec? Mount it with exec"}' | tee /dev/termination-log
exit 1
`;

/** The toolbox needs little, and only for a moment. */
const RESOURCES: kplus.ContainerResources = {
  cpu: { request: kplus.Cpu.millis(10) },
  memory: { request: Size.mebibytes(16), limit: Size.mebibytes(32) },
};

/** What busybox takes. */
const BUSYBOX_SIZE = Size.mebibytes(16);

/** A program that the pod needs and that comes from another image than the one it is needed in. */
export interface Tool {
  /** What it is called on the search path. */
  readonly name: string;
  readonly image: string;
  /** Where it is in that image. It must be linked statically, or with what every image has. */
  readonly path: string;
  /** What it takes at most. */
  readonly size: Size;
}

/** What a toolbox is filled by and with. */
export interface ToolboxProps {
  /** The image of busybox. */
  readonly busybox: string;
  readonly imagePullPolicy: kplus.ImagePullPolicy;
  readonly securityContext: kplus.ContainerSecurityContextProps;
  /** What comes into it besides busybox. */
  readonly tools: Tool[];
}

/**
 * A shell and the usual small programs for images that have none, as etcd's: an init container copies busybox into a volume that
 * the main container has, too. So no image of our own is needed, and etcd's tools are always the ones of the cluster's own image. Tools of
 * further images come the same way.
 */
export class Toolbox {
  /** The image's own tools come last, so that a program meets the same applets everywhere. */
  public static readonly SEARCH_PATH = `${MOUNT_PATH}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

  /** Runs commands, with the name that a program is to know itself by. */
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
      // Such an image may have nothing but its tool, and by now there is a busybox.
      ...tools.map(({ name, image, path }) => copy(`tool-${name}`, image, [`${MOUNT_PATH}/busybox`, 'cp', path, `${MOUNT_PATH}/bin/${name}`])),
    ];
    this.mount = { volume, path: MOUNT_PATH, readOnly: true };
  }
}
