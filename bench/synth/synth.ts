import { inProcess } from './in-process';
import { Cost, measureInProcess, measurePerCluster } from './measure';
import { helmTemplate, kubectlKustomize, PerCluster } from './per-cluster';
import { toolchain } from '../../test/toolchain/toolchain';
import { figure, table } from '../support/format';
import { withWorkspace } from '../support/workspace';

const COUNTS = [1, 100, 1_000, 10_000];
/** A run that takes longer is stopped, or not begun where the one before it tells. */
const LIMIT_SECONDS = 180;
/** Runs of the same kind, of which the best counts: what others do on the machine only ever adds. */
const RUNS = 3;

/** What became of one number of clusters. */
interface Cell {
  readonly count: number;
  readonly text: string;
  readonly cost?: Cost;
}

/** Time and memory of synthesis by the number of clusters. */
export function synth(): Promise<string> {
  return withWorkspace(async (folder) => {
    await Promise.all([toolchain.busybox, toolchain.kubectl].map((tool) => tool.ensure()));
    const ways = [
      ...Object.keys(inProcess).map((title) => row(title, inProcessCells(title, folder), true)),
      ...[helmTemplate(folder), kubectlKustomize(folder)].map((way) => row(way.title, perClusterCells(way, folder), false)),
    ];
    return table(
      ['seconds for this many clusters', ...COUNTS.map((count) => count.toLocaleString('en-US')), 'ms for one more', 'of it CPU', 'peak memory', 'memory for one more'],
      ways,
    );
  });
}

function inProcessCells(title: string, folder: string): Cell[] {
  return COUNTS.map((count) => {
    const cost = best(() => measureInProcess(title, count, folder, LIMIT_SECONDS));
    return { count, cost, text: cost ? figure(cost.seconds) : `stopped at ${LIMIT_SECONDS}` };
  });
}

function perClusterCells(way: PerCluster, folder: string): Cell[] {
  const cells: Cell[] = [];
  for (const count of COUNTS) {
    const last = cells.at(-1);
    const expected = last?.cost ? last.cost.seconds * count / last.count : Infinity;
    if (last && expected > LIMIT_SECONDS) {
      const from = cells.filter(({ cost }) => cost).at(-1)!;
      cells.push({ count, text: `about ${figure(from.cost!.seconds * count / from.count)} (extrapolated)` });
    } else {
      const cost = best(() => measurePerCluster(way, count, folder))!;
      cells.push({ count, cost, text: figure(cost.seconds) });
    }
  }
  return cells;
}

/** The best of some runs; of long ones the first, which noise changes little. */
function best(run: () => Cost | undefined): Cost | undefined {
  let quickest = run();
  for (let again = 1; again < RUNS && quickest && quickest.seconds * RUNS < LIMIT_SECONDS; again++) {
    const cost = run();
    if (cost && cost.seconds < quickest.seconds) quickest = cost;
  }
  return quickest;
}

/**
 * Costs of one cluster more are taken between the smallest and the largest number measured, so the start is not in them.
 *
 * @param together whether all clusters are in one process, whose memory may grow with them.
 */
function row(title: string, cells: Cell[], together: boolean): string[] {
  process.stderr.write(`bench: ${title}: ${cells.map(({ count, text }) => `${count} clusters ${text} s`).join(', ')}\n`);
  const measured = cells.filter(({ cost }) => cost);
  const [first, last] = [measured[0], measured.at(-1)!];
  const more = (of: (cost: Cost) => number) => (of(last.cost!) - of(first.cost!)) / (last.count - first.count);
  return [
    title,
    ...cells.map(({ text }) => text),
    figure(more(({ seconds }) => seconds * 1000)),
    figure(more(({ cpuSeconds }) => cpuSeconds * 1000)),
    `${figure(last.cost!.peakMebibytes)} MiB`,
    together ? `${figure(more(({ peakMebibytes }) => peakMebibytes * 1024))} KiB` : 'a process each',
  ];
}
