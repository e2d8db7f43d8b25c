import { spawnSync } from 'child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'fs';
import { join } from 'path';
import { isDeepStrictEqual } from 'util';
import { parseAllDocuments } from 'yaml';
import { clusterName, manifestsOf } from './fleet';
import { PerCluster } from './per-cluster';
import { toolchain } from '../../test/toolchain/toolchain';
import { stopwatch } from '../support/stopwatch';

/** What one run took. Of several processes it is the sum of times and the largest peak. */
export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMebibytes: number;
}

/** Runs one of `inProcess` in a fresh process of Node.js, from its start to its end. Undefined when it was stopped at the limit. */
export function measureInProcess(title: string, count: number, folder: string, limitSeconds: number): Cost | undefined {
  const outdir = mkdtempSync(join(folder, 'out-'));
  const seconds = stopwatch();
  const { status, error, stdout, stderr } = spawnSync(
    process.execPath, [...process.execArgv, join(__dirname, 'child.ts'), title, String(count), outdir],
    { encoding: 'utf8', timeout: limitSeconds * 1000, killSignal: 'SIGKILL' },
  );
  const took = seconds();
  rmSync(outdir, { recursive: true });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT') return undefined;
  if (status !== 0) throw new Error(`${title}, ${count} clusters, ended with ${status}:\n${stderr}`);
  return { seconds: took, ...JSON.parse(stdout) };
}

/** Runs a program once for each cluster, one run after the other, each writing a file. */
export function measurePerCluster({ title, command, prepare }: PerCluster, count: number, folder: string): Cost {
  const outdir = join(folder, 'out');
  mkdirSync(outdir);
  const names = Array.from({ length: count }, (_, index) => clusterName(index));
  names.forEach(prepare);
  const log = join(folder, 'usage');
  const fileOf = (name: string) => join(outdir, `${name}.yaml`);
  const seconds = stopwatch();
  for (const name of names) {
    const file = openSync(fileOf(name), 'w');
    const [program, ...args] = timed(log, command(name));
    const { status, stderr } = spawnSync(program, args, { stdio: ['ignore', file, 'pipe'], encoding: 'utf8' });
    closeSync(file);
    if (status !== 0) throw new Error(`${title} failed:\n${stderr}`);
  }
  const took = seconds();
  requireSameManifests(title, readFileSync(fileOf(names[count - 1]), 'utf8'), names[count - 1]);
  rmSync(outdir, { recursive: true });
  return { seconds: took, ...usageIn(log) };
}

/** Time is worth comparing only for the same result. */
function requireSameManifests(title: string, text: string, name: string): void {
  const sorted = (manifests: any[]) => manifests.sort((a, b) => a.kind.localeCompare(b.kind));
  const printed = parseAllDocuments(text).map((document) => document.toJS());
  if (!isDeepStrictEqual(sorted(printed), sorted(JSON.parse(JSON.stringify(manifestsOf(name)))))) {
    throw new Error(`${title} printed other manifests for ${name} than cdk8s-day2`);
  }
}

function timed(log: string, command: string[]): string[] {
  return [toolchain.busybox.path(), 'time', '-a', '-o', log, '-f', 'usage %U %S %M', ...command];
}

function usageIn(log: string): Pick<Cost, 'cpuSeconds' | 'peakMebibytes'> {
  const runs = [...readFileSync(log, 'utf8').matchAll(/^usage (\S+) (\S+) (\S+)$/gm)].map((match) => match.slice(1).map(Number));
  rmSync(log);
  return {
    cpuSeconds: runs.reduce((sum, [user, system]) => sum + user + system, 0),
    peakMebibytes: Math.max(...runs.map(([, , kibibytes]) => kibibytes / 1024)),
  };
}
