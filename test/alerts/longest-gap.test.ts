import * as fc from 'fast-check';
import { longestGapSeconds } from '../../src/alerts/longest-gap';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { runOrThrow } from '../toolchain/run';
import { toolchain } from '../toolchain/toolchain';

const HOUR = 3_600;
const DAY = 24 * HOUR;

test.each<[string, string, number | undefined]>([
  ['*/30 * * * *', 'Etc/UTC', HOUR / 2],
  ['0 */6 * * *', 'Etc/UTC', 6 * HOUR],
  ['0 3 * * 1-5', 'Etc/UTC', 3 * DAY],
  ['0 0 1 * *', 'Etc/UTC', 31 * DAY],
  ['0 0 31 * *', 'Etc/UTC', 61 * DAY],
  ['0 0 1 1 *', 'Etc/UTC', 366 * DAY],
  ['0 0 29 2 *', 'Etc/UTC', (4 * 365 + 1) * DAY],
  ['0 0 29 * *', 'Etc/UTC', 59 * DAY],
  ['0 3 29 2-12/2 *', 'Etc/UTC', (31 + 30 + 30 + 30) * DAY],
  ['0 0 15 6 *', 'Etc/UTC', 366 * DAY],
  ['@daily', 'Etc/UTC', DAY],
  // In spring one Friday has no midnight in Cairo, and Kubernetes' cron does not find that day.
  ['0 3 * * 5', 'Africa/Cairo', 14 * DAY - HOUR],
  ['0 3 * * *', 'Africa/Cairo', DAY + HOUR],
  // In spring there is no half past two on one day.
  ['30 2 * * *', 'Europe/Berlin', 2 * DAY - HOUR],
  ['30 2 * * 0', 'Europe/Berlin', 14 * DAY - HOUR],
  ['0 4 * * *', 'Europe/Berlin', DAY + HOUR],
  // A day of the month and a weekday: one of the two is enough, unless one has a star.
  ['0 0 1 * 1', 'Etc/UTC', 7 * DAY],
  ['0 0 */1 * 1', 'Etc/UTC', 7 * DAY],
  ['0 0 */2 * 1', 'Etc/UTC', 2 * DAY],
])('the longest time between two runs of %s in %s is %s s', (schedule, timeZone, seconds) => {
  expect(longestGapSeconds('schedule', schedule, timeZone)).toBe(seconds);
});

/** A field of a schedule, as people write it. */
function field(min: number, max: number): fc.Arbitrary<string> {
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.tuple(fc.oneof(fc.constant('*'), range), fc.integer({ min: 1, max: max - min })).map(([of, by]) => `${of}/${by}`);
  const item = fc.oneof(value.map(String), range, step);
  return fc.oneof({ arbitrary: fc.constant('*'), weight: 3 }, { arbitrary: fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(',')), weight: 2 });
}

// One or two hours and minutes: with more of them the package takes long.
const pair = (max: number) => fc.tuple(fc.integer({ min: 0, max }), fc.integer({ min: 0, max })).map((both) => both.join(','));
const schedules = fc.tuple(pair(59), pair(23), field(1, 31), field(1, 12), field(0, 6)).map((fields) => fields.join(' '));
// The package leaves out a day more where clocks change by half an hour, or at a quarter, as on Lord Howe and the Chatham Islands.
const zones = fc.constantFrom(
  'Etc/UTC', 'Europe/Berlin', 'America/New_York', 'America/Sao_Paulo', 'Asia/Kolkata', 'America/St_Johns', 'Africa/Casablanca', 'Asia/Jerusalem',
  'Africa/Cairo', 'Asia/Beirut', 'America/Santiago', 'America/Havana',
);

describeWithTools('by the package that Kubernetes has', [toolchain.cronRuns], () => {
  const PERIOD = ['2027-01-01', '2055-01-01'].map((day) => Date.parse(`${day}T00:00:00Z`) / 1000);

  test('the longest time between two runs is the same', async () => {
    const asked = fc.sample(fc.tuple(schedules, zones), { numRuns: 50, seed: 13 });
    const lines = asked.map(([schedule, zone]) => [...PERIOD, zone, schedule].join(' '));
    const answers = (await runOrThrow(toolchain.cronRuns.path(), [], { input: `${lines.join('\n')}\n` })).trim().split('\n').map(Number);
    expect(answers).toHaveLength(50);
    const differing = asked
      .map(([schedule, zone], i) => ({ schedule, zone, theirs: answers[i] || undefined, ours: longestGapSeconds('schedule', schedule, zone) }))
      .filter(({ theirs, ours }) => theirs !== ours);
    expect(differing).toEqual([]);
  });
});
