import { cpSync, mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { parseArgs } from 'util';
import { planInWords, planOf } from './plan';
import { Outcome, play } from './run';
import { toolchain } from '../toolchain/toolchain';

const HELP = `Restores with random faults, on real etcd and stand-ins for all else. By hand, as root: npx tsx test/soak/main.ts

  --runs N       how many; default 200
  --seed N       default: the time
  --only K       plays one of them again
  --parallel N   how many at the same time; default 3
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '200' }, seed: { type: 'string' }, only: { type: 'string' }, parallel: { type: 'string', default: '3' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const numbers = values.only ? [Number(values.only)] : Array.from({ length: Number(values.runs) }, (_, index) => index + 1);
  for (const tool of [toolchain.etcd34, toolchain.etcd35, toolchain.etcd36, toolchain.etcd37, toolchain.busybox]) await tool.ensure();
  // A copy, so that nobody disturbs the runs by an edit.
  const programs = mkdtempSync(join(tmpdir(), 'cdk8s-day2-programs-'));
  cpSync(join(__dirname, '..', '..', 'programs'), programs, { recursive: true });

  console.log(`seed ${seed}`);
  const began = Date.now();
  const count = new Map<Outcome, number>();
  const failed: number[] = [];
  const left = [...numbers];
  const worker = async () => {
    for (let number = left.shift(); number !== undefined; number = left.shift()) {
      const plan = planOf(seed, number);
      const keep = join(tmpdir(), `cdk8s-day2-soak-${seed}-${number}`);
      const verdict = await play(plan, programs, keep).catch((error: Error) => ({ outcome: 'FAILED' as const, faults: [error.stack ?? error.message], seconds: 0, typed: [] }));
      count.set(verdict.outcome, (count.get(verdict.outcome) ?? 0) + 1);
      console.log(`${number}: ${verdict.outcome}, ${verdict.seconds.toFixed(0)} s: ${planInWords(plan)}`);
      if (verdict.outcome !== 'FAILED') continue;
      failed.push(number);
      for (const line of [...verdict.faults, ...verdict.typed.map((typed) => `typed on ${typed}`), `kept in ${keep}`]) console.log(`    ${line.replaceAll('\n', '\n      ')}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(Number(values.parallel), numbers.length) }, worker));
  rmSync(programs, { recursive: true, force: true });

  const seconds = (Date.now() - began) / 1000;
  console.log(`${numbers.length} runs in ${seconds.toFixed(0)} s, ${(seconds / numbers.length).toFixed(1)} s each: ${[...count].map(([outcome, times]) => `${times} ${outcome}`).join(', ')}`);
  if (failed.length > 0) console.log(`again: ${failed.map((number) => `--seed ${seed} --only ${number}`).join(', ')}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

void main().then(() => process.exit());
