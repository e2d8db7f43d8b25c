import { existsSync, readdirSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';

/** How an operation ended on a machine. */
export interface OperationResult {
  readonly status: number;
  readonly outcome: string;
  readonly message: string;
  readonly fix: string;
  readonly [figure: string]: string | number;
}

/** The record of an operation on a machine, as whoever comes later reads it. */
export class OperationRecord {
  constructor(readonly folder: string) {}

  get begun(): boolean {
    return existsSync(this.folder);
  }

  get result(): OperationResult | undefined {
    const result = this.read('result');
    return result ? { status: Number(this.read('status')), ...JSON.parse(result) } : undefined;
  }

  /** How it ended; undefined until its tools, which are removed last, are gone, too. */
  get ended(): OperationResult | undefined {
    return existsSync(join(this.folder, 'bin')) ? undefined : this.result;
  }

  get log(): string {
    return this.read('log') ?? '';
  }

  get lastLines(): string {
    return this.log.trimEnd().split('\n').slice(-6).join('\n');
  }

  fact(name: string): string | undefined {
    return this.read('record', name)?.trim();
  }

  /** Failpoints that were reached, sorted. */
  get failpoints(): string[] {
    return this.marks.filter((name) => !name.endsWith('.passed')).sort();
  }

  /** Failpoints at which it waits until `pass`. */
  get held(): string[] {
    const { marks } = this;
    return this.failpoints.filter((name) => !marks.includes(`${name}.passed`));
  }

  pass(failpoint: string): void {
    writeFileSync(join(this.folder, 'record', 'failpoints', `${failpoint}.passed`), '');
  }

  private get marks(): string[] {
    const folder = join(this.folder, 'record', 'failpoints');
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  private read(...path: string[]): string | undefined {
    try {
      return readFileSync(join(this.folder, ...path), 'utf8');
    } catch {
      return undefined;
    }
  }
}
