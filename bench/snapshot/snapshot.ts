import { mkdirSync, rmSync } from 'fs';
import { join } from 'path';
import { BareTiming, timeBareCommands } from './bare';
import { growTo } from './fill';
import { manifestsFor, timeProgram } from './program';
import { EtcdClusterFixture } from '../../test/support/etcd/etcd-cluster';
import { sleep } from '../../test/support/wait';
import { runOrThrow } from '../../test/toolchain/run';
import { toolchain } from '../../test/toolchain/toolchain';
import { table, wholeNumber } from '../support/format';
import { withWorkspace } from '../support/workspace';

const { busybox, etcd36 } = toolchain;
const MEGABYTES = [10, 500, 2_000];
const TURNS = 9;

interface Timing extends BareTiming {
  readonly program: number;
}

/** What the snapshot program takes, beside the bare commands that it cannot do without. Needs root, for the program's pod. */
export function snapshot(): Promise<string> {
  return withWorkspace(async (folder) => {
    await Promise.all([busybox, etcd36].map((tool) => tool.ensure()));
    const cluster = await EtcdClusterFixture.start(etcd36);
    try {
      const volume = join(folder, 'volume');
      mkdirSync(volume);
      const manifests = manifestsFor(cluster, volume);
      const rows: string[][] = [];
      for (const megabytes of MEGABYTES) {
        await growTo(cluster.members[0], megabytes * 1e6);
        const { dbSizeBytes } = await cluster.client.status();
        const bare = () => timeBareCommands(cluster, folder);
        rows.push(row(dbSizeBytes, await takeTurns(bare, () => timeProgram(manifests, cluster), () => settle(folder, dbSizeBytes))));
      }
      return table(['seconds for a database of', 'save', 'status', 'one hash', 'sum of these', 'the program', 'difference'], rows);
    } finally {
      await cluster.destroy();
    }
  });
}

/**
 * The bare commands and the program take turns in going first, so that neither always finds what the other one has left in the page cache;
 * both read the file that they have just written, and begin when nothing is left to be written to the disk from before. The first turn is
 * not counted: the program has no old backup to delete in it.
 */
async function takeTurns(bare: () => Promise<BareTiming>, program: () => Promise<number>, beforehand: () => Promise<void>): Promise<Timing[]> {
  const timings: Timing[] = [];
  const settled = <T>(work: () => Promise<T>) => beforehand().then(work);
  for (let turn = 0; turn <= TURNS; turn++) {
    const before = turn % 2 === 0 ? undefined : await settled(program);
    const commands = await settled(bare);
    timings.push({ ...commands, program: before ?? await settled(program) });
    process.stderr.write(`bench: turn ${turn} of ${TURNS}: ${seconds(timings.at(-1)!)}\n`);
  }
  return timings.slice(1);
}

/**
 * Nothing is left to be written to the disk, and as much memory as the file will take has just been in use: a virtual machine gets memory
 * that it has not used for a while from its host again, page by page, which would be counted to whoever comes first.
 */
async function settle(folder: string, bytes: number): Promise<void> {
  await runOrThrow('sync', []);
  // Backups are named by the second: one that follows another within the same would wait for the next.
  await sleep(1000);
  const scratch = join(folder, 'scratch');
  await runOrThrow('sh', ['-c', 'head -c "$1" /dev/zero >"$2"', 'sh', String(bytes), scratch]);
  rmSync(scratch);
}

function seconds(timing: Timing): string {
  return Object.entries(timing).map(([step, value]) => `${step} ${value.toFixed(2)} s`).join(', ');
}

/** Medians; the difference is that between the two columns before it. */
function row(bytes: number, timings: Timing[]): string[] {
  const of = (figureOf: (timing: Timing) => number) => median(timings.map(figureOf));
  const bare = of(({ save, status, hash }) => save + status + hash);
  const program = of((timing) => timing.program);
  const cells = [of(({ save }) => save), of(({ status }) => status), of(({ hash }) => hash), bare, program, program - bare];
  return [`${wholeNumber(bytes / 1e6)} MB`, ...cells.map((cell) => cell.toFixed(2))];
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
