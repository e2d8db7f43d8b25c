/**
 * Whether a node is rebooted. Only then its pods are moved.
 */
export class RebootPolicy {
  /**
   * When the host asks for it: `/run/reboot-required` is there, or a newer kernel is installed than the one that runs. A host on which that can't be
   * told is refused.
   */
  public static whenAsked(): RebootPolicy {
    return new RebootPolicy('asked');
  }

  /** At each maintenance. */
  public static always(): RebootPolicy {
    return new RebootPolicy('always');
  }

  /** Not at all. The last line of the Job says when the host asks for it. */
  public static never(): RebootPolicy {
    return new RebootPolicy('never');
  }

  private constructor(private readonly reboot: string) {}

  /**
   * Whether there is never a reboot.
   *
   * @internal
   */
  public get _isNever(): boolean {
    return this.reboot === 'never';
  }

  /**
   * The inputs of the program, see programs/maintain-node.sh.
   *
   * @internal
   */
  public get _environment(): { [name: string]: string } {
    return { REBOOT: this.reboot };
  }
}
