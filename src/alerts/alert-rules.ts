import { alertKindOf } from './alert-kind';
import { CronJobMetrics, MetricSource } from './cron-job-metrics';
import { durationText } from './duration-text';
import { WatchedCronJob } from './watched-cron-job';

/** A rule as Prometheus reads it. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly [label: string]: string };
  readonly annotations: { readonly [annotation: string]: string };
}

/** What is the same for all rules. */
export interface RuleContext extends MetricSource {
  readonly critical: string;
  readonly warning: string;
  readonly labels: { readonly [label: string]: string };
  readonly runbook: string;
  /** How old the last success may be, in seconds, whatever the schedule. */
  readonly olderThan?: number;
}

/** A few looks of kube-state-metrics and Prometheus, and the controller's own delay. */
const SLACK = 600;

/** The rules for CronJobs. Throws when it can't be known how old the last success may be. */
export function alertRules(cronJobs: WatchedCronJob[], context: RuleContext): AlertRule[] {
  const makers = [...new Set(cronJobs.map(({ maker }) => maker))];
  return makers.flatMap((maker) => rulesOfMaker(cronJobs.filter((cronJob) => cronJob.maker === maker), context));
}

/** The rules for CronJobs that one construct has made. */
function rulesOfMaker(cronJobs: WatchedCronJob[], context: RuleContext): AlertRule[] {
  const { prefix, prefixOfOne, critical } = alertKindOf(cronJobs[0].labels);
  const severity = critical ? context.critical : context.warning;
  if (cronJobs.length === 1 || prefixOfOne === undefined) {
    return cronJobs.flatMap((cronJob) => rulesOfOne(cronJob, prefix, severity, context));
  }
  return [
    ...rulesOfSuccess(cronJobs, prefix, severity, context),
    ...cronJobs.flatMap((cronJob) => rulesOfOne(cronJob, prefixOfOne, context.warning, context)),
  ];
}

function rulesOfOne(cronJob: WatchedCronJob, prefix: string, severity: string, context: RuleContext): AlertRule[] {
  return [...rulesOfSuccess([cronJob], prefix, severity, context), ...rulesOfRuns(cronJob, prefix, context)];
}

/** What is said of a rule. */
interface Said {
  readonly summary: string;
  readonly description: string;
  /** The line to type. */
  readonly command: string;
}

interface RuleOptions {
  /** @default - at once */
  readonly for?: string;
  /** The one that it is about. @default - several */
  readonly cronjob?: string;
}

function newRule(alert: string, severity: string, expr: string, said: Said, context: RuleContext, { for: pending, cronjob }: RuleOptions): AlertRule {
  return {
    alert,
    expr,
    ...pending && { for: pending },
    labels: { ...context.labels, severity, ...cronjob && { cronjob } },
    annotations: { ...said, runbook_url: `${context.runbook}#${alert.toLowerCase()}` },
  };
}

/** How CronJobs are called in a sentence. */
function namesOf(cronJobs: WatchedCronJob[]): string {
  return `CronJob ${cronJobs.map(({ namespace, name }) => `${namespace}/${name}`).join(', ')}`;
}

