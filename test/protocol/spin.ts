import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { run, runOrThrow } from '../toolchain/run';
import { toolchain } from '../toolchain/toolchain';

export interface Question {
  /** The model's file. @default restore.pml */
  readonly model?: string;
  /** Whether a process that can always go on does so at some time; only asked for with `liveness`. */
  readonly fair?: boolean;
  /** Macros of the model. */
  readonly defines: string[];
  /** Also ask whether every run ends well once faults have ended. */
  readonly liveness?: boolean;
  /** It takes a moment: then the compiler's time counts more than the checker's. */
  readonly small?: boolean;
  /** Breadth first: slower, but the counterexample is a shortest one. */
  readonly shortest?: boolean;
  /** Hand back the counterexample, a line a step. */
  readonly trace?: boolean;
}

export interface Answer {
  /** The name of the assertion that does not hold, or "settles"; undefined when all states were explored and everything holds. */
  readonly violated?: string;
  readonly states: number;
  readonly seconds: number;
  readonly trace: string[];
}

/** Explores every state. Throws when not all of them could be. */
export async function ask({ model = 'restore.pml', defines, liveness, fair, small, shortest, trace }: Question): Promise<Answer> {
  const cwd = mkdtempSync(join(tmpdir(), 'cdk8s-day2-spin-'));
  try {
    const macros = [...defines, ...(liveness ? ['LIVENESS'] : [])].map((name) => `-D${name}`);
    await runOrThrow(toolchain.spin.path(), ['-a', ...macros, join(__dirname, model)], { cwd });
    // NOREDUCE: partial-order reduction doesn't know that sort_machines sorts followers behind the checker's back.
    const options = ['-DVECTORSZ=1024', '-DNOREDUCE', ...(fair ? ['-DNFAIR=3'] : ['-DNOFAIR']), '-DMEMLIM=9000', ...(liveness ? [] : ['-DSAFETY']), shortest ? '-DBFS' : '-DCOLLAPSE'];
    await runOrThrow('gcc', [small ? '-O0' : '-O1', '-w', ...options, '-o', 'pan', 'pan.c'], { cwd });
    const started = Date.now();
    const { stdout, stderr } = await run(join(cwd, 'pan'), ['-n', '-m2000000', ...(liveness ? ['-a'] : []), ...(fair ? ['-f'] : [])], { cwd });
    const seconds = (Date.now() - started) / 1000;
    const violated = /assertion violated\s+!\((\w+)\)/.exec(stdout)?.[1] ?? (stdout.includes('acceptance cycle') ? 'settles' : undefined);
    const states = Number(/^\s*([\d.e+]+) states, stored/m.exec(stdout)?.[1]);
    const complete = /errors: 0\b/.test(stdout) && !/not completed|max search depth too small|out of memory|memory limit/i.test(stdout);
    if (Number.isNaN(states) || (violated === undefined && !complete)) throw new Error(`spin did not explore every state of ${macros.join(' ')}:\n${stdout}${stderr}`);
    const replay = violated !== undefined && trace ? await runOrThrow(join(cwd, 'pan'), ['-r', `${model}.trail`, '-n'], { cwd, env: { TRACE: '1' } }) : '';
    return { violated, states, seconds, trace: replay.split('\n').filter((line) => line.startsWith('decision')) };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
