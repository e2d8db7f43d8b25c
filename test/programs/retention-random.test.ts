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
const listed = fc.oneof(
  { weight: 8, arbitrary: backup.map((name) => `${name} complete`) },
  { weight: 1, arbitrary: backup.map((name) => `${name} damaged`) },
  { weight: 1, arbitrary: foreign.map((name) => `${name} complete`) },
);
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

const question: fc.Arbitrary<Question> = fc.tuple(rules, fc.array(listed, { maxLength: 40 }), time, fc.option(backup, { nil: undefined }))
  .map(([some, history, now, written]) => ({
    environment: { ...some, NOW: stampOf(now), JUST_WRITTEN: written ?? '' },
    listing: written ? [...history, `${written} complete`] : history,
  }));

test.each(awksFound)('random histories under random rules: %s and the model say the same, word for word', async (awk) => {
  await fc.assert(fc.asyncProperty(fc.array(question, { minLength: 1, maxLength: 60 }), async (questions) => {
    expect(await askAll(awk, questions)).toEqual(questions.map(decide));
  }), { numRuns: 60 });
});