/** The rules for the success of CronJobs, of which any is enough. */
function rulesOfSuccess(cronJobs: WatchedCronJob[], prefix: string, severity: string, context: RuleContext): AlertRule[] {
  const [{ namespace, labels }] = cronJobs;
  const names = cronJobs.map(({ name }) => name);
  const metrics = new CronJobMetrics(context, namespace, names);
  const made = alertKindOf(labels).made(labels['app.kubernetes.io/instance']);
  const which = namesOf(cronJobs);
  const { limit, sum } = limitOf(cronJobs, context.olderThan);
  const command = `kubectl -n ${namespace} get jobs --sort-by=.metadata.creationTimestamp`;
  const cronjob = names.length === 1 ? names[0] : undefined;
  return [
    newRule(`${prefix}TooOld`, severity, `${metrics.sinceSuccess} > ${limit}`, {
      summary: `no ${made} by ${which} is newer than ${durationText(limit)}`,
      description: `the last success was {{ $value | humanizeDuration }} ago; ${sum}`,
      command,
    }, context, { cronjob }),
    newRule(`${prefix}NeverSucceeded`, severity, metrics.sinceCreation(limit), {
      summary: `there has never been a ${made} by ${which}`,
      description: `it was made {{ $value | humanizeDuration }} ago, and has not succeeded yet; ${sum}`,
      command,
    }, context, { cronjob }),
    newRule(`${prefix}Gone`, severity, metrics.absent, {
      summary: `${which} is not there, so there will be no ${made}`,
      description: 'either it was deleted, or kube-state-metrics does not say that it is there: look which it is',
      command: `kubectl -n ${namespace} get cronjobs ${names.join(' ')}`,
    }, context, { for: '15m', cronjob }),
  ];
}

/** The rules for the runs of a CronJob. */
function rulesOfRuns(cronJob: WatchedCronJob, prefix: string, context: RuleContext): AlertRule[] {
  const { namespace, name: cronjob, suspended, activeDeadline } = cronJob;
  const metrics = new CronJobMetrics(context, namespace, [cronjob]);
  const which = namesOf([cronJob]);
  return [
    ...suspended ? [] : [newRule(`${prefix}Suspended`, context.warning, metrics.suspended, {
      summary: `${which} has been suspended for a day`,
      description: 'somebody has suspended it; the chart does not',
      command: `kubectl -n ${namespace} patch cronjob ${cronjob} --patch '{"spec":{"suspend":false}}'`,
    }, context, { for: '24h', cronjob })],
    newRule(`${prefix}Failing`, context.warning, metrics.failedSinceSuccess, {
      summary: `a run of ${which} has failed, and none has succeeded since`,
      description: 'the message of the pod says what to do; the alert ends with the next success',
      command: `kubectl -n ${namespace} describe pods -l job-name`,
    }, context, { cronjob }),
    ...activeDeadline === undefined ? [] : [newRule(`${prefix}Running`, context.warning, `${metrics.running} > ${activeDeadline + SLACK}`, {
      summary: `a run of ${which} goes on after its deadline`,
      description: `it began {{ $value | humanizeDuration }} ago, and Kubernetes ends it after ${durationText(activeDeadline)}: does the controller manager run?`,
      command: `kubectl -n ${namespace} describe cronjob ${cronjob}`,
    }, context, { cronjob })],
  ];
}

/** How old the last success may be, in seconds, and how that comes about. */
interface Limit {
  readonly limit: number;
  readonly sum: string;
}

function limitOf(cronJobs: WatchedCronJob[], olderThan: number | undefined): Limit {
  if (olderThan !== undefined) return { limit: olderThan, sum: `the chart allows ${durationText(olderThan)}` };
  return cronJobs.map(limitBySchedule).reduce((longest, one) => one.limit > longest.limit ? one : longest);
}

function limitBySchedule({ name, labels, schedule, gap, startingDeadline, activeDeadline }: WatchedCronJob): Limit {
  const longest = activeDeadline ?? (alertKindOf(labels).hasWindow ? startingDeadline : undefined);
  if (gap === undefined || longest === undefined) {
    const why = gap === undefined ? `its schedule, ${schedule}, may leave out more than a year` : 'its Jobs have no activeDeadlineSeconds';
    throw new Error(`olderThan must be given for the CronJob ${name}, got undefined: how old its last success may be can't be told, as ${why}`);
  }
  return {
    limit: gap + startingDeadline + longest + SLACK,
    sum: `${durationText(gap)} may lie between two runs, one may begin ${durationText(startingDeadline)} late and take ${durationText(longest)}, and ${durationText(SLACK)} are added`,
  };
}
