import { Cron } from 'cdk8s';
import { requireSchedule, requireTimeZone } from '../../src/require/schedule';

type Fields = Parameters<typeof Cron.schedule>[0];

const check = (fields: Fields) => () => requireSchedule('schedule', Cron.schedule(fields));

describe('a schedule is taken', () => {
  test.each<[string, Fields]>([
    ['every minute', {}],
    ['every five minutes', { minute: '*/5' }],
    ['from a minute on, in steps', { minute: '7/20' }],
    ['a list of ranges, steps and single values', { minute: '0,10-20,30-50/5,59' }],
    ['every field at its least', { minute: '0', hour: '0', day: '1', month: '1', weekDay: '0' }],
    ['every field at its most', { minute: '59', hour: '23', day: '31', month: '12', weekDay: '6' }],
    ['months and days by name, in any case', { minute: '0', hour: '2', month: 'JAN,jul', weekDay: 'Mon-Fri' }],
    ['a question mark for any day', { minute: '0', hour: '0', day: '?' }],
    ['29 February, which comes every few years', { minute: '0', hour: '0', day: '29', month: '2' }],
    ['the 31st, in months of which one has it', { minute: '0', hour: '0', day: '31', month: '2,4,5' }],
    ['the 31st from February on, in months of which one has it', { minute: '0', hour: '0', day: '31', month: '2/1' }],
    ['30 February or any Monday, which is what Kubernetes makes of both', { minute: '0', hour: '0', day: '30', month: '2', weekDay: '1' }],
  ])('%s', (_, fields) => {
    expect(check(fields)).not.toThrow();
  });

  test('as cdk8s\' own shorthands write it', () => {
    for (const cron of [Cron.everyMinute(), Cron.hourly(), Cron.daily(), Cron.weekly(), Cron.monthly(), Cron.annually()]) {
      expect(() => requireSchedule('schedule', cron)).not.toThrow();
    }
  });
});

describe('a schedule is refused', () => {
  test.each<[string, Fields, string]>([
    ['minute', { minute: '99' }, '0 and 59'],
    ['minute', { minute: '60' }, '0 and 59'],
    ['hour', { hour: '24' }, '0 and 23'],
    ['day of month', { day: '0' }, '1 and 31'],
    ['day of month', { day: '32' }, '1 and 31'],
    ['month', { month: '13' }, '1 and 12'],
    ['month', { month: 'juli' }, '1 and 12'],
    // Sunday is 0 alone: 7 is another cron's.
    ['day of week', { weekDay: '7' }, '0 and 6'],
    ['minute', { minute: '-5' }, '0 and 59'],
    ['minute', { minute: '1-2-3' }, '0 and 59'],
    ['minute', { minute: '1.5' }, '0 and 59'],
    ['minute', { minute: '5,' }, '0 and 59'],
    ['hour', { hour: 'mon' }, '0 and 23'],
  ])('for its %s: %j', (field, fields, range) => {
    expect(check(fields)).toThrow(`schedule: ${field} must be within ${range}, as *, 5, 1-5, */15 or a list of those, got ${JSON.stringify(Object.values(fields!)[0])}`);
  });

  test.each(['*/0', '*/x', '*/5/5', '*/-1', '*/'])('for the step in %s', (minute) => {
    expect(check({ minute })).toThrow('the step after / must be a whole number of at least 1');
  });

  test('for a range that runs backwards', () => {
    expect(check({ hour: '22-4' })).toThrow('got "22-4": the range runs backwards');
  });

  test.each<[string, Fields]>([
    ['30 February', { minute: '0', hour: '0', day: '30', month: '2' }],
    ['the 31st of April, June, September and November', { minute: '0', hour: '0', day: '31', month: '4,6,9,nov' }],
  ])('for a day that never comes: %s', (_, fields) => {
    expect(check(fields)).toThrow(/^schedule never comes, got ".*": none of its months has such a day$/);
  });

  test('for a number of fields other than five', () => {
    expect(check({ minute: '0 0' })).toThrow('schedule must have five fields (minute, hour, day of month, month, day of week), got "0 0 * * * *"');
  });
});

describe('a time zone', () => {
  test.each(['Etc/UTC', 'UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'])('%s is one', (timeZone) => {
    expect(() => requireTimeZone('timeZone', timeZone)).not.toThrow();
  });

  // Kubernetes refuses Local, which would be another one on each controller manager.
  test.each(['', 'Local', 'Europe/Bonn', 'CESTT', 'Berlin'])('%j is none', (timeZone) => {
    expect(() => requireTimeZone('timeZone', timeZone))
      .toThrow(`timeZone must be a name of the tz database such as Etc/UTC or Europe/Berlin, got ${JSON.stringify(timeZone)}`);
  });
});
