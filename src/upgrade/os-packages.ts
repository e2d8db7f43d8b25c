/** Which packages of the operating system are updated besides the usual ones. */
export interface OsPackagesProps {
  /**
   * Whether the container runtime is updated, too: containerd, runc, CRI-O, Docker. What runs in containers goes on meanwhile.
   *
   * @default false
   */
  readonly containerRuntime?: boolean;
}

/**
 * Which packages of a node's operating system are updated, by apt and from the node's own sources. Packages of Kubernetes stay as they are, and so
 * does what is held on the node.
 */
export class OsPackages {
  /** Those for which a source of security updates has a newer version: one whose suite ends in `-security`, as Debian and Ubuntu have it. */
  public static securityUpdates(props: OsPackagesProps = {}): OsPackages {
    return new OsPackages('security', props);
  }

  /** All for which any source of the node has a newer version, as `apt upgrade` takes them. Nothing is removed. */
  public static all(props: OsPackagesProps = {}): OsPackages {
    return new OsPackages('all', props);
  }

  /** None: for a command, or only a reboot. */
  public static none(): OsPackages {
    return new OsPackages('none', {});
  }

  private constructor(private readonly updates: string, private readonly props: OsPackagesProps) {}

  /**
   * Whether there are any.
   *
   * @internal
   */
  public get _isNone(): boolean {
    return this.updates === 'none';
  }

  /**
   * The inputs of the program, see programs/maintain-node.sh.
   *
   * @internal
   */
  public get _environment(): { [name: string]: string } {
    return { UPDATES: this.updates, RUNTIME: this.props.containerRuntime ? 'update' : 'keep' };
  }
}
