import { requireText } from '../require/text';

/**
 * A released version of etcd.
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
}
