import { Duration } from 'cdk8s';
import { requireSeconds } from '../require/duration';
import { requireWholeNumber } from '../require/number';

/**
 * Which backups stay. A backup stays when any rule keeps it. All times are UTC, taken from the backup's name.
 *
 * A period without a backup doesn't count: `daily: 7` means the last seven days *that have one*. A rule with counts
 * left also keeps the oldest backup, so that a young history isn't thinned out before it must be.
 *
 * @see https://restic.readthedocs.io/en/stable/060_forget.html#removing-snapshots-according-to-a-policy
 */
export interface RetentionRules {
  /**
   * Keeps the newest backups, as many as this says, whatever their age.
   * @default - no such rule
   */
  readonly last?: number;

  /**
   * Keeps the newest backup of each of the last hours that have one, as many as this says.
   * @default - no such rule
   */
  readonly hourly?: number;

  /**
   * Keeps the newest backup of each of the last days that have one, as many as this says.
   * @default - no such rule
   */
  readonly daily?: number;

  /**
   * Keeps the newest backup of each of the last ISO weeks (Monday to Sunday) that have one, as many as this says.
   * @default - no such rule
   */
  readonly weekly?: number;

  /**
   * Keeps the newest backup of each of the last months that have one, as many as this says.
   * @default - no such rule
   */
  readonly monthly?: number;

  /**
   * Keeps the newest backup of each of the last years that have one, as many as this says.
   * @default - no such rule
   */
  readonly yearly?: number;

  /**
   * Every backup stays that is less than so much older than the newest one. Whole seconds.
   *
   * It is the only rule that believes the clock: when a clock runs far ahead, every earlier backup looks too old to
   * it. Give `last` beside it.
   * @default - no such rule
   */
  readonly within?: Duration;
}

/**
 * What is kept of the backups of a cluster, with the meaning that restic's `forget` gives to the same rules.
 *
 * Whatever the policy says, these are never deleted: the newest complete backup, the one just written, those dated in
 * the future, damaged ones, and anything that isn't a backup of ours.
 */
export class RetentionPolicy {
  /**
   * Keeps what any of these rules keeps.
   *
   * Throws when no rule is given, a count isn't a whole number of at least 1, or `within` isn't a whole number of
   * seconds and at least one.
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
   * Keeps the newest backups, as many as `count` says, whatever their age.
   *
   * Throws when the count isn't a whole number of at least 1.
   */
  public static keepLast(count: number): RetentionPolicy {
    return RetentionPolicy.of({ last: count });
  }

  /**
   * Keeps the last 4, 24 hourly, 7 daily and 4 weekly: at most 39 backups, with any schedule.
   *
   * The last ones and the hours of a day are for the accident that is seen at once or the morning after, the days for
   * the one of a weekend or a holiday, the weeks for a slow one. An etcd state older than that is of little use to a
   * cluster that went on: nodes, certificates and volumes have changed meanwhile.
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
   * What programs/backup/retention.awk reads.
   * @internal
   */
  public _environment(): Record<string, string> {
    return { ...this.environment };
  }
}

const NO_RULE = 'leave it out for no such rule';
const COUNTS = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

/** Exact to the second, where Duration.toHumanString() drops all but the first two units. */
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
