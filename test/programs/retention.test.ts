import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { ask, awksAbsent, awksFound } from './retention-awk';
import { decide, stampOf, timeOf } from './retention-model';

const DAY = 86_400_000;

test('the awk of the images and the one of Debian are here to be asked', () => {
  if (awksAbsent.length > 0) {
    console.warn(`RETENTION NOT TESTED under ${awksAbsent.join(', ')}: install the packages busybox, mawk and gawk`);
  }
  expect(awksFound).not.toEqual([]);
  if (process.env.CI === 'true') expect(awksFound).toEqual(expect.arrayContaining(['busybox awk', 'mawk']));
});

describe.each(awksFound)('%s', (awk) => {
  function lines(environment: Record<string, string>, listing: readonly string[]): string[] {
    const answer = ask(awk, { environment: { NOW: '20261121T120000Z', ...environment }, listing });
    expect(answer).toMatchObject({ exitCode: 0, stderr: '' });
    return answer.stdout.split('\n').slice(0, -1);
  }

  function kept(environment: Record<string, string>, listing: readonly string[]): string[] {
    return lines(environment, listing).filter((line) => line.startsWith('keep ')).map((line) => line.split(' ')[1]);
  }

  describe('the rules', () => {
    test('four daily of a backup each Sunday: the last four Sundays, because days without a backup do not count', () => {
      const sundays = everyBackup('20190901T110000Z', '20191117T110000Z', 7 * DAY);
      expect(sundays).toHaveLength(12);
      expect(kept({ KEEP_DAILY: '4' }, sundays).map((name) => name.slice(0, 8))).toEqual(['20191117', '20191110', '20191103', '20191027']);
    });

    test('a backup a day for a hundred years: 7 daily, 5 weekly, 12 monthly and 75 yearly share some', () => {
      const century = everyBackup('19200101T120000Z', '20191231T120000Z', DAY);
      const days = kept({ KEEP_DAILY: '7', KEEP_WEEKLY: '5', KEEP_MONTHLY: '12', KEEP_YEARLY: '75' }, century).map((name) => name.slice(0, 8));
      expect(days.slice(0, 7)).toEqual(['20191231', '20191230', '20191229', '20191228', '20191227', '20191226', '20191225']);
      expect(days.slice(7, 10)).toEqual(['20191222', '20191215', '20191208']);
      expect(days.slice(10, 21)).toEqual([
        '20191130', '20191031', '20190930', '20190831', '20190731', '20190630', '20190531', '20190430', '20190331', '20190228', '20190131',
      ]);
      expect(days.slice(21)).toEqual(Array.from({ length: 74 }, (_, i) => `${2018 - i}1231`));
    });

    test('of each period the newest stays', () => {
      expect(lines({ KEEP_DAILY: '2' }, ['20261119T230000Z-r1 complete', '20261120T000000Z-r2 complete', '20261120T235959Z-r3 complete', '20261121T000000Z-r4 complete']))
        .toEqual([
          'keep 20261121T000000Z-r4 newest; daily',
          'keep 20261120T235959Z-r3 daily',
          'prune 20261120T000000Z-r2 no rule keeps it',
          'prune 20261119T230000Z-r1 no rule keeps it',
        ]);
    });

    test('a rule with counts left keeps the oldest too, and one without does not', () => {
      const oneDay = ['20261121T010000Z-r1 complete', '20261121T020000Z-r2 complete', '20261121T030000Z-r3 complete'];
      expect(lines({ KEEP_DAILY: '2' }, oneDay)).toEqual([
        'keep 20261121T030000Z-r3 newest; daily',
        'prune 20261121T020000Z-r2 no rule keeps it',
        'keep 20261121T010000Z-r1 oldest daily',
      ]);
      expect(kept({ KEEP_DAILY: '1' }, oneDay)).toEqual(['20261121T030000Z-r3']);
    });

    test.each([
      ['2020 has 53 weeks: 28 December and 3 January are of one week, 4 January begins the next', '20201228T000000Z', '20210103T235959Z', '20210104T000000Z'],
      ['30 December 2024 is of the first week of 2025', '20241230T000000Z', '20250105T235959Z', '20250106T000000Z'],
      ['a leap day in the middle of a week', '20240226T000000Z', '20240303T235959Z', '20240304T000000Z'],
      ['the first leap day of the calendar', '00000228T000000Z', '00000305T235959Z', '00000306T000000Z'],
      ['no leap day in 2100', '21000222T000000Z', '21000228T235959Z', '21000301T000000Z'],
    ])('weeks: %s', (_, first, last, next) => {
      const names = [`${next}-r4`, `${last}-r3`, `${first}-r2`, `${stampOf(timeOf(first)! - 1000)}-r1`];
      expect(lines({ KEEP_WEEKLY: '3', NOW: '22000101T000000Z' }, names.map((name) => `${name} complete`))).toEqual([
        `keep ${names[0]} newest; weekly`, `keep ${names[1]} weekly`, `prune ${names[2]} no rule keeps it`, `keep ${names[3]} weekly`,
      ]);
    });

    test('within counts back from the newest backup, not from now, and ends before its full length', () => {
      const listing = ['20261101T120000Z-r3 complete', '20261031T120001Z-r2 complete', '20261031T120000Z-r1 complete'];
      expect(kept({ KEEP_WITHIN_SECONDS: '86400' }, listing)).toEqual(['20261101T120000Z-r3', '20261031T120001Z-r2']);
    });

    test('within reaches across a leap day', () => {
      const listing = ['20240301T000000Z-r3 complete', '20240229T000000Z-r2 complete', '20240228T000000Z-r1 complete'];
      expect(kept({ KEEP_WITHIN_SECONDS: `${86400 + 1}` }, listing)).toEqual(['20240301T000000Z-r3', '20240229T000000Z-r2']);
    });

    test('all are kept when all is asked for', () => {
      expect(lines({ KEEP_ALL: '1' }, ['20260101T000000Z-r1 complete', '20261101T000000Z-r2 complete'])).toEqual([
        'keep 20261101T000000Z-r2 newest; all are kept', 'keep 20260101T000000Z-r1 all are kept',
      ]);
    });

    test('backups of one second are told apart by revision, as numbers, however large', () => {
      const revisions = ['9', '10', '9223372036854775806', '9223372036854775807', '1000000000000000000', '999999999999999999', '99', '100'];
      expect(kept({ KEEP_LAST: '8' }, revisions.map((revision) => `20261121T000000Z-r${revision} complete`)).map((name) => name.slice(18)))
        .toEqual(['9223372036854775807', '9223372036854775806', '1000000000000000000', '999999999999999999', '100', '99', '10', '9']);
    });
  });

  describe('what is never pruned', () => {
    test('the backup just written, even when the clock was set back meanwhile', () => {
      const listing = ['20261121T100000Z-r5 complete', '20261120T100000Z-r6 complete'];
      expect(kept({ KEEP_LAST: '1', JUST_WRITTEN: '20261120T100000Z-r6' }, listing)).toEqual(['20261121T100000Z-r5', '20261120T100000Z-r6']);
    });

    test('damaged backups, and they push out no good one', () => {
      expect(lines({ KEEP_LAST: '1' }, ['20261121T030000Z-r3 damaged', '20261121T020000Z-r2 damaged', '20261121T010000Z-r1 complete'])).toEqual([
        'keep 20261121T030000Z-r3 damaged: not counted, look at it',
        'keep 20261121T020000Z-r2 damaged: not counted, look at it',
        'keep 20261121T010000Z-r1 newest; last',
      ]);
    });

    test('backups of a clock that ran ahead, and they push out no real one', () => {
      expect(lines({ KEEP_LAST: '1', KEEP_WITHIN_SECONDS: '7200' }, ['20361121T000000Z-r9 complete', '20261121T110000Z-r2 complete', '20261121T100000Z-r1 complete'])).toEqual([
        'keep 20361121T000000Z-r9 dated in the future: check the clock',
        'keep 20261121T110000Z-r2 newest; last; within',
        'keep 20261121T100000Z-r1 within',
      ]);
    });

    test('a backup of this very second is not of the future', () => {
      expect(lines({ KEEP_LAST: '1' }, ['20261121T120000Z-r1 complete'])).toEqual(['keep 20261121T120000Z-r1 newest; last']);
    });

    test.each([
      'lost+found', '.lock', '.incomplete-20261121T000000Z-r1', '.trash-20261121T000000Z-r1', '20261121T000000Z-r1.bak', 'old-20261121T000000Z-r1', ' 20261121T000000Z-r1',
      '20261121T000000Z-r1 copy', '20261121T000000Z', '20261121T000000Z-r', '20261121T000000Z-r0', '20261121T000000Z-r01', '20261121T000000Z-r-1', '20261121T000000Z-r1e3',
      '20261121T000000-r1', '20261121000000Z-r1', '2026112T1000000Z-r1', '2026-11-21T00:00:00Z-r1', '20261121t000000z-r1', '20261121T000000Z-r10000000000000000000',
      '20261321T000000Z-r1', '20260021T000000Z-r1', '20261100T000000Z-r1', '20261131T000000Z-r1', '20260230T000000Z-r1', '20260229T000000Z-r1', '21000229T000000Z-r1',
      '20261121T240000Z-r1', '20261121T006000Z-r1', '20261121T000060Z-r1', '', '*', '$(id)', '-r1',
    ])('what is no backup of ours gets no line: "%s"', (name) => {
      expect(lines({ KEEP_LAST: '1' }, [`${name} complete`, '20261120T000000Z-r1 complete'])).toEqual(['keep 20261120T000000Z-r1 newest; last']);
    });

    test.each(['whole', 'COMPLETE', 'complete ', 'complete damaged', ''])('nor does a backup whose state is not known: "%s"', (state) => {
      expect(lines({ KEEP_LAST: '1' }, [`20261121T000000Z-r1 ${state}`])).toEqual([]);
    });

    test('real leap days are backups', () => {
      expect(kept({ KEEP_LAST: '2' }, ['20240229T000000Z-r1 complete', '20000229T000000Z-r1 complete'])).toHaveLength(2);
    });

    test('a backup that is listed twice is one, and damaged if it is so once', () => {
      const twice = ['20261121T000000Z-r1 complete', '20261121T000000Z-r1 damaged', '20261121T000000Z-r1 complete', '20261120T000000Z-r1 complete'];
      expect(lines({ KEEP_LAST: '1' }, twice)).toEqual([
        'keep 20261121T000000Z-r1 damaged: not counted, look at it', 'keep 20261120T000000Z-r1 newest; last',
      ]);
    });

    test('nothing at all is listed: nothing is said', () => {
      expect(lines({ KEEP_LAST: '1' }, [])).toEqual([]);
    });
  });

  describe('backups of several etcd clusters', () => {
    // As numbers of awk, these two are one.
    const [GOOD, STRANGE] = ['14841639068965178418', '14841639068965178419'];

    test('a cluster\'s backups push out none of another cluster, and its own rules hold for each', () => {
      expect(lines({ KEEP_LAST: '2', PRESENT: STRANGE }, [
        `20261121T060000Z-r1 complete ${STRANGE}`, `20261121T050000Z-r1 complete ${STRANGE}`, `20261121T040000Z-r1 complete ${STRANGE}`,
        `20261121T030000Z-r9 complete ${GOOD}`, `20261121T020000Z-r8 complete ${GOOD}`, `20261121T010000Z-r7 complete ${GOOD}`,
      ])).toEqual([
        'keep 20261121T060000Z-r1 newest; last',
        'keep 20261121T050000Z-r1 last',
        'prune 20261121T040000Z-r1 no rule keeps it',
        `keep 20261121T030000Z-r9 newest; last; of another etcd cluster, ${GOOD}`,
        `keep 20261121T020000Z-r8 last; of another etcd cluster, ${GOOD}`,
        'prune 20261121T010000Z-r7 no rule keeps it',
      ]);
    });

    test('one that does not say of which cluster it is counts to the present one', () => {
      const listing = [`20261121T030000Z-r3 complete ${STRANGE}`, `20261121T020000Z-r2 complete ${GOOD}`, '20261121T010000Z-r1 complete'];
      expect(lines({ KEEP_LAST: '1', PRESENT: GOOD }, listing)).toEqual([
        `keep 20261121T030000Z-r3 newest; last; of another etcd cluster, ${STRANGE}`, 'keep 20261121T020000Z-r2 newest; last', 'prune 20261121T010000Z-r1 no rule keeps it',
      ]);
      expect(kept({ KEEP_LAST: '1', PRESENT: '7' }, listing)).toHaveLength(3);
    });

    test('each cluster\'s newest complete backup is kept, however old, and not for a damaged one', () => {
      expect(lines({ KEEP_WITHIN_SECONDS: '60', PRESENT: GOOD }, [
        `20261121T030000Z-r3 complete ${GOOD}`, `20200101T020000Z-r2 damaged ${STRANGE}`, `20200101T010000Z-r1 complete ${STRANGE}`,
      ])).toEqual([
        'keep 20261121T030000Z-r3 newest; within',
        `keep 20200101T020000Z-r2 damaged: not counted, look at it; of another etcd cluster, ${STRANGE}`,
        `keep 20200101T010000Z-r1 newest; within; of another etcd cluster, ${STRANGE}`,
      ]);
    });

    test.each(['x', '7x', '7 7', '-7', '7.', '.2', '7.2.2', ''])('what is no id of a cluster makes a line of somebody else: "%s"', (id) => {
      expect(lines({ KEEP_LAST: '1' }, [`20261121T000000Z-r1 complete ${id}`])).toEqual([]);
    });
  });

  describe('what makes no sense is refused, with nothing on standard output', () => {
    const listing = ['20261121T000000Z-r1 complete', '20261120T000000Z-r1 complete'];
    const RULES = ['KEEP_LAST', 'KEEP_HOURLY', 'KEEP_DAILY', 'KEEP_WEEKLY', 'KEEP_MONTHLY', 'KEEP_YEARLY', 'KEEP_WITHIN_SECONDS', 'KEEP_ALL'];

    function refusal(environment: Record<string, string>): string {
      const answer = ask(awk, { environment, listing });
      expect(answer).toMatchObject({ exitCode: 2, stdout: '' });
      return answer.stderr;
    }

    test('no rule', () => {
      const nothing = Object.fromEntries(RULES.map((rule) => [rule, '']));
      expect(refusal({ NOW: '20261121T120000Z' })).toContain('no rule says what to keep');
      expect(refusal({ NOW: '20261121T120000Z', ...nothing })).toContain('no rule says what to keep');
    });

    test.each(RULES)('%s that is no count, beside a good rule', (rule) => {
      for (const value of ['0', '-1', '1.5', '1e3', '07', '+1', 'all', ' 1', '1 ', '0x10', 'nan', 'inf', '1\n']) {
        expect(refusal({ NOW: '20261121T120000Z', KEEP_LAST: '1', KEEP_DAILY: '1', [rule]: value })).toContain(`${rule} must be a whole number of at least 1, got '${value}'`);
      }
    });

    test.each(['', '2026-11-21T12:00:00Z', '20261121T120000', '20260230T120000Z', '1795262400'])('a time of day that is none: "%s"', (now) => {
      expect(refusal({ NOW: now, KEEP_LAST: '1' })).toContain(`NOW must be a UTC time like 20261121T101501Z, got '${now}'`);
    });

    test.each(['20261121T110000Z-r7', 'latest'])('a backup that was just written but is not there: %s', (written) => {
      expect(refusal({ NOW: '20261121T120000Z', KEEP_LAST: '1', JUST_WRITTEN: written })).toContain(`JUST_WRITTEN is '${written}', which is not in the listing`);
    });
  });

  test('the listing in docs/retention.md is what the program prints', () => {
    const shown = readFileSync(path.join(__dirname, '..', '..', 'docs', 'retention.md'), 'utf8').match(/^(keep|prune) \d.*$/gm)!;
    const listing = shown.map((line) => `${line.split(' ')[1]} ${line.includes('damaged') ? 'damaged' : 'complete'}`);
    expect(lines({ KEEP_LAST: '2', KEEP_DAILY: '7', KEEP_WEEKLY: '4', NOW: '20261121T121000Z' }, listing)).toEqual(shown);
  });

  test('ten thousand backups in no order are decided within seconds', () => {
    const many = everyBackup('20261001T000000Z', '20261104T172500Z', 5 * 60_000);
    const shuffled = many.map((_, i) => many[(i * 7919) % many.length]);
    const environment = { KEEP_LAST: '4', KEEP_HOURLY: '24', KEEP_DAILY: '7', KEEP_WEEKLY: '4', KEEP_MONTHLY: '12', KEEP_YEARLY: '3', KEEP_WITHIN_SECONDS: '86400' };
    const started = Date.now();
    const answer = lines(environment, shuffled);
    // Half a second on two cores; a quadratic sort needs minutes.
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(many).toHaveLength(10_002);
    expect(answer).toEqual(decide({ environment: { NOW: '20261121T120000Z', ...environment }, listing: many }));
  });
});

function everyBackup(first: string, last: string, interval: number): string[] {
  const listing: string[] = [];
  for (let time = timeOf(first)!; time <= timeOf(last)!; time += interval) listing.push(`${stampOf(time)}-r${listing.length + 1} complete`);
  return listing;
}
