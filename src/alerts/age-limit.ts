import { durationText } from './duration-text';
import { longestGapSeconds } from './longest-gap';
import { WatchedCronJob } from './watched-cron-job';

/** A few looks of kube-state-metrics and Prometheus, and the controller's own delay, in seconds. */
export const SLACK = 600;

const YEAR = 366 * 24 * 3_600;

/** How old the last success may be, in seconds, and how that comes about. */
export interface AgeLimit {
  readonly seconds: number;
  readonly sum: string;
}

/**
 * How old the last success of CronJobs may be of which any is enough.
 *
 * Throws when it does not follow from a schedule, and when `olderThan` is less than a schedule leaves between two runs.
 *
 * @param olderThan what the chart allows, in seconds
 */
export function ageLimit(cronJobs: WatchedCronJob[], olderThan: number | undefined): AgeLimit {
  const limits = cronJobs.map((cronJob) => olderThan === undefined ? limitBySchedule(cronJob) : givenLimit(cronJob, olderThan));
  return limits.reduce((longest, one) => one.seconds > longest.seconds ? one : longest);
}

function givenLimit(cronJob: WatchedCronJob, seconds: number): AgeLimit {
  const gap = gapOf(cronJob);
  if (gap !== undefined && seconds <= gap) {
    throw new Error(`olderThan must be more than ${durationText(gap)} for the CronJob ${cronJob.name}, got ${durationText(seconds)}: its schedule leaves so much between two runs`);
  }
  return { seconds, sum: `the chart allows ${durationText(seconds)}` };
}

function limitBySchedule(cronJob: WatchedCronJob): AgeLimit {
  const { name, kind, schedule, startingDeadline, activeDeadline } = cronJob;
  const gap = gapOf(cronJob);
  const longest = activeDeadline ?? (kind.hasWindow ? startingDeadline : undefined);
  if (gap === undefined || gap > YEAR || longest === undefined) {
    const why = longest === undefined ? 'its Jobs have no activeDeadlineSeconds' : `its schedule is ${schedule}`;
    throw new Error(`olderThan must be given for the CronJob ${name}, got undefined: how old its last success may be can't be told, as ${why}`);
  }
  return {
    seconds: gap + startingDeadline + longest + SLACK,
    sum: `${durationText(gap)} may lie between two runs, one may begin ${durationText(startingDeadline)} late and take ${durationText(longest)}, and ${durationText(SLACK)} are added`,
  };
}

/** The longest time between two runs, in seconds; undefined where it can't be told, as it begins when the controller manager does. */
function gapOf({ name, schedule, timeZone }: WatchedCronJob): number | undefined {
  return schedule.startsWith('@every ') ? undefined : longestGapSeconds(`the schedule of the CronJob ${name}`, schedule, timeZone);
}
