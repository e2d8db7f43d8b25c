import * as fc from 'fast-check';
import { askAll, awksFound } from './retention-awk';
import { decide, isCounted, mondayOf, parseListing, Question, stampOf, timeOf } from './retention-model';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RULES = { KEEP_LAST: '4', KEEP_HOURLY: '24', KEEP_DAILY: '7', KEEP_WEEKLY: '5', KEEP_MONTHLY: '12', KEEP_YEARLY: '3' };
const AT_MOST = 4 + 24 + 7 + 5 + 12 + 3;
const FOREIGN = ['lost+found complete', '.trash-20200101T000000Z-r1 complete', '.incomplete-20200101T000000Z-r1 damaged', '20200231T000000Z-r1 complete'];

/** One run of the snapshot program, by what its clock says. */
interface Run {
  readonly clock: number;
  /** This backup, or with it an older one, is found to be damaged later. */
  readonly goesBad?: boolean;
}

interface Step {
  readonly question: Question;
  readonly answer: readonly string[];
  readonly written: string;
  readonly now: number;
  readonly kept: ReadonlySet<string>;
}

/** What is on the volume as runs follow each other: each adds a backup, then prunes what the model says. */
function operate(runs: readonly Run[], foreign: readonly string[] = []): Step[] {
  let listing: string[] = [];
  return runs.map(({ clock, goesBad }, i) => {
    const written = `${stampOf(clock)}-r${1000 + i}`;
    listing.push(`${written} complete`);
    const question = { environment: { ...RULES, NOW: stampOf(clock), JUST_WRITTEN: written }, listing: [...foreign, ...listing] };
    const answer = decide(question);
    const kept = new Set(namesAfter('keep', answer));
    listing = listing.filter((line) => kept.has(line.split(' ')[0]));
    if (goesBad) listing = listing.map((line, n) => n === i % listing.length ? line.replace('complete', 'damaged') : line);
    return { question, answer, written, now: clock, kept };
  });
}

function everyHour(first: string, last: string, interval = HOUR): Run[] {
  const runs: Run[] = [];
  for (let clock = timeOf(first)!; clock <= timeOf(last)!; clock += interval) runs.push({ clock });
  return runs;
}

function namesAfter(verb: string, answer: readonly string[]): string[] {
  return answer.filter((line) => line.startsWith(`${verb} `)).map((line) => line.split(' ')[1]);
}

/** By induction the program then runs the same history: its every answer leads to the next question. */
async function expectProgramsToAgree(steps: readonly Step[]): Promise<void> {
  const answers = await Promise.all(awksFound.map((awk) => askAll(awk, steps.map(({ question }) => question))));
  const expected = steps.map(({ answer }) => answer);
  answers.forEach((answer) => expect(answer).toEqual(expected));
}

// With a leap day, the 53 weeks of 2020, three New Years, and 1 January in the middle of a week.
describe('two years of hourly backups', () => {
  const steps = operate(everyHour('20191229T000000Z', '20220110T000000Z'));
  const written = steps.map((step) => step.written);

  test('are two years of hourly backups', () => {
    expect(steps).toHaveLength(743 * 24 + 1);
    expect(steps.map(({ now }) => stampOf(now))).toEqual(expect.arrayContaining(['20200229T120000Z', '20201231T230000Z', '20210104T000000Z']));
  });

  test('the newest is never lost, and no more are kept than the rules add up to', () => {
    expect(steps.filter((step) => !step.kept.has(step.written))).toEqual([]);
    expect(Math.max(...steps.map(({ kept }) => kept.size))).toBeLessThanOrEqual(AT_MOST);
  });

  test.each<[string, number, (time: number) => string]>([
    ['hours', 24, (time) => stampOf(time).slice(0, 11)],
    ['days', 7, (time) => stampOf(time).slice(0, 8)],
    ['weeks', 5, (time) => stampOf(mondayOf(time))],
    ['months', 12, (time) => stampOf(time).slice(0, 6)],
    ['years', 3, (time) => stampOf(time).slice(0, 4)],
  ])('at any moment the newest backup ever written of each of the latest %s (%d) is there', (_, count, periodOf) => {
    const newestOfPeriod = new Map<string, string>();
    const missing = steps.flatMap(({ now, written: name, kept }) => {
      newestOfPeriod.set(periodOf(now), name);
      return [...newestOfPeriod.values()].slice(-count).filter((wanted) => !kept.has(wanted)).map((wanted) => `${wanted} at ${name}`);
    });
    expect(missing).toEqual([]);
  });

  test('a backup that was pruned is never missed later: pruning step by step keeps what pruning once, at the end, would keep', () => {
    for (let i = 0; i < steps.length; i += 709) {
      const { environment } = steps[i].question;
      const everything = written.slice(0, i + 1).map((name) => `${name} complete`);
      expect(new Set(namesAfter('keep', decide({ environment, listing: everything })))).toEqual(steps[i].kept);
    }
  });

  test('the programs decide the same around every edge of the calendar, and at every 97th hour', async () => {
    const beginsPeriod = (time: number) => time === mondayOf(time) || /(0[1-9]|1[0-2])01T00/.test(stampOf(time)) || /0229T/.test(stampOf(time));
    const atAnEdge = ({ now }: Step) => beginsPeriod(now) || beginsPeriod(now + HOUR);
    await expectProgramsToAgree(steps.filter((step, i) => atAnEdge(step) || i % 97 === 0 || i < 60));
  });
});

