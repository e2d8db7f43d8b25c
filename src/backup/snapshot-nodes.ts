import { requireDnsSubdomain } from '../require/names';

/**
 * On which nodes snapshots are taken.
 */
export class SnapshotNodes {
  /**
   * On any of the control planes, one at a time; with an external etcd on any node at all.
   *
   * It needs a volume that can follow the pod. A folder of the host is refused with several control planes: the backups would scatter.
   */
  public static anyControlPlane(): SnapshotNodes {
    return new SnapshotNodes(false);
  }

  /**
   * On this control plane; with an external etcd it may be any node. The member on it is asked first, then the others.
   *
   * The scheduler places the pod, by a node affinity for the name, so claims are bound as usual.
   *
   * Throws when the name isn't one that a node can have.
   *
   * @param node The node's name, such as `cp1`.
   */
  public static named(node: string): SnapshotNodes {
    requireDnsSubdomain('node', node);
    return new SnapshotNodes(false, node);
  }

  /**
   * On every control plane: one workload for each, pinned there, its own member asked first.
   *
   * With a folder of the host, a backup is then on every machine. On a shared volume, the backups of all members count together for the
   * retention. It needs a volume that all control planes can mount at the same time, and an etcd that isn't external.
   */
  public static everyMember(): SnapshotNodes {
    return new SnapshotNodes(true);
  }

  private constructor(
    /** @internal */
    public readonly _everyMember: boolean,
    /** @internal */
    public readonly _node?: string,
  ) {}
}
