import { Cron, Duration } from 'cdk8s';

/** When the Jobs of a CronJob run, and how many of them are kept. */
export interface ScheduleProps {
  /** When it runs, such as `Cron.schedule({ minute: '0', hour: '*\/6' })`. Every field is checked. */
  readonly schedule: Cron;

  /**
   * The time zone of the schedule, a name of the tz database. Needs Kubernetes 1.25. Names of backups and their retention are in UTC all the
   * same.
   *
   * @default - the controller manager's; with kubeadm that is UTC
   */
  readonly timeZone?: string;

  /**
   * How late a run may begin, for instance after the control plane was down; at least 60 seconds. Of several missed runs only the last one is
   * made up for.
   *
   * @default Duration.hours(1)
   */
  readonly startingDeadline?: Duration;

  /**
   * Whether the schedule is suspended. Runs that are under way go on.
   *
   * @default false
   */
  readonly suspend?: boolean;

  /**
   * How many successful Jobs are kept, so that you can look at them.
   *
   * @default 3
   */
  readonly successfulJobsRetained?: number;

  /**
   * How many failed Jobs are kept, so that you can look at them.
   *
   * @default 3
   */
  readonly failedJobsRetained?: number;
}
