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

/**
 * A shell and the usual small programs for images that have none, as etcd's: an init container copies busybox into a volume that
 * the main container has, too. So no image of our own is needed, and etcd's tools are always the ones of the cluster's own image.
 */
export class Toolbox {
  /** The image's own tools come last, so that a program meets the same applets everywhere. */
  public static readonly SEARCH_PATH = `${MOUNT_PATH}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

  /** Runs commands, with the name that a program is to know itself by. */
  public static command(commands: string, program: string): string[] {
    return [`${MOUNT_PATH}/busybox`, 'sh', '-c', commands, program];
  }

  public readonly initContainer: kplus.ContainerProps;
  public readonly mount: kplus.VolumeMount;

  constructor(scope: Construct, container: Pick<kplus.ContainerProps, 'image' | 'imagePullPolicy' | 'securityContext' | 'resources'>) {
    const volume = kplus.Volume.fromEmptyDir(scope, 'Toolbox', 'toolbox', { sizeLimit: Size.mebibytes(16) });
    this.initContainer = {
      ...container,
      name: 'toolbox',
      command: ['/bin/busybox', 'sh', '-c', COPY],
      volumeMounts: [{ volume, path: MOUNT_PATH }],
    };
    this.mount = { volume, path: MOUNT_PATH, readOnly: true };
  }
}
