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

/** Times the snapshot program beside the bare commands that it needs at least. Needs root, for the program's pod. */
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
 * The bare commands and the program take turns in going first, so that neither always finds what the other one has left in the page cache.
 * Both read the file that they have just written, and begin when all earlier writes are on the disk. The first turn is not counted, as the
 * program has no old backup to delete in it.
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
 * Waits until all writes are on the disk, and uses as much memory as the file will take. Otherwise the first one to be timed would pay for
 * that memory: a virtual machine gets memory that it has not used for a while from its host again, page by page.
 */
async function settle(folder: string, bytes: number): Promise<void> {
  await runOrThrow('sync', []);
  // Backups are named by the second: a second one within the same second would wait for the next.
  await sleep(1000);
  const scratch = join(folder, 'scratch');
  await runOrThrow('sh', ['-c', 'head -c "$1" /dev/zero >"$2"', 'sh', String(bytes), scratch]);
  rmSync(scratch);
}

function seconds(timing: Timing): string {
  return Object.entries(timing).map(([step, value]) => `${step} ${value.toFixed(2)} s`).join(', ');
}

/** A row of medians; the last one is the difference of the two columns before it. */
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
