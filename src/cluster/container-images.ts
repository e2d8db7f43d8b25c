import { IEtcdCluster } from './etcd-cluster';
import { EtcdVersion } from './etcd-version';
import { parseImage, parsePinnedImage } from './image-reference';
import { FIRST_TAG_WITH_TOOLS, toollessTag } from './kubeadm-etcd';
import { RegistryMirror } from './registry-mirror';
import { requireList } from '../require/list';
import { requireDnsSubdomain } from '../require/names';

/** When the kubelet pulls an image. */
export enum ImagePullPolicy {
  /** Each time a container starts. */
  ALWAYS = 'Always',
  /** When the node lacks it. */
  IF_NOT_PRESENT = 'IfNotPresent',
  /** Not at all: the node must have it. */
  NEVER = 'Never',
}

/**
 * The images that this library's pods run, and how they are pulled.
 */
export interface ContainerImagesProps {
  /**
   * The image with etcd's tools: etcdctl, and etcdutl where the version has it.
   *
   * @default - the image of the cluster's own etcd, so that tools and server match and the node has it already; see `etcdFor` for 3.6.0 to 3.6.4
   */
  readonly etcd?: string;

  /**
   * The image with a shell and the usual small programs. Its `/bin/busybox` is copied beside etcd's tools and runs in etcd's image, so it
   * must be linked statically.
   *
   * @default docker.io/library/busybox:1.37.0-musl
   */
  readonly busybox?: string;

  /**
   * A registry that holds copies of all images, whether they are overridden here or not.
   *
   * @default - every image is pulled from its own registry
   */
  readonly mirror?: RegistryMirror;

  /**
   * Names of the Secrets with which the images are pulled, in the namespace of the pods.
   *
   * @default - none
   */
  readonly pullSecretNames?: string[];

  /**
   * When images are pulled. With `ALWAYS`, no backup and no restore runs while the registry is down.
   *
   * @default ImagePullPolicy.IF_NOT_PRESENT
   */
  readonly imagePullPolicy?: ImagePullPolicy;
}

/**
 * The images that this library's pods run, each overridable, and where they are pulled from.
 */
export class ContainerImages {
  /** The default images, each pulled from its own registry. */
  public static defaults(): ContainerImages {
    return new ContainerImages({});
  }

  /**
   * Your own images, a mirror, or both.
   *
   * Throws when the name of an image isn't valid or has neither tag nor digest, when the etcd image is known to lack etcdutl, and when the name
   * of a Secret isn't valid.
   */
  public static of(props: ContainerImagesProps): ContainerImages {
    return new ContainerImages(props);
  }

  /** When images are pulled. */
  public readonly imagePullPolicy: ImagePullPolicy;

  /** Names of the Secrets with which the images are pulled. */
  public readonly pullSecretNames: string[];

  /** The image with a shell and the usual small programs, behind the mirror if there is one. */
  public readonly busybox: string;

  private readonly mirror?: RegistryMirror;
  private readonly etcd?: string;

  private constructor(props: ContainerImagesProps) {
    this.mirror = props.mirror;
    this.imagePullPolicy = props.imagePullPolicy ?? ImagePullPolicy.IF_NOT_PRESENT;
    requireList('pullSecretNames', props.pullSecretNames ?? []);
    this.pullSecretNames = [...props.pullSecretNames ?? []];
    this.pullSecretNames.forEach(name => requireDnsSubdomain('pullSecretNames', name));
    this.etcd = props.etcd === undefined ? undefined : this.pinned('etcd', props.etcd);
    if (props.etcd !== undefined && withTools(props.etcd) !== props.etcd) {
      throw new Error(`image etcd must have etcdutl, got ${props.etcd}, which lacks it: use ${withTools(props.etcd)}`);
    }
    this.busybox = this.pinned('busybox', props.busybox ?? 'docker.io/library/busybox:1.37.0-musl');
  }

  /**
   * The image with etcd's tools for a cluster: the one given here, else the cluster's own, behind the mirror if there is one.
   *
   * Kubernetes' images of etcd 3.6.0 to 3.6.4 have no tool that can check a snapshot. For a cluster with one of these it is the first image
   * that has it, 3.6.5-0, named by its tag without a digest.
   *
   * Throws when the cluster's image is one of these under somebody's own tag, such as `3.6.4-0-patched`, whose next version isn't known.
   */
  public etcdFor(cluster: IEtcdCluster): string {
    return this.etcd ?? this.rewrite(withTools(cluster.etcd.image, cluster.etcd.etcdVersion));
  }

  /**
   * The images that snapshots, restores and replacements need, behind the mirror if there is one: what a mirror has to hold for them.
   *
   * Upgrades and maintenance need more, which are not listed here: kubectl, and an upgrade also the components of its target. See docs/upgrade.md.
   *
   * Throws as `etcdFor` does.
   */
  public listFor(cluster: IEtcdCluster): string[] {
    return [this.etcdFor(cluster), this.busybox];
  }

  /**
   * The name under which an image is pulled: the mirror's, if there is one, else its own.
   *
   * With a mirror it throws as `RegistryMirror.rewrite` does.
   */
  public rewrite(image: string): string {
    return this.mirror ? this.mirror.rewrite(image) : image;
  }

  private pinned(prop: string, image: string): string {
    parsePinnedImage(`image ${prop}`, image);
    return this.rewrite(image);
  }
}

/** The image itself; for one whose tools can't check a snapshot, the first image whose tools can. */
function withTools(image: string, version?: EtcdVersion): string {
  const { registry, repository, tag } = parseImage('image', image);
  const isOfKubernetes = /^(registry\.k8s\.io|k8s\.gcr\.io)$/.test(registry) && repository === 'etcd';
  const toolless = toollessTag(tag ?? version?.toString() ?? '');
  if (toolless === undefined || (!isOfKubernetes && !/^-\d+/.test(toolless.suffix))) {
    return image;
  }
  if (!isOfKubernetes && (!/^-\d+$/.test(toolless.suffix) || tag?.startsWith('v'))) {
    throw new Error(`images must name an etcd image with etcdutl: by its tag, ${image} is Kubernetes' etcd ${toolless.version}, which lacks it; `
      + `set images, as ContainerImages.of({ etcd: 'registry.k8s.io/etcd:${FIRST_TAG_WITH_TOOLS}' })`);
  }
  return `${image.replace(/(:[^/:@]+)?(@.*)?$/, '')}:${FIRST_TAG_WITH_TOOLS}`;
}
