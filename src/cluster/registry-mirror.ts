import { parseImage, requireRegistry, suffixOf } from './image-reference';

/**
 * A registry that holds copies of images, for clusters that can't or shouldn't reach the registries of the originals.
 *
 * Tags and digests are kept.
 */
export class RegistryMirror {
  /**
   * A mirror where the image's own registry is left out: `registry.k8s.io/etcd:3.6.5-0` is pulled as
   * `192.168.50.90:5000/etcd:3.6.5-0`, and `busybox:1.37` as `192.168.50.90:5000/library/busybox:1.37`.
   *
   * Throws when the registry has a scheme, a final slash, or no valid name.
   *
   * @param registry Host, with a port and a path where the mirror has them, such as `harbor.example.com/proxy`.
   */
  public static replacingHost(registry: string): RegistryMirror {
    return new RegistryMirror(registry, false);
  }

  /**
   * A mirror where the image's full name is kept: `registry.k8s.io/etcd:3.6.5-0` is pulled as
   * `192.168.50.90:5000/registry.k8s.io/etcd:3.6.5-0`, and `busybox:1.37` as `192.168.50.90:5000/docker.io/library/busybox:1.37`.
   *
   * Throws when the registry has a scheme, a final slash, or no valid name.
   *
   * @param registry Host, with a port and a path where the mirror has them, such as `harbor.example.com/proxy`.
   */
  public static keepingReference(registry: string): RegistryMirror {
    return new RegistryMirror(registry, true);
  }

  private constructor(
    /** Host of the mirror, with its port and path. */
    public readonly registry: string,
    private readonly keepsReference: boolean,
  ) {
    requireRegistry('mirror', registry);
  }

  /**
   * The name under which the mirror holds an image. The name of an image in the mirror itself stays as it is.
   *
   * Throws when the text isn't the name of an image, or when its registry has a port and the mirror keeps full names:
   * no image may have a port in the middle of its name.
   *
   * @param image The image's original name.
   */
  public rewrite(image: string): string {
    const reference = parseImage('image', image);
    if (image.startsWith(`${this.registry}/`)) {
      return image;
    }
    if (this.keepsReference && reference.registry.includes(':')) {
      throw new Error(`image ${image} has a port, which can't stand behind ${this.registry}/: give it by its name in the mirror instead`);
    }
    const original = this.keepsReference ? `${reference.registry}/${reference.repository}` : reference.repository;
    return `${this.registry}/${original}${suffixOf(reference)}`;
  }
}
