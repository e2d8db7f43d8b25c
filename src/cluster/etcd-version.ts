import { requireText } from '../require/text';

/**
 * A released version of etcd, and what it can do.
 *
 * What differs between releases is asked here, so that each fact stands in one place.
 */
export class EtcdVersion {
  /**
   * Parses a version of etcd.
   *
   * Throws when the text doesn't begin with three numbers.
   *
   * @param version `3.5.21`, `v3.6.5`, or the tag of an image, `3.5.21-0` or `v3.5.6_vmware.20`; what follows the three numbers is ignored.
   */
  public static of(version: string): EtcdVersion {
    requireText('etcd version', version);
    const match = /^v?(\d+)\.(\d+)\.(\d+)(?:[-+_].*)?$/.exec(version);
    if (!match) {
      throw new Error(`etcd version must be three numbers such as 3.5.21, v3.6.5 or 3.5.21-0, got ${JSON.stringify(version)}`);
    }
    return new EtcdVersion(Number(match[1]), Number(match[2]), Number(match[3]));
  }

  private constructor(
    /** The major version, the 3 of 3.5.21. */
    public readonly major: number,
    /** The minor version, the 5 of 3.5.21. */
    public readonly minor: number,
    /** The patch version, the 21 of 3.5.21. */
    public readonly patch: number,
  ) {}

  /**
   * Whether a restore can raise the revision (`--bump-revision` with `--mark-compacted`), so that watch caches
   * of controllers notice that the state went back in time.
   *
   * @see https://etcd.io/docs/v3.6/op-guide/recovery/#restoring-with-revision-bump
   */
  public get supportsBumpRevision(): boolean {
    if (this.isRelease(3, 4)) {
      return this.patch >= 27;
    }
    return this.isAtLeast(new EtcdVersion(3, 5, 10));
  }

  /**
   * Whether this release comes with etcdutl. An image may still lack it: those built by Kubernetes do, up to 3.5.21 and 3.6.4.
   *
   * @see https://github.com/etcd-io/etcd/blob/main/CHANGELOG/CHANGELOG-3.5.md#etcdutl
   */
  public get hasEtcdutl(): boolean {
    return this.isAtLeast(new EtcdVersion(3, 5, 0));
  }

  /**
   * Whether etcdctl has `snapshot status` and `snapshot restore`. From 3.6 on, only etcdutl has them.
   *
   * @see https://github.com/etcd-io/etcd/blob/main/CHANGELOG/CHANGELOG-3.6.md#etcdctl-v3
   */
  public get hasEtcdctlSnapshotRestore(): boolean {
    return !this.isAtLeast(new EtcdVersion(3, 6, 0));
  }

  /**
   * Whether a member can join as a learner, which doesn't count for the quorum until it is in sync.
   *
   * @see https://etcd.io/docs/v3.4/learning/design-learner/
   */
  public get supportsLearners(): boolean {
    return this.isAtLeast(new EtcdVersion(3, 4, 0));
  }

  /**
   * Whether this etcd can start on what the other one has written. Data of a newer minor is refused.
   *
   * @param writer The version that wrote the snapshot or the data directory.
   * @see https://etcd.io/docs/v3.6/downgrades/downgrade_3_6/
   */
  public canReadDataOf(writer: EtcdVersion): boolean {
    return this.major === writer.major && this.minor >= writer.minor;
  }

  /**
   * Orders versions: negative when this one is older than the other, positive when it is newer, 0 when they are the same.
   */
  public compareTo(other: EtcdVersion): number {
    return this.major - other.major || this.minor - other.minor || this.patch - other.patch;
  }

  /** Whether this version is the other one or a newer one. */
  public isAtLeast(other: EtcdVersion): boolean {
    return this.compareTo(other) >= 0;
  }

  /** The version as etcd prints it: `3.5.21`. */
  public toString(): string {
    return `${this.major}.${this.minor}.${this.patch}`;
  }

  private isRelease(major: number, minor: number): boolean {
    return this.major === major && this.minor === minor;
  }
}
