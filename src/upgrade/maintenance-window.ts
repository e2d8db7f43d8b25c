import { Cron, Duration } from 'cdk8s';
import { requireSeconds } from '../require/duration';
import { requireGiven } from '../require/given';
import { requireList } from '../require/list';
import { requireTimeZone } from '../require/schedule';
import { requireText } from '../require/text';

/** A day of the week. */
export enum Weekday {
  /** Monday. */
  MONDAY = 1,
  /** Tuesday. */
  TUESDAY = 2,
  /** Wednesday. */
  WEDNESDAY = 3,
  /** Thursday. */
  THURSDAY = 4,
  /** Friday. */
  FRIDAY = 5,
  /** Saturday. */
  SATURDAY = 6,
  /** Sunday. */
  SUNDAY = 0,
}

/** Props of a window that opens every day. */
export interface DailyWindowProps {
  /** When it opens, in hours and minutes, such as `02:00`. */
  readonly start: string;

  /** How long it is open. */
  readonly duration: Duration;

  /**
   * The time zone of `start`, a name of the tz database.
   *
   * @default Etc/UTC
   */
  readonly timeZone?: string;
}

/** Props of a window that opens on some days of the week. */
export interface WeeklyWindowProps extends DailyWindowProps {
  /** The days on which it opens. A window may go on after midnight. */
  readonly days: Weekday[];
}

const MINUTES_OF_DAY = 24 * 60;

/**
 * The time in which maintenance may begin. A node that has begun is finished, even after the window.
 *
 * In the night in which clocks are set forward, one hour is left out. If `start` is in that hour, there is no maintenance in that night.
 */
export class MaintenanceWindow {
  /**
   * On some days of the week.
   *
   * Throws when there is no day, when `start` isn't such as `02:00`, when the time zone isn't in the tz database, and when `duration` isn't whole
   * minutes or goes on until the window opens again.
   */
  public static weekly(props: WeeklyWindowProps): MaintenanceWindow {
    requireGiven(props, 'days', 'start', 'duration');
    requireList('days', props.days);
    const days = [...new Set(props.days)].sort();
    if (days.length === 0) {
      throw new Error('days must name at least one day, got none: [Weekday.SUNDAY], or MaintenanceWindow.daily({ … })');
    }
    return new MaintenanceWindow(days, props);
  }

  /**
   * Every day.
   *
   * Throws when `start` isn't such as `02:00`, when the time zone isn't in the tz database, and when `duration` isn't whole minutes or more than a day.
   */
  public static daily(props: DailyWindowProps): MaintenanceWindow {
    requireGiven(props, 'start', 'duration');
    return new MaintenanceWindow([0, 1, 2, 3, 4, 5, 6], props);
  }

  /** When it opens. */
  public readonly schedule: Cron;

  /** The time zone of the schedule. */
  public readonly timeZone: string;

  /** How long it is open. */
  public readonly duration: Duration;

  private constructor(days: number[], { start, duration, timeZone = 'Etc/UTC' }: DailyWindowProps) {
    const [hour, minute] = timeOf(start);
    requireTimeZone('timeZone', timeZone);
    requireDuration(duration, days);
    this.schedule = Cron.schedule({ minute: String(minute), hour: String(hour), weekDay: days.length === 7 ? '*' : days.join(',') });
    this.timeZone = timeZone;
    this.duration = duration;
  }
}

function timeOf(start: string): number[] {
  requireText('start', start);
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(start);
  if (!match) {
    throw new Error(`start must be hours and minutes such as 02:00, from 00:00 to 23:59, got ${JSON.stringify(start)}`);
  }
  return match.slice(1).map(Number);
}

/** If a window were still open when the next one opens, the second run would be left out. */
function requireDuration(duration: Duration, days: number[]): void {
  const minutes = requireSeconds('duration', duration) / 60;
  if (!Number.isInteger(minutes)) {
    throw new Error(`duration must be whole minutes, got ${duration.toSeconds()} s: Duration.minutes(90)`);
  }
  const gaps = days.map((day, i) => ((days[(i + 1) % days.length] - day + 7) % 7 || 7) * MINUTES_OF_DAY);
  if (minutes > Math.min(...gaps)) {
    throw new Error(`duration must be at most ${Math.min(...gaps)} minutes, as the window opens again then, got ${minutes}: make it shorter, or leave days out`);
  }
}
