import { readSchedule, requireTimeZone } from '../require/schedule';

/** Minutes since 1970, in UTC or by the clocks of a zone. */
type Minute = number;

const DAY = 24 * 60;
const WEEK = 7 * DAY;

// In 28 years each date falls on each weekday, in leap years and in others.
const FROM = Date.UTC(2027, 0, 1) / 60_000;
const TO = Date.UTC(2055, 0, 1) / 60_000;

const MACROS: { [name: string]: string } = {
  '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *',
};

/**
 * The longest time between two runs of a CronJob, in seconds. Where clocks change, a run may be left out, or come twice, as Kubernetes' cron
 * does it: what counts is what the clocks show. Where they change by half an hour, or at a quarter of an hour, Kubernetes may leave out a day more.
 *
 * Throws when Kubernetes would refuse the schedule or the zone.
 *
 * @param prop what the schedule is called in messages
 * @returns undefined when the schedule comes less than twice in 28 years
 */
export function longestGapSeconds(prop: string, schedule: string, timeZone: string): number | undefined {
  requireTimeZone(`the time zone of ${prop}`, timeZone);
  const { minutes, hours, days, months, weekdays, bothDays } = readSchedule(prop, MACROS[schedule] ?? schedule);
  const ofDay = hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute));
  const comesOn = (midnight: Minute) => {
    const date = new Date(midnight * 60_000);
    const [byDay, byWeekday] = [days.includes(date.getUTCDate()), weekdays.includes(date.getUTCDay())];
    return months.includes(date.getUTCMonth() + 1) && (bothDays ? byDay && byWeekday : byDay || byWeekday);
  };
  // Within a day on which no clock changes. Of such a day only the first and the last run are looked at below.
  let longest = Math.max(0, ...ofDay.slice(1).map((minute, i) => minute - ofDay[i]));
  const lastOfDay = ofDay[ofDay.length - 1];
  let last: Minute | undefined;
  for (const { from, to, offset, lacksMidnight } of spansOf(timeZone)) {
    const [begin, end] = [from + offset, to + offset];
    for (let midnight = Math.floor(begin / DAY) * DAY; midnight < end; midnight += DAY) {
      // Of a day without a midnight, Kubernetes' cron finds nothing if it has to look for the day.
      if (!comesOn(midnight) || (lacksMidnight && midnight < begin && !comesOn(midnight - DAY))) continue;
      const isWhole = midnight >= begin && midnight + DAY <= end;
      for (const minute of isWhole ? ofDay.slice(0, 1) : ofDay) {
        const run = midnight + minute;
        if (run < begin || run >= end) continue;
        if (last !== undefined) longest = Math.max(longest, run - offset - last);
        last = run - offset;
      }
      if (isWhole) last = midnight + lastOfDay - offset;
    }
  }
  return longest === 0 ? undefined : longest * 60;
}

/** A time in which the clocks of a zone are ahead of UTC by the same. */
interface Span {
  readonly from: Minute;
  readonly to: Minute;
  readonly offset: number;
  /** Whether its first day has no midnight, as the clocks were set forward then, and Kubernetes' cron stumbles over that: it does east of Greenwich. */
  readonly lacksMidnight: boolean;
}

/** Asking for the clocks takes longer than all the rest. */
const known = new Map<string, Span[]>();

function spansOf(timeZone: string): Span[] {
  if (!known.has(timeZone)) known.set(timeZone, findSpans(clockOf(timeZone)));
  return known.get(timeZone)!;
}

function findSpans(offsetAt: (minute: Minute) => number): Span[] {
  const spans: Span[] = [];
  let [from, lacksMidnight] = [FROM, false];
  for (let week = FROM; week < TO; week += WEEK) {
    const [before, after] = [offsetAt(week), offsetAt(week + WEEK)];
    if (before === after) continue;
    const change = firstAfter(week, week + WEEK, (minute) => offsetAt(minute) !== before);
    spans.push({ from, to: change, offset: before, lacksMidnight });
    [from, lacksMidnight] = [change, after > before && after > 0 && (change + before) % DAY === 0];
  }
  return [...spans, { from, to: TO, offset: offsetAt(TO), lacksMidnight }];
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
  return (minute) => {
    const shown = Object.fromEntries(format.formatToParts(minute * 60_000).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute) / 60_000 - minute;
  };
}
