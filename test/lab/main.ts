import { Cluster } from './cluster';
import { parseLine } from './command-line';
import { commands } from './commands';
import { say } from './progress';

/** Clusters that are being made: an interrupt takes them down. */
const unfinished: Cluster[] = [];

async function main(line: string[]): Promise<number> {
  const { name, command, args } = parseLine(line);
  const known = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (!known) throw new Error(`there is no command ${JSON.stringify(command)}: \`npm run lab -- help\` lists them`);
  const exitCode = await known.run({ args, name, onAllocated: (cluster) => unfinished.push(cluster) });
  return exitCode ?? 0;
}

let isInterrupted = false;

async function interrupted(): Promise<void> {
  isInterrupted = true;
  if (unfinished.length > 0) say('interrupted: taking down what was being brought up');
  await Promise.allSettled(unfinished.map((cluster) => cluster.destroy()));
  process.exit(130);
}

process.once('SIGINT', () => void interrupted());
process.once('SIGTERM', () => void interrupted());
main(process.argv.slice(2)).then((exitCode) => process.exit(exitCode), (error: Error) => {
  // The command fails because its cluster is taken away: that is no error to tell.
  if (isInterrupted) return;
  say(error.message);
  process.exit(1);
});
