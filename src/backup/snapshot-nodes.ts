import { requireDnsSubdomain } from '../require/names';

/**
 * On which nodes snapshots are taken.
 */
export class SnapshotNodes {
  /**
   * On any of the control planes, one at a time; with an external etcd on any node at all.
   *
   * It needs a volume that can follow the pod. With a folder of the host and several control planes the backups would scatter.
   */
  public static anyControlPlane(): SnapshotNodes {
    return new SnapshotNodes(false);
  }

  /**
   * On this control plane; with an external etcd it may be any node. The member on it is asked first, then the others.
   *
   * The pod comes through the scheduler (a node affinity for the name), so that claims are bound as usual.
   *
   * Throws when it isn't the name of a node.
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
   * With a folder of the host, a backup is then on every machine. On a volume that they share, the members' backups count together for
   * the retention. It needs a volume that all of them can have at the same time, and a member on the nodes.
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
