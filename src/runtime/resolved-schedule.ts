import { Duration } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { ScheduleProps } from './schedule-props';
import { requireSeconds } from '../require/duration';
import { requireWholeNumber } from '../require/number';
import { requireSchedule, requireTimeZone } from '../require/schedule';

/** The props of a schedule, checked, with every default filled in. */
export type ResolvedSchedule = Pick<kplus.CronJobProps,
  'schedule' | 'timeZone' | 'concurrencyPolicy' | 'startingDeadline' | 'suspend' | 'successfulJobsRetained' | 'failedJobsRetained'>;

/** Throws when the schedule or the time zone isn't valid, and when a duration or a number is out of its range. */
export function resolveSchedule(props: ScheduleProps): ResolvedSchedule {
  const { schedule, timeZone, startingDeadline = Duration.hours(1), suspend = false, successfulJobsRetained = 3, failedJobsRetained = 3 } = props;
  requireSchedule('schedule', schedule);
  if (timeZone !== undefined) {
    requireTimeZone('timeZone', timeZone);
  }
  if (requireSeconds('startingDeadline', startingDeadline) < 60) {
    throw new Error(`startingDeadline must be at least 60 s, got ${startingDeadline.toSeconds()} s: the controller looks every 10 s, and a short one skips runs`);
  }
  requireWholeNumber('successfulJobsRetained', successfulJobsRetained, 0);
  requireWholeNumber('failedJobsRetained', failedJobsRetained, 0);
  return {
    schedule,
    timeZone,
    // Two runs at once would only wait for each other.
    concurrencyPolicy: kplus.ConcurrencyPolicy.FORBID,
    startingDeadline,
    suspend,
    successfulJobsRetained,
    failedJobsRetained,
  };
}
