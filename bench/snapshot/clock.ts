import { spawnSync } from 'child_process';

/** Runs a command to its end. Throws what it said when it failed. */
export function execute([program, ...args]: string[], env: NodeJS.ProcessEnv = process.env): void {
  const { status, signal, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${signal ?? status}:\n${stdout}${stderr}`);
}

/** How long some work takes, begun when nothing is left to be written to the disk from before. */
export function seconds(work: () => void): number {
  execute(['sync']);
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
}
