import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { ApiObject } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { groupsFor, newChart } from './alerts-fixtures';
import { listExamples, synthesize } from '../../examples/synthesize';
import { Run, seriesOf } from '../support/alerts/cron-job-life';
import { unexpectedAlerts } from '../support/alerts/promtool';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { runOrThrow } from '../toolchain/run';
import { toolchain } from '../toolchain/toolchain';

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** How often Prometheus looks, in seconds. */
const STEP = 3 * HOUR;
// A leap year. Prometheus' time begins with it.
const [FROM, TO] = ['2028-01-01', '2029-01-01'].map((day) => Date.parse(`${day}T00:00:00Z`) / 1000);

/** The CronJobs of an example, as it writes them. */
function cronJobsOf(example: string): any[] {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-year-'));
  try {
    return synthesize(example, folder, { TSX_TSCONFIG_PATH: join(__dirname, '..', 'tsconfig.json') })
      .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => document.toJS()))
      .filter(({ kind }) => kind === 'CronJob');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A number from 0 to 1 for each of many things, the same in each run of the test. */
const spread = (i: number) => (i * 7_919 % 1_000) / 999;

/** The runs of the year: each begins as late, and takes as long, as it may. */
async function runsOf({ spec }: any): Promise<Run[]> {
  const line = [FROM, TO, spec.timeZone ?? 'Etc/UTC', spec.schedule].join(' ');
  const begins = (await runOrThrow(toolchain.cronRuns.path(), ['runs'], { input: `${line}\n` })).trim().split(' ').map((second) => Number(second) - FROM);
  const longest = spec.jobTemplate.spec.activeDeadlineSeconds ?? spec.startingDeadlineSeconds;
  let free = 0;
  return begins.flatMap((due, i) => {
    const next = begins[i + 1] ?? Infinity;
    // Of several that were missed only the last one is made up for: so it begins before the next one is due.
    const begin = Math.max(due + Math.floor(spread(i) * Math.min(spec.startingDeadlineSeconds, next - due - 1)), free);
    // While one goes on no other begins.
    if (begin > due + spec.startingDeadlineSeconds || begin >= next) return [];
    free = begin + Math.floor(spread(i + 500) * longest) + 1;
    return [{ begin, end: free }];
  });
}

const watched = listExamples().map((example) => ({ example, cronJobs: cronJobsOf(example) })).filter(({ cronJobs }) => cronJobs.length > 0);

test('examples have CronJobs', () => {
  expect(watched.map(({ example }) => example)).toEqual(['alerts', 'external-etcd', 'fleet', 'ha-ebs', 'node-maintenance', 'single-control-plane']);
});

describeWithTools('a year of the example', [toolchain.prometheus, toolchain.cronRuns], () => {
  // Where an example has several, they have the same schedule.
  test.each(watched.map(({ example, cronJobs }) => [example, cronJobs[0]]))('%s', async (_, cronJob) => {
    const { metadata: { name, namespace } } = cronJob;
    const groups = groupsFor(newChart(), [new ApiObject(newChart(), 'watched', cronJob)]);
    const { alert, expr, labels: { severity } } = groups[0].rules[0];
    const limit = Number(/> (\d+)$/.exec(expr)![1]);
    const runs = await runsOf(cronJob);
    const ends = runs.map(({ end }) => end!);
    // To the second, by arithmetic: Prometheus does not look as often here.
    expect(alert).toMatch(/TooOld$/);
    expect(Math.max(...ends.map((end, i) => end - (ends[i - 1] ?? 0)))).toBeLessThanOrEqual(limit);

    const looks = Array.from({ length: 366 }, (_day, day) => ({ at: day * DAY + (day % 8) * STEP, firing: [] as string[] }));
    expect(await unexpectedAlerts(groups, seriesOf({ name, namespace, runs }, STEP, 366 * DAY), STEP, looks)).toBe('');

    // From the summer on all fails without a word.
    const half = runs.filter(({ end }) => end! < 183 * DAY);
    const [{ end: last }] = half.slice(-1);
    const due = Math.ceil((last! + limit + 1) / STEP) * STEP;
    const silence = looks.filter(({ at }) => at <= last! + limit);
    expect(silence.length).toBeGreaterThan(180);
    const alarms = [due, 366 * DAY].map((at) => ({ at, firing: [`${severity} ${alert} ${name}`] }));
    expect(await unexpectedAlerts(groups, seriesOf({ name, namespace, runs: half }, STEP, 366 * DAY), STEP, [...silence, ...alarms])).toBe('');
  });
});