describe('a year in which everything goes wrong: gaps, two runs in a second, bad disks, clocks ahead and behind, foreign folders', () => {
  const mishap = fc.oneof(
    { weight: 30, arbitrary: fc.constant<string>('none') },
    { weight: 1, arbitrary: fc.constantFrom('gap', 'twice', 'bad', 'ahead', 'behind') },
  );
  const mishaps = fc.sample(mishap, { seed: 2026, numRuns: 366 * 4 });
  const runs = mishaps.flatMap((what, i): Run[] => {
    const clock = timeOf('20200601T000000Z')! + i * 6 * HOUR;
    switch (what) {
      case 'gap': return [];
      case 'twice': return [{ clock }, { clock }];
      case 'bad': return [{ clock, goesBad: true }];
      case 'ahead': return [{ clock: clock + (i % 7 + 1) * 60 * DAY }];
      case 'behind': return [{ clock: clock - (i % 5 + 1) * 10 * DAY }];
      default: return [{ clock }];
    }
  });
  const steps = operate(runs, FOREIGN);

  test('is such a year', () => {
    expect(new Set(mishaps)).toEqual(new Set(['none', 'gap', 'twice', 'bad', 'ahead', 'behind']));
    expect(steps.some(({ answer }) => answer.some((line) => line.includes('damaged')))).toBe(true);
    expect(steps.some(({ answer }) => answer.some((line) => line.includes('in the future')))).toBe(true);
  });

  test('only good backups of the past are ever pruned, never the one just written nor the newest of those', () => {
    const wronglyPruned = steps.flatMap(({ question, answer, written, now }) => {
      const good = parseListing(question.listing).filter((backup) => isCounted(backup, now)).map(({ name }) => name);
      const mayGo = new Set(good.slice(1).filter((name) => name !== written));
      return namesAfter('prune', answer).filter((name) => !mayGo.has(name)).map((name) => `${name} at ${written}`);
    });
    expect(wronglyPruned).toEqual([]);
  });

  test('of good backups of the past, no more are kept than the rules add up to, and one for a clock set back', () => {
    const numbers = steps.map(({ question, kept, now }) => (
      parseListing(question.listing).filter((backup) => isCounted(backup, now) && kept.has(backup.name)).length
    ));
    expect(Math.max(...numbers)).toBeLessThanOrEqual(AT_MOST + 1);
  });

  test('foreign folders are never spoken of', () => {
    const said = steps.flatMap(({ answer }) => answer).filter((line) => !/^(keep|prune) \d{8}T\d{6}Z-r\d+ [a-z]/.test(line) || /20200231/.test(line));
    expect(said).toEqual([]);
  });

  test('the programs decide the same at every run', async () => {
    await expectProgramsToAgree(steps);
  });
});

describe('a clock that jumps for a day and is put right', () => {
  const before = everyHour('20210101T000000Z', '20210415T110000Z');
  const jumped = everyHour('20210415T120000Z', '20210416T110000Z');
  const after = everyHour('20210416T120000Z', '20210420T120000Z');
  const calm = operate([...before, ...jumped, ...after]);

  function jump(by: number): Step[] {
    return operate([...before, ...jumped.map(({ clock }) => ({ clock: clock + by })), ...after]);
  }

  test('a year ahead: the days and weeks before it are still there, and the wrong ones are shown for what they are', () => {
    const steps = jump(365 * DAY);
    const wrong = steps.slice(before.length, before.length + jumped.length).map(({ written }) => written);
    const atTheEndOfTheJump = steps[before.length + jumped.length - 1].kept;
    const realDays = new Set([...atTheEndOfTheJump].filter((name) => !wrong.includes(name)).map((name) => name.slice(0, 8)));
    expect([...realDays]).toEqual(expect.arrayContaining(['20210415', '20210414', '20210413', '20210412', '20210411', '20210404', '20210328', '20210131']));

    const end = steps[steps.length - 1];
    const shownAsFuture = end.answer.filter((line) => line.includes('dated in the future')).map((line) => line.split(' ')[1]);
    expect(shownAsFuture).toHaveLength(24);
    expect(new Set(shownAsFuture)).toEqual(new Set(wrong));
    expect(end.kept.size - shownAsFuture.length).toBeGreaterThanOrEqual(calm[calm.length - 1].kept.size - 2);
  });

  test.each([1, 30, 90])('%d days back: nothing is lost that would be there without the jump', (days) => {
    const { kept: end } = jump(-days * DAY).pop()!;
    const timesOf = (names: Iterable<string>) => [...names].map((name) => name.split('-')[0]);
    const writtenOrThere = new Set(timesOf([...end, ...calm.slice(before.length, before.length + jumped.length).map(({ written }) => written)]));
    expect(timesOf(calm[calm.length - 1].kept).filter((time) => !writtenOrThere.has(time))).toEqual([]);
  });
});
