import { git } from './git/git';
import { restore } from './restore/restore';
import { snapshot } from './snapshot/snapshot';
import { machine, warnOfLoad } from './support/machine';
import { synth } from './synth/synth';

const benchmarks: Record<string, () => Promise<string>> = { synth, git, snapshot, restore };

/** Prints the tables of the benchmarks that are named, or of all. */
async function main(names: string[]): Promise<void> {
  const unknown = names.find((name) => !(name in benchmarks));
  if (unknown) throw new Error(`there is no benchmark ${unknown}, there are ${Object.keys(benchmarks).join(', ')}`);
  warnOfLoad();
  console.log(`Measured on ${machine()}.`);
  for (const name of names.length > 0 ? names : Object.keys(benchmarks)) console.log(`\n## ${name}\n\n${await benchmarks[name]()}`);
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 1;
});
