import { runOrThrow } from '../../toolchain/run';

/** A file system of a few megabytes, mounted over a folder. Whoever makes it removes it. */
export class SmallDisk {
  static async mount(folder: string, megabytes: number): Promise<SmallDisk> {
    await runOrThrow('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'cdk8s-day2-test', folder]);
    return new SmallDisk(folder);
  }

  private constructor(private readonly folder: string) {}

  /** As a kernel does that finds its disk damaged. */
  async makeReadOnly(): Promise<void> {
    await runOrThrow('mount', ['-o', 'remount,ro', this.folder]);
  }

  async unmount(): Promise<void> {
    // A pod that has just ended may still be leaving its namespace; what it holds is let go with it.
    await runOrThrow('umount', ['--lazy', this.folder]);
  }
}
