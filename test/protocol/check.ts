import { controls, Exploration, explorations, landmarks, largeExplorations } from './explorations';
import { ask } from './spin';
import { toolchain } from '../toolchain/toolchain';

/**
 * `npx tsx test/protocol/check.ts` explores what the tests explore; with `--all` the larger ones, too; with `--trace TEXT`
 * only what has TEXT in its title, and prints a shortest counterexample.
 */
async function main(args: string[]): Promise<void> {
  await toolchain.spin.ensure();
  const wanted = args[0] === '--trace' ? args[1] : undefined;
  const small = [...controls, ...landmarks.map((landmark) => ({ ...landmark, violates: 'got_there' }))].map((control) => ({ ...control, small: true }));
  const all: (Exploration & { violates?: string })[] = [...explorations, ...(wanted || args[0] === '--all' ? largeExplorations : []), ...small];
  for (const { title, violates, ...question } of all.filter((exploration) => !wanted || exploration.title.includes(wanted))) {
    const shown = wanted !== undefined;
    const { violated, states, seconds, trace } = await ask({ ...question, shortest: shown && !question.liveness, trace: shown });
    if (violated !== violates) process.exitCode = 1;
    const verdict = `${violated === violates ? 'as expected' : 'NOT AS EXPECTED'}  ${(violated ?? 'all holds').padEnd(12)}`;
    console.log(`${verdict}  ${String(states).padStart(10)} states  ${seconds.toFixed(1).padStart(7)} s  ${title}`);
    for (const line of trace) console.log(`  ${line}`);
  }
}

void main(process.argv.slice(2));
