import { OperationResult } from './operation-record';
import { StubProcess } from '../stub/host';

/** A run of the program by a person, with all that it prints. */
export class PersonsRun {
  output = '';
  readonly ended: Promise<number>;

  constructor(process: StubProcess) {
    this.ended = process.ended;
    for (const stream of [process.output, process.errors]) stream.on('data', (chunk) => { this.output += chunk; });
  }

  /** Its last word. Throws when it ended without one. */
  async summary(): Promise<OperationResult> {
    const status = await this.ended;
    const last = this.output.trimEnd().split('\n').reverse().find((line) => line.startsWith('{'));
    if (last === undefined) throw new Error(`it ended with ${status} and without a summary:\n${this.output}`);
    return { status, ...JSON.parse(last) };
  }
}
