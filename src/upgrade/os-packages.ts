/** Whether more packages are updated than usual. */
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
  /** Packages that have a newer version in a source of security updates: one whose suite ends in `-security`, as in Debian and Ubuntu. */
  public static securityUpdates(props: OsPackagesProps = {}): OsPackages {
    return new OsPackages('security', props);
  }

  /** Packages that have a newer version in any source of the node, as `apt upgrade` takes them. Nothing is removed. */
  public static all(props: OsPackagesProps = {}): OsPackages {
    return new OsPackages('all', props);
  }

  /** No packages: only a command, or a reboot. */
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
    return { OS_PACKAGES: this.updates, RUNTIME: this.props.containerRuntime ? 'update' : 'keep' };
  }
}
