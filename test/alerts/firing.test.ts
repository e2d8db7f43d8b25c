import { ApiObject } from 'cdk8s';
import { backups, groupsFor, LIMIT, NAMESPACE, newChart } from './alerts-fixtures';
import { BackupAlertsProps } from '../../src/alerts/backup-alerts-props';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { Life, Run, seriesOf } from '../support/alerts/cron-job-life';
import { Expected, refusalOf, unexpectedAlerts } from '../support/alerts/promtool';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 24 * HOUR;

/** A run every six hours, as the schedule says, each of three minutes. */
const runsUntil = (end: number, from = 0): Run[] => Array.from({ length: Math.floor((end - from) / (6 * HOUR)) }, (_, i) => {
  const begin = from + (i + 1) * 6 * HOUR;
  return { begin, end: begin + 3 * MINUTE };
});

interface Scene {
  /** The CronJobs, in the order of the chart. */
  readonly lives: readonly Omit<Life, 'name' | 'namespace'>[];
  readonly everyMember?: boolean;
  readonly alerts?: BackupAlertsProps;
  readonly seconds: number;
  /** How often Prometheus looks, in seconds. @default MINUTE */
  readonly step?: number;
  readonly expected: (names: string[]) => Expected[];
}

/** What fires otherwise than expected. */
async function surprises({ lives, everyMember, alerts, seconds, step = MINUTE, expected }: Scene): Promise<string> {
  const chart = newChart();
  const snapshots = backups(chart, everyMember ? { nodes: SnapshotNodes.everyMember() } : {});
  const groups = groupsFor(chart, [snapshots], { alerts });
  const names = snapshots.cronJobs.map((cronJob) => ApiObject.of(cronJob).name);
  const series = lives.flatMap((life, i) => seriesOf({ namespace: NAMESPACE, name: names[i % names.length], ...life }, step, seconds));
  return unexpectedAlerts(groups, series, step, expected(names));
}

const at = (time: number, ...firing: string[]): Expected => ({ at: time, firing });

/** Nothing fires. */
function quiet(from: number, to: number, step = 30 * MINUTE): Expected[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => at(from + i * step));
}

