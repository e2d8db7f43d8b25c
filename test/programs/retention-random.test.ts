import * as fc from 'fast-check';
import { askAll, awksFound } from './retention-awk';
import { decide, Question, stampOf, timeOf } from './retention-model';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const EDGES = [
  '19700110T000000Z', '20000229T000000Z', '20201228T000000Z', '20210104T000000Z', '20240229T235959Z', '20241230T000000Z', '20991231T235959Z',
];
/** Times crowd around the edges of the calendar, so that periods are shared, just missed and skipped. */
const time = fc.tuple(
  fc.constantFrom(...EDGES.map((stamp) => timeOf(stamp)!)),
  fc.constantFrom(1000, 60_000, HOUR, 5 * HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY),
  fc.integer({ min: -8, max: 8 }),
).map(([edge, unit, steps]) => edge + unit * steps);
const revision = fc.oneof(
  fc.constantFrom('1', '9', '10', '99', '9007199254740993', '9223372036854775807'),
  fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String),
);
const backup = fc.tuple(time, revision).map(([at, number]) => `${stampOf(at)}-r${number}`);
const foreign = fc.tuple(backup, fc.constantFrom('.trash-', '.incomplete-', ' ', 'x')).chain(([name, mark]) => fc.constantFrom(mark + name, name + mark));
// Two that are one as awk's numbers, one that is the beginning of another, and new beginnings of one.
const CLUSTERS = ['14841639068965178418', '14841639068965178419', '7', '71', '7.2', '7.20'];
const cluster = fc.option(fc.constantFrom(...CLUSTERS), { freq: 4, nil: undefined });
const ofCluster = (line: string) => cluster.map((id) => id === undefined ? line : `${line} ${id}`);
const listed = fc.oneof(
  { weight: 8, arbitrary: backup.map((name) => `${name} complete`) },
  { weight: 1, arbitrary: backup.map((name) => `${name} damaged`) },
  { weight: 1, arbitrary: foreign.map((name) => `${name} complete`) },
).chain(ofCluster);
const count = fc.option(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant(1000)), { freq: 2, nil: undefined });
const within = fc.tuple(fc.constantFrom(1, 3600, 86_400, 86_400 * 365), fc.integer({ min: 1, max: 9 })).map(([unit, n]) => unit * n);
const rules = fc.record({
  KEEP_LAST: count,
  KEEP_HOURLY: count,
  KEEP_DAILY: count,
  KEEP_WEEKLY: count,
  KEEP_MONTHLY: count,
  KEEP_YEARLY: count,
  KEEP_WITHIN_SECONDS: fc.option(within, { nil: undefined }),
  KEEP_ALL: fc.option(fc.constant(1), { freq: 20, nil: undefined }),
}).map((some) => Object.fromEntries(Object.entries(some).flatMap(([name, value]) => value === undefined ? [] : [[name, `${value}`]])))
  .filter((some) => Object.keys(some).length > 0);

const question: fc.Arbitrary<Question> = fc.tuple(rules, fc.array(listed, { maxLength: 40 }), time, fc.option(backup, { nil: undefined }), cluster)
  .map(([some, history, now, written, present]) => ({
    environment: { ...some, NOW: stampOf(now), JUST_WRITTEN: written ?? '', ...present === undefined ? {} : { PRESENT: present } },
    listing: written ? [...history, [written, 'complete', present].filter(Boolean).join(' ')] : history,
  }));

test.each(awksFound)('random histories under random rules: %s and the model say the same, word for word', async (awk) => {
  await fc.assert(fc.asyncProperty(fc.array(question, { minLength: 1, maxLength: 60 }), async (questions) => {
    expect(await askAll(awk, questions)).toEqual(questions.map(decide));
  }), { numRuns: 60 });
});

test.each(awksFound)('random histories of several etcd clusters: %s decides about each as if the others were not there', async (awk) => {
  const history = fc.array(fc.tuple(backup, fc.constantFrom(...CLUSTERS)), { minLength: 1, maxLength: 40 })
    .map((backups) => new Map(backups));
  await fc.assert(fc.asyncProperty(fc.tuple(rules, history, time), async ([some, backups, now]) => {
    const environment = { ...some, NOW: stampOf(now), PRESENT: CLUSTERS[0] };
    const listingOf = (ids: readonly string[], named: boolean) => [...backups].filter(([, id]) => ids.includes(id))
      .map(([name, id]) => `${name} complete${named ? ` ${id}` : ''}`);
    // Alone, and without a word about clusters: the rules that restic has.
    const [together, ...alone] = await askAll(awk, [
      { environment, listing: listingOf(CLUSTERS, true) },
      ...CLUSTERS.map((id) => ({ environment, listing: listingOf([id], false) })),
    ]);
    const plain = together.map((line) => line.replace(/; of another etcd cluster, [\d.]+$/, ''));
    expect(plain.sort()).toEqual(alone.flat().sort());
    expect(together.filter((line) => /of another/.test(line)).every((line) => line.endsWith(`, ${backups.get(line.split(' ')[1])}`))).toBe(true);
  }), { numRuns: 60 });
});
