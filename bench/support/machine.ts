import { cpus, loadavg, release, totalmem } from 'os';

/** What figures depend on, in one line: this machine. */
export function machine(): string {
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} cores (${cpus()[0].model}), ${memory} GiB of memory, Linux ${release().split('-')[0]}, Node.js ${process.version}`;
}

/** Warns on standard error when other work keeps the machine busy: figures taken then are too high. */
export function warnOfLoad(): void {
  const [load] = loadavg();
  if (load > cpus().length / 2) process.stderr.write(`bench: the load of this machine is ${load.toFixed(1)} already, so figures will be too high\n`);
}