describeWithTools('by Prometheus itself', [toolchain.prometheus], () => {
  test('the rules are read, and nothing in them is doubtful', async () => {
    const chart = newChart();
    expect(await refusalOf(groupsFor(chart, [backups(chart, { nodes: SnapshotNodes.everyMember() })]))).toBe('');
  });

  test('while backups are taken by their schedule, nothing fires', async () => {
    expect(await surprises({ lives: [{ runs: runsUntil(3 * DAY) }], seconds: 3 * DAY, expected: () => quiet(0, 3 * DAY) })).toBe('');
  });

  test('when backups stop, it is critical as soon as the last one is too old, and over with the next one', async () => {
    const last = 12 * HOUR + 3 * MINUTE;
    const back = last + LIMIT + 4 * HOUR;
    expect(await surprises({
      lives: [{ runs: [...runsUntil(12 * HOUR), { begin: back - 3 * MINUTE, end: back }] }],
      seconds: 2 * DAY,
      expected: ([name]) => [
        ...quiet(0, last + LIMIT),
        at(last + LIMIT + MINUTE, `critical EtcdBackupTooOld ${name}`),
        at(back - MINUTE, `critical EtcdBackupTooOld ${name}`),
        ...quiet(back, back + LIMIT),
      ],
    })).toBe('');
  });

  test('a CronJob that has never succeeded is critical, although nothing is old', async () => {
    expect(await surprises({
      lives: [{ runs: [] }],
      seconds: DAY,
      expected: ([name]) => [...quiet(0, LIMIT), at(LIMIT + MINUTE, `critical EtcdBackupNeverSucceeded ${name}`), at(DAY, `critical EtcdBackupNeverSucceeded ${name}`)],
    })).toBe('');
  });

  test('a CronJob that is deleted is critical after a quarter of an hour', async () => {
    const gone = 7 * HOUR;
    expect(await surprises({
      lives: [{ runs: runsUntil(6 * HOUR), gone }],
      seconds: DAY,
      // A series that ends is seen for five minutes more.
      expected: ([name]) => [...quiet(0, gone + 15 * MINUTE, 5 * MINUTE), at(gone + 21 * MINUTE, `critical EtcdBackupGone ${name}`), at(DAY, `critical EtcdBackupGone ${name}`)],
    })).toBe('');
  });

  test('nothing in Prometheus at all is critical, too', async () => {
    expect(await surprises({ lives: [], seconds: HOUR, expected: ([name]) => [at(14 * MINUTE), at(15 * MINUTE, `critical EtcdBackupGone ${name}`)] })).toBe('');
  });

  test('a CronJob that somebody has suspended is a warning after a day, unless it is let go on', async () => {
    const runs = runsUntil(4 * DAY);
    expect(await surprises({
      lives: [{ runs, suspended: [2 * HOUR, 3 * DAY] }],
      seconds: 4 * DAY,
      expected: ([name]) => [at(DAY), at(DAY + 2 * HOUR), at(DAY + 3 * HOUR, `warning EtcdBackupSuspended ${name}`), at(3 * DAY - MINUTE, `warning EtcdBackupSuspended ${name}`), at(3 * DAY)],
    })).toBe('');
    expect(await surprises({ lives: [{ runs, suspended: [2 * HOUR, 25 * HOUR] }], seconds: 2 * DAY, expected: () => quiet(0, 2 * DAY) })).toBe('');
  });

  test('a run that fails is a warning until one succeeds, although its Job is still there', async () => {
    const failed: Run = { begin: 12 * HOUR, end: 12 * HOUR + 5 * MINUTE, failed: true };
    const next = 14 * HOUR;
    expect(await surprises({
      lives: [{ runs: [...runsUntil(6 * HOUR), failed, { begin: next - 3 * MINUTE, end: next }, ...runsUntil(3 * DAY, 12 * HOUR)] }],
      seconds: 2 * DAY,
      expected: ([name]) => [
        ...quiet(0, failed.end!),
        at(failed.end! + 10 * MINUTE, `warning EtcdBackupFailing ${name}`),
        at(next - MINUTE, `warning EtcdBackupFailing ${name}`),
        ...quiet(next, 2 * DAY),
      ],
    })).toBe('');
  });

  test('when every run fails, it is a warning soon, and critical when the last backup is too old', async () => {
    const failures = Array.from({ length: 12 }, (_, i): Run => ({ begin: (2 + i) * 6 * HOUR, end: (2 + i) * 6 * HOUR + 5 * MINUTE, failed: true }));
    expect(await surprises({
      lives: [{ runs: [...runsUntil(6 * HOUR), ...failures] }],
      seconds: 3 * DAY,
      expected: ([name]) => [
        at(12 * HOUR + 14 * MINUTE),
        at(12 * HOUR + 15 * MINUTE, `warning EtcdBackupFailing ${name}`),
        ...[15, 24, 48, 72].map((hours) => at(hours * HOUR, `warning EtcdBackupFailing ${name}`, `critical EtcdBackupTooOld ${name}`)),
      ],
    })).toBe('');
  });

  test('a run that fails before the first success is a warning, too', async () => {
    expect(await surprises({
      lives: [{ runs: [{ begin: HOUR, end: HOUR + 5 * MINUTE, failed: true }] }],
      seconds: 3 * HOUR,
      expected: ([name]) => [at(HOUR + 14 * MINUTE), at(HOUR + 15 * MINUTE, `warning EtcdBackupFailing ${name}`)],
    })).toBe('');
  });

  test('a run that nobody ends is a warning after its deadline', async () => {
    const begin = 12 * HOUR;
    expect(await surprises({
      lives: [{ runs: [...runsUntil(6 * HOUR), { begin }] }],
      seconds: 14 * HOUR,
      expected: ([name]) => [at(begin + 70 * MINUTE), at(begin + 71 * MINUTE, `warning EtcdBackupRunning ${name}`)],
    })).toBe('');
  });

  test('one member without backups is a warning; it is critical when no member has any', async () => {
    const stops = 12 * HOUR + 3 * MINUTE;
    const lives = (others: number) => [{ runs: runsUntil(12 * HOUR) }, { runs: runsUntil(others) }, { runs: runsUntil(others) }];
    expect(await surprises({
      everyMember: true,
      step: 5 * MINUTE,
      lives: lives(2 * DAY),
      seconds: 2 * DAY,
      expected: ([name]) => [...quiet(0, stops + LIMIT), at(2 * DAY, `warning EtcdMemberBackupTooOld ${name}`)],
    })).toBe('');
    expect(await surprises({
      everyMember: true,
      step: 5 * MINUTE,
      lives: lives(18 * HOUR),
      seconds: 2 * DAY,
      expected: (names) => [
        at(stops + LIMIT + 6 * HOUR, `warning EtcdMemberBackupTooOld ${names[0]}`),
        at(2 * DAY, 'critical EtcdBackupTooOld', ...names.map((name) => `warning EtcdMemberBackupTooOld ${name}`)),
      ],
    })).toBe('');
  });

  test('labels of the scrape, which differ where kube-state-metrics shares its work, keep no alert alive', async () => {
    const failed: Run = { begin: HOUR, end: HOUR + 5 * MINUTE, failed: true };
    expect(await surprises({
      lives: [{ runs: [failed, { begin: 3 * HOUR, end: 3 * HOUR + 3 * MINUTE }], labels: { node: 'n1' }, labelsOfJobs: { node: 'n2' } }],
      seconds: 6 * HOUR,
      expected: ([name]) => [at(2 * HOUR, `warning EtcdBackupFailing ${name}`), ...quiet(3 * HOUR + 3 * MINUTE, 6 * HOUR)],
    })).toBe('');
  });

  test('a moment in which kube-state-metrics says nothing of successes is no failure, and no end of a suspension', async () => {
    const failed: Run = { begin: HOUR, end: HOUR + 5 * MINUTE, failed: true };
    const runs = [failed, ...runsUntil(2 * DAY)];
    const unseen: [number, number] = [20 * HOUR, 20 * HOUR + 6 * MINUTE];
    expect(await surprises({ lives: [{ runs, unseen }], seconds: DAY, expected: () => quiet(6 * HOUR + 3 * MINUTE, DAY, 2 * MINUTE) })).toBe('');
    expect(await surprises({
      lives: [{ runs, unseen, suspended: [0, 2 * DAY] }], seconds: 26 * HOUR, expected: ([name]) => [at(25 * HOUR, `warning EtcdBackupSuspended ${name}`)],
    })).toBe('');
  });

  test('a member that comes to others, none of which has ever succeeded, mends nothing', async () => {
    expect(await surprises({
      everyMember: true,
      step: 5 * MINUTE,
      lives: [{ runs: [] }, { runs: [] }, { runs: [], made: 9 * HOUR }],
      seconds: 10 * HOUR,
      expected: ([one, other]) => [at(10 * HOUR, 'critical EtcdBackupNeverSucceeded', ...[one, other].map((name) => `warning EtcdMemberBackupNeverSucceeded ${name}`))],
    })).toBe('');
  });

  test('a run that nobody ends is not hidden by a newer one', async () => {
    const runs = [...runsUntil(6 * HOUR), { begin: 12 * HOUR }, { begin: 13 * HOUR }];
    expect(await surprises({ lives: [{ runs }], seconds: 14 * HOUR, expected: ([name]) => [at(13 * HOUR + 30 * MINUTE, `warning EtcdBackupRunning ${name}`)] })).toBe('');
  });

  test('kube-state-metrics that is there twice, or moves, neither hides nor doubles an alert', async () => {
    const runs = runsUntil(12 * HOUR);
    const twice = ['10.0.0.1:8080', '10.0.0.2:8080'].map((instance, i) => ({ runs, labels: { instance, pod: `ksm-${i}`, job: 'kube-state-metrics' } }));
    expect(await surprises({ lives: twice, seconds: DAY, expected: ([name]) => [at(20 * HOUR), at(DAY, `critical EtcdBackupTooOld ${name}`)] })).toBe('');
    const moved = [{ ...twice[0], gone: 13 * HOUR }, twice[1]];
    expect(await surprises({ lives: moved, seconds: DAY, expected: ([name]) => [at(20 * HOUR), at(DAY, `critical EtcdBackupTooOld ${name}`)] })).toBe('');
  });

  test('where one Prometheus has the metrics of several clusters, another cluster\'s backups hide nothing', async () => {
    const lives = [{ runs: runsUntil(12 * HOUR), labels: { cluster: 'prod' }, gone: 18 * HOUR }, { runs: runsUntil(2 * DAY), labels: { cluster: 'test' } }];
    expect(await surprises({ lives, alerts: { selector: { cluster: 'prod' } }, seconds: DAY, expected: ([name]) => [at(18 * HOUR), at(DAY, `critical EtcdBackupGone ${name}`)] })).toBe('');
  });
});
