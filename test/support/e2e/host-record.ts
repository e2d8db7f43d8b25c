import { NodeAccess } from '../../lab/node-access';

/** The last word of an operation. */
export interface HostResult {
  /** 0 when it was done. */
  readonly status: number;
  readonly outcome: string;
  readonly message: string;
  readonly fix: string;
}

/** What an operation has left on one machine, read without the library. */
export class HostRecord {
  readonly folder: string;

  constructor(readonly node: NodeAccess, operation: string) {
    this.folder = `/var/lib/cdk8s-day2/operations/${operation}`;
  }

  /** Undefined until the operation has ended, and while the machine can't be asked. */
  async result(): Promise<HostResult | undefined> {
    const said = await this.node.shell('cd "$1" 2>/dev/null && [ -e result ] || exit 0; cat status result', this.folder).catch(() => '');
    if (said === '') return undefined;
    const [status, ...summary] = said.split('\n');
    return { status: Number(status), ...JSON.parse(summary.join('\n')) };
  }

  /** What it has said so far. */
  async log(): Promise<string> {
    return this.node.readFile(`${this.folder}/log`).catch(() => '');
  }

  /** Names of failpoints that were reached, in order. */
  async reached(): Promise<string[]> {
    return (await this.failpoints()).filter((name) => !name.endsWith('.passed'));
  }

  /** Names of failpoints at which the program waits now. */
  async held(): Promise<string[]> {
    const names = await this.failpoints();
    return names.filter((name) => !name.endsWith('.passed') && !names.includes(`${name}.passed`));
  }

  /** Lets the program go on. */
  async pass(failpoint: string): Promise<void> {
    await this.node.shell(': >"$1/record/failpoints/$2.passed"', this.folder, failpoint);
  }

  private async failpoints(): Promise<string[]> {
    const listed = await this.node.shell('ls -tr "$1/record/failpoints" 2>/dev/null || true', this.folder).catch(() => '');
    return listed.split('\n').filter((name) => name !== '');
  }
}
