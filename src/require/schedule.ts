import { Cron } from 'cdk8s';

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names that may stand for numbers, the first one for `min`. */
  readonly names?: string[];
}

const FIELDS: Field[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { name: 'day of week', min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

const LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Refuses a schedule that Kubernetes would refuse, or that matches no date: `Cron` itself takes any text.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
 */
export function requireSchedule(prop: string, schedule: Cron): void {
  const { days, months, weekdays } = readSchedule(prop, schedule.expressionString);
  const everyWeekday = weekdays.length === 7;
  if (everyWeekday && !months.some((month) => days.some((day) => day <= LONGEST_MONTH[month - 1]))) {
    throw new Error(`${prop} never comes, got ${JSON.stringify(schedule.expressionString)}: none of its months has such a day`);
  }
}

/** The values of a schedule's fields. */
export interface ScheduleFields {
  readonly minutes: number[];
  readonly hours: number[];
  readonly days: number[];
  readonly months: number[];
  /** 0 is Sunday. */
  readonly weekdays: number[];
  /** Whether a day has to be one of `days` and of `weekdays`, and not of only one of the two. That is so if one of these fields has a plain `*`. */
  readonly bothDays: boolean;
}

/** Reads a schedule as Kubernetes does. Throws when Kubernetes would refuse it. */
export function readSchedule(prop: string, expression: string): ScheduleFields {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    throw new Error(`${prop} must have five fields (minute, hour, day of month, month, day of week), got ${JSON.stringify(expression)}`);
  }
  const [minutes, hours, days, months, weekdays] = FIELDS.map((field, i) => valuesOf(prop, field, parts[i]));
  return { minutes, hours, days, months, weekdays, bothDays: [parts[2], parts[4]].some(hasPlainStar) };
}

function hasPlainStar(text: string): boolean {
  return text.split(',').some((item) => /^[*?](\/1)?$/.test(item));
}

function valuesOf(prop: string, field: Field, text: string): number[] {
  const refuse = (what: string) => {
    throw new Error(`${prop}: ${field.name} must be within ${field.min} and ${field.max}, as *, 5, 1-5, */15 or a list of those, got ${JSON.stringify(text)}${what}`);
  };
  const number = (value: string): number => {
    const named = field.names?.indexOf(value.toLowerCase()) ?? -1;
    if (named >= 0) return field.min + named;
    if (!/^\d+$/.test(value) || Number(value) < field.min || Number(value) > field.max) refuse('');
    return Number(value);
  };
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const [range, step, ...rest] = item.split('/');
    if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) refuse(': the step after / must be a whole number of at least 1');
    const [from, to, ...more] = range === '*' || range === '?' ? [String(field.min), String(field.max)] : range.split('-');
    if (more.length > 0) refuse('');
    const first = number(from);
    const last = to !== undefined ? number(to) : step !== undefined ? field.max : first;
    if (first > last) refuse(': the range runs backwards');
    for (let value = first; value <= last; value += Number(step ?? 1)) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

/** Refuses a time zone that isn't in the tz database. */
export function requireTimeZone(prop: string, timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new Error(`${prop} must be a name of the tz database such as Etc/UTC or Europe/Berlin, got ${JSON.stringify(timeZone)}`);
  }
}
