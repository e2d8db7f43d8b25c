import { inProcess } from './in-process';
import { Cost, measureInProcess, measurePerCluster } from './measure';
import { helmTemplate, kubectlKustomize } from './per-cluster';
import { toolchain } from '../../test/toolchain/toolchain';
import { figure, table, wholeNumber } from '../support/format';
import { withWorkspace } from '../support/workspace';

const COUNTS = [1, 100, 1_000, 4_000, 10_000];
/** A run that takes longer is stopped. A run that is expected to take longer is not begun. */
const LIMIT_SECONDS = 180;
/** The number of runs of the same kind. The best one counts, as other work on the machine only ever adds time. */
const RUNS = 3;

/** A way to write the manifests of a fleet. */
interface Way {
  readonly title: string;
  /** Undefined when it was stopped at the limit. */
  readonly measure: (count: number) => Cost | undefined;
  /** Whether all clusters are in one process, whose start is paid once, and whose memory may grow with them. */
  readonly together: boolean;
}

/** The best run for one number of clusters; it wasn't stopped. */
interface Measured {
  readonly count: number;
  readonly cost: Cost;
}

/** Time and memory of synthesis by the number of clusters. */
export function synth(): Promise<string> {
  return withWorkspace(async (folder) => {
    await Promise.all([toolchain.busybox, toolchain.kubectl].map((tool) => tool.ensure()));
    const ways: Way[] = [
      ...Object.keys(inProcess).map((title) => ({
        title, together: true, measure: (count: number) => measureInProcess(title, count, folder, LIMIT_SECONDS),
      })),
      ...[helmTemplate(folder), kubectlKustomize(folder)].map((program) => ({
        title: program.title, together: false, measure: (count: number) => measurePerCluster(program, count, folder),
      })),
    ];
    return table(
      ['seconds for this many clusters', ...COUNTS.map(wholeNumber), 'ms for one more', 'of it CPU', 'peak memory', 'memory for one more'],
      ways.map(row),
    );
  });
}

/** A row of the table. The cost of one cluster more is the slope between the smallest and the largest number measured, so the start isn't in it. */
function row(way: Way): string[] {
  const measured: Measured[] = [];
  const cells = COUNTS.map((count) => {
    const cell = measure(way, count, measured);
    process.stderr.write(`bench: ${way.title}: ${wholeNumber(count)} clusters: ${cell} s\n`);
    return cell;
  });
  const [first, last] = [measured[0], measured.at(-1)!];
  const more = (of: (cost: Cost) => number) => figure((of(last.cost) - of(first.cost)) / (last.count - first.count));
  return [
    way.title,
    ...cells,
    more(({ seconds }) => seconds * 1000),
    more(({ cpuSeconds }) => cpuSeconds * 1000),
    `${figure(last.cost.peakMebibytes)} MiB`,
    way.together ? `${more(({ peakMebibytes }) => peakMebibytes * 1024)} KiB` : 'a process each',
  ];
}

/** Measures one number of clusters, adds it to what was measured, and returns what the table says of it. */
function measure(way: Way, count: number, measured: Measured[]): string {
  const expected = extrapolate(measured, count);
  if (expected > LIMIT_SECONDS) return way.together ? `over ${figure(expected)}, not run` : `about ${figure(expected)}, extrapolated`;
  const cost = best(() => way.measure(count));
  if (!cost) return `stopped at ${LIMIT_SECONDS}`;
  measured.push({ count, cost });
  return figure(cost.seconds);
}

/** The seconds on the line through the last two measurements. If time grows faster than the number of clusters, it takes longer than this. */
function extrapolate(measured: Measured[], count: number): number {
  const [before, last] = measured.slice(-2);
  if (!last) return 0;
  return last.cost.seconds + (last.cost.seconds - before.cost.seconds) / (last.count - before.count) * (count - last.count);
}

/** The best of some runs. A long run isn't repeated, as noise changes it little. */
function best(run: () => Cost | undefined): Cost | undefined {
  let quickest = run();
  for (let again = 1; again < RUNS && quickest && quickest.seconds * RUNS < LIMIT_SECONDS; again++) {
    const cost = run();
    if (cost && cost.seconds < quickest.seconds) quickest = cost;
  }
  return quickest;
}
