import { readSchedule, ScheduleFields } from '../require/schedule';

/** Minutes since 1970, in UTC. */
type Minute = number;

const DAY = 24 * 60;
const minuteOf = (...date: [number, number, number]): Minute => Date.UTC(...date) / 60_000;

// More than 400 days, with a leap year, and with each change of the clocks.
const FROM = minuteOf(2027, 11, 1);
const TO = minuteOf(2029, 2, 1);

/** A time in which the clocks of a zone differ from UTC by the same. */
interface Span {
  readonly from: Minute;
  readonly to: Minute;
  readonly offset: number;
}

/**
 * The longest time between two runs of a CronJob, in seconds. Where clocks change, a run may be left out, or come twice, as Kubernetes' cron
 * does it: what counts is what the clocks show.
 *
 * @returns undefined when there may be more than a year between two runs
 */
export function longestGapSeconds(schedule: string, timeZone: string): number | undefined {
  const fields = readSchedule('schedule', schedule);
  let last: Minute | undefined;
  let longest = 0;
  for (const { from, to, offset } of spansOf(timeZone)) {
    for (const minute of minutesOf(fields, from + offset, to + offset)) {
      if (last !== undefined) longest = Math.max(longest, minute - offset - last);
      last = minute - offset;
    }
  }
  return longest === 0 ? undefined : longest * 60;
}

/** The minutes at which the schedule comes, by a clock that never changes. */
function* minutesOf({ minutes, hours, days, months, weekdays, bothDays }: ScheduleFields, from: Minute, to: Minute): Generator<Minute> {
  const ofDay = hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute));
  for (let midnight = Math.floor(from / DAY) * DAY; midnight < to; midnight += DAY) {
    const date = new Date(midnight * 60_000);
    const [byDay, byWeekday] = [days.includes(date.getUTCDate()), weekdays.includes(date.getUTCDay())];
    if (!months.includes(date.getUTCMonth() + 1) || !(bothDays ? byDay && byWeekday : byDay || byWeekday)) continue;
    for (const minute of ofDay) {
      if (midnight + minute >= from && midnight + minute < to) yield midnight + minute;
    }
  }
}

function spansOf(timeZone: string): Span[] {
  const offsetAt = clockOf(timeZone);
  const spans: Span[] = [];
  let from = FROM;
  for (let day = FROM; day < TO; day += DAY) {
    if (offsetAt(day + DAY) === offsetAt(day)) continue;
    const change = firstAfter(day, day + DAY, (minute) => offsetAt(minute) !== offsetAt(day));
    spans.push({ from, to: change, offset: offsetAt(day) });
    from = change;
  }
  return [...spans, { from, to: TO, offset: offsetAt(TO) }];
}

/** The first minute after `before`, at most `at`, of which it is true. It is true of `at`, and stays so once it is. */
function firstAfter(before: Minute, at: Minute, isTrue: (minute: Minute) => boolean): Minute {
  if (at - before <= 1) return at;
  const middle = Math.floor((before + at) / 2);
  return isTrue(middle) ? firstAfter(before, middle, isTrue) : firstAfter(middle, at, isTrue);
}

/** By how many minutes the clocks of a zone are ahead of UTC. */
function clockOf(timeZone: string): (minute: Minute) => number {
  const format = new Intl.DateTimeFormat('en', {
    timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric',
  });
  const known = new Map<Minute, number>();
  return (minute) => {
    if (!known.has(minute)) {
      const shown = Object.fromEntries(format.formatToParts(minute * 60_000).map(({ type, value }) => [type, Number(value)]));
      known.set(minute, Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute) / 60_000 - minute);
    }
    return known.get(minute)!;
  };
}
