import { ChildProcess, spawn } from 'child_process';
import { existsSync, mkdtempSync, readFileSync } from 'fs';
import { dirname, join } from 'path';
import { PROGRAMS } from '../../programs/library';
import { toolchain } from '../../toolchain/toolchain';
import { until } from '../wait';

/** A container with node-turn.sh, as it runs beside the work. */
export class NodeTurn {
  readonly verdictFile: string;
  private readonly child: ChildProcess;
  private output = '';

  /** @param environment its inputs; those of time are short. @param kubectl the folder with the kubectl that it finds. */
  constructor(folder: string, kubeconfig: string, environment: Record<string, string>, kubectl = dirname(toolchain.kubectl.path())) {
    this.verdictFile = join(mkdtempSync(join(folder, 'turn-')), 'verdict');
    this.child = spawn(toolchain.busybox.path('busybox'), ['sh', join(PROGRAMS, 'node-turn.sh')], {
      env: {
        PATH: `${kubectl}:${process.env.PATH}`,
        KUBECONFIG: kubeconfig,
        VERDICT_FILE: this.verdictFile,
        TERMINATION_MESSAGE: '/dev/null',
        INTERVAL: '1',
        SETTLE: '1',
        ...environment,
      },
    });
    this.child.stdout!.on('data', (data) => { this.output += data; });
    this.child.stderr!.on('data', (data) => { this.output += data; });
  }

  get verdict(): string {
    return existsSync(this.verdictFile) ? readFileSync(this.verdictFile, 'utf8').trim() : '';
  }

  get log(): string {
    return this.output;
  }

  /** Waits until it says what matches, and not only for a moment. */
  async says(expected: RegExp | string): Promise<void> {
    const matches = () => typeof expected === 'string' ? this.verdict === expected : expected.test(this.verdict);
    await until(`the verdict ${expected}`, () => {
      if (!matches()) throw new Error(`it is: ${this.verdict}\n${this.output}`);
      return true;
    }, 20);
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.kill('SIGTERM');
    await until('node-turn.sh ends', () => this.child.exitCode !== null);
  }
}
