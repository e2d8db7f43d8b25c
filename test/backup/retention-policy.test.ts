import { Duration } from 'cdk8s';
import { RetentionPolicy, RetentionRules } from '../../src/backup/retention-policy';

describe('what a reviewer reads', () => {
  test.each<[string, RetentionRules]>([
    ['keeps the last 4, 7 daily, 4 weekly', { last: 4, daily: 7, weekly: 4 }],
    ['keeps 7 daily', { daily: 7 }],
    ['keeps the last 1, 2 hourly, 3 daily, 4 weekly, 5 monthly, 6 yearly, everything of 2 days',
      { yearly: 6, monthly: 5, weekly: 4, daily: 3, hourly: 2, last: 1, within: Duration.days(2) }],
    ['keeps everything of 1 hour 30 minutes', { within: Duration.minutes(90) }],
    ['keeps everything of 1 day 1 hour 1 minute 1 second', { within: Duration.seconds(90_061) }],
  ])('%s', (description, rules) => {
    expect(RetentionPolicy.of(rules).description).toBe(description);
  });

  test('a policy that never deletes says so', () => {
    expect(RetentionPolicy.keepAll().description).toBe('keeps all backups');
  });

  test('the order in which rules are written changes nothing', () => {
    const one = RetentionPolicy.of({ daily: 7, last: 4 });
    const other = RetentionPolicy.of({ last: 4, daily: 7 });
    expect(Object.entries(one._environment())).toEqual(Object.entries(other._environment()));
    expect(one.description).toBe(other.description);
  });
});

describe('what the program is told', () => {
  test('every rule by its own variable', () => {
    const all: Required<RetentionRules> = { last: 1, hourly: 2, daily: 3, weekly: 4, monthly: 5, yearly: 6, within: Duration.days(2) };
    expect(RetentionPolicy.of(all)._environment()).toEqual({
      KEEP_LAST: '1',
      KEEP_HOURLY: '2',
      KEEP_DAILY: '3',
      KEEP_WEEKLY: '4',
      KEEP_MONTHLY: '5',
      KEEP_YEARLY: '6',
      KEEP_WITHIN_SECONDS: '172800',
    });
  });

  test('a rule that is left out has no variable', () => {
    expect(RetentionPolicy.keepLast(3)._environment()).toEqual({ KEEP_LAST: '3' });
  });

  test('keeping all is said, not left to an absence of rules', () => {
    expect(RetentionPolicy.keepAll()._environment()).toEqual({ KEEP_ALL: '1' });
  });

  test('nobody can change a policy from outside', () => {
    const policy = RetentionPolicy.keepLast(3);
    policy._environment().KEEP_LAST = '1';
    expect(policy._environment()).toEqual({ KEEP_LAST: '3' });
  });
});

test('the recommended policy keeps an hour of today, a day of this week and a week of this month, and at most 39 backups', () => {
  const policy = RetentionPolicy.recommended();
  expect(policy.description).toBe('keeps the last 4, 24 hourly, 7 daily, 4 weekly');
  expect(Object.values(policy._environment()).reduce((sum, count) => sum + Number(count), 0)).toBe(39);
});

describe('a policy that makes no sense is refused', () => {
  const COUNTS = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

  test.each(COUNTS)('%s: zero, negative, fractional, not a number, too large to be exact', (kind) => {
    for (const count of [0, -1, -0, 1.5, Number.NaN, Infinity, -Infinity, Number.MAX_SAFE_INTEGER + 1]) {
      expect(() => RetentionPolicy.of({ daily: 7, [kind]: count })).toThrow(`retention.${kind} must be a whole number of at least 1, got ${count}:`);
    }
  });

  test('a count that is text, as from untyped code, is refused and not repaired', () => {
    expect(() => RetentionPolicy.of({ last: '4' as unknown as number })).toThrow('retention.last must be a whole number of at least 1, got 4');
  });

  test('the message names the fix', () => {
    expect(() => RetentionPolicy.of({ daily: 0 }))
      .toThrow(new Error('retention.daily must be a whole number of at least 1, got 0: leave it out to keep no daily backups'));
    expect(() => RetentionPolicy.keepLast(0))
      .toThrow(new Error('retention.last must be a whole number of at least 1, got 0: leave it out for no such rule'));
  });

  test.each([
    ['0 s', Duration.days(0)],
    ['0.5 s', Duration.millis(500)],
    ['90.5 s', Duration.millis(90_500)],
    ['NaN s', Duration.days(Number.NaN)],
    ['Infinity s', Duration.days(Infinity)],
  ])('within: %s', (got, within) => {
    expect(() => RetentionPolicy.of({ last: 4, within })).toThrow(`retention.within must be a whole number of seconds of at least 1, got ${got}: leave it out for no such rule`);
  });

  test('no rule at all is no way to say "keep everything"', () => {
    expect(() => RetentionPolicy.of({})).toThrow(/at least one rule, got none: .*RetentionPolicy\.keepAll\(\)/);
    expect(() => RetentionPolicy.of({ last: undefined })).toThrow('at least one rule');
  });
});
