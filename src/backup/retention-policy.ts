import { Duration } from 'cdk8s';
import { requireSeconds } from '../require/duration';
import { requireWholeNumber } from '../require/number';

/**
 * Which backups are kept. A backup is kept when any rule keeps it; N is the number given to a rule. All times are UTC, taken from the
 * backup's name.
 *
 * A period without a backup doesn't count: `daily: 7` means the last seven days *that have one*. A rule that has found fewer backups than
 * it may keep also keeps the oldest backup, so that a young history isn't thinned out before it must be.
 *
 * @see https://restic.readthedocs.io/en/stable/060_forget.html#removing-snapshots-according-to-a-policy
 */
export interface RetentionRules {
  /**
   * Keeps the newest N backups, whatever their age.
   *
   * @default - no such rule
   */
  readonly last?: number;

  /**
   * Keeps the newest backup of each of the last N hours that have one.
   *
   * @default - no such rule
   */
  readonly hourly?: number;

  /**
   * Keeps the newest backup of each of the last N days that have one.
   *
   * @default - no such rule
   */
  readonly daily?: number;

  /**
   * Keeps the newest backup of each of the last N ISO weeks (Monday to Sunday) that have one.
   *
   * @default - no such rule
   */
  readonly weekly?: number;

  /**
   * Keeps the newest backup of each of the last N months that have one.
   *
   * @default - no such rule
   */
  readonly monthly?: number;

  /**
   * Keeps the newest backup of each of the last N years that have one.
   *
   * @default - no such rule
   */
  readonly yearly?: number;

  /**
   * Keeps every backup that is less than this much older than the newest one. Whole seconds.
   *
   * It is the only rule that trusts the clock: after one run with a clock far ahead, every earlier backup is too old for it. So set `last`, too.
   *
   * @default - no such rule
   */
  readonly within?: Duration;
}

/**
 * Which backups of a cluster are kept. The rules mean what they mean in restic's `forget`.
 *
 * Whatever the policy says, these are never deleted: the newest complete backup, the one just written, those dated in
 * the future, damaged ones, and anything that isn't a backup of ours.
 */
export class RetentionPolicy {
  /**
   * Keeps what any of these rules keeps.
   *
   * Throws when no rule is given, when a count isn't a whole number of at least 1, and when `within` isn't a whole number of seconds of at
   * least 1.
   */
  public static of(rules: RetentionRules): RetentionPolicy {
    const parts: string[] = [];
    const environment: Record<string, string> = {};
    for (const kind of COUNTS) {
      const count = rules[kind];
      if (count === undefined) continue;
      requireWholeNumber(`retention.${kind}`, count, 1, kind === 'last' ? NO_RULE : `leave it out to keep no ${kind} backups`);
      parts.push(kind === 'last' ? `the last ${count}` : `${count} ${kind}`);
      environment[`KEEP_${kind.toUpperCase()}`] = `${count}`;
    }
    if (rules.within !== undefined) {
      const seconds = requireSeconds('retention.within', rules.within, NO_RULE);
      parts.push(`everything of ${inWords(seconds)}`);
      environment.KEEP_WITHIN_SECONDS = `${seconds}`;
    }
    if (parts.length === 0) {
      throw new Error('retention must have at least one rule, got none: give last, hourly, daily, weekly, monthly, yearly or within, '
        + 'or choose RetentionPolicy.keepAll() if nothing may ever be deleted');
    }
    return new RetentionPolicy(`keeps ${parts.join(', ')}`, environment);
  }

  /**
   * Keeps the newest `count` backups, whatever their age.
   *
   * Throws when the count isn't a whole number of at least 1.
   */
  public static keepLast(count: number): RetentionPolicy {
    return RetentionPolicy.of({ last: count });
  }

  /**
   * Keeps the last 4, 24 hourly, 7 daily and 4 weekly: at most 39 backups, with any schedule.
   *
   * The last ones and the hourly ones are for an accident that is noticed at once or the next morning, the daily ones for an accident of a
   * weekend or a holiday, the weekly ones for one that is noticed late. An older state of etcd is of little use to a cluster that has gone
   * on: nodes, certificates and volumes have changed meanwhile.
   */
  public static recommended(): RetentionPolicy {
    return RetentionPolicy.of({ last: 4, hourly: 24, daily: 7, weekly: 4 });
  }

  /**
   * Keeps every backup: nothing is ever deleted, and the volume fills up unless something else makes room.
   */
  public static keepAll(): RetentionPolicy {
    return new RetentionPolicy('keeps all backups', { KEEP_ALL: '1' });
  }

  /** What is kept, in words: `keeps the last 4, 7 daily, 4 weekly`. */
  public readonly description: string;

  private readonly environment: Record<string, string>;

  private constructor(description: string, environment: Record<string, string>) {
    this.description = description;
    this.environment = environment;
  }

  /**
   * The variables that programs/backup/retention.awk reads.
   *
   * @internal
   */
  public _environment(): Record<string, string> {
    return { ...this.environment };
  }
}

const NO_RULE = 'leave it out for no such rule';
const COUNTS = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

/** A duration in words, exact to the second: `Duration.toHumanString()` drops all but the first two units. */
function inWords(seconds: number): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [unit, size] of UNITS) {
    const amount = Math.floor(rest / size);
    if (amount > 0) parts.push(`${amount} ${unit}${amount === 1 ? '' : 's'}`);
    rest -= amount * size;
  }
  return parts.join(' ');
}

const UNITS: ReadonlyArray<[string, number]> = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]];
