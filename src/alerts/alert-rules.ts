import { ageLimit, SLACK } from './age-limit';
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

/** The rules for CronJobs of which any is enough. Throws when it can't be told how old the last success may be. */
export function alertRules(cronJobs: WatchedCronJob[], context: RuleContext): AlertRule[] {
  const [{ kind }] = cronJobs;
  const severity = kind.critical ? context.critical : context.warning;
  if (cronJobs.length === 1) return [...rulesOfSuccess(cronJobs, severity, context), ...rulesOfRuns(cronJobs[0], kind.prefix, context)];
  return [
    ...rulesOfSuccess(cronJobs, severity, context),
    ...cronJobs.flatMap((one) => [
      ...rulesOfSuccess([one], context.warning, context, kind.prefixOfOne),
      ...rulesOfRuns(one, kind.prefixOfOne, context),
    ]),
  ];
}

/** A rule, but for what is the same for all. */
interface NewRule extends Pick<AlertRule, 'expr' | 'for'> {
  readonly about: WatchedCronJob[];
  /** What its name begins with, and what it ends with: each ending has a heading in the page. */
  readonly name: [string, string];
  readonly severity: string;
  readonly summary: string;
  readonly description: string;
  /** The line to type. */
  readonly command: string;
}

function newRule({ about, name, severity, summary, description, command, ...rule }: NewRule, { labels, runbook }: RuleContext): AlertRule {
  const names = about.map((cronJob) => cronJob.name);
  return {
    alert: name.join(''),
    ...rule,
    // Alertmanager takes alerts with the same labels for one.
    labels: { ...labels, severity, ...names.length === 1 ? { cronjob: names[0] } : { cronjobs: names.join(' ') } },
    annotations: { summary, description, command, runbook_url: `${runbook}#${name[1].toLowerCase()}` },
  };
}

/** How CronJobs are called in a sentence. */
function named(cronJobs: WatchedCronJob[]): string {
  const [{ cluster }] = cronJobs;
  const names = cronJobs.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
  return `the ${cronJobs.length === 1 ? 'CronJob' : 'CronJobs'} ${names}${cluster ? ` of the cluster ${cluster}` : ''}`;
}

/** The rules for the success of CronJobs, of which any is enough. */
function rulesOfSuccess(about: WatchedCronJob[], severity: string, context: RuleContext, prefix = about[0].kind.prefix): AlertRule[] {
  const [{ namespace, kind: { made } }] = about;
  const names = about.map(({ name }) => name);
  const metrics = new CronJobMetrics(context, namespace, names);
  const { seconds, sum } = ageLimit(about, context.olderThan);
  const common = { about, severity, command: `kubectl -n ${namespace} get jobs --sort-by=.metadata.creationTimestamp` };
  return [
    newRule({
      ...common,
      name: [prefix, 'TooOld'],
      expr: `${metrics.sinceSuccess} > ${seconds}`,
      summary: `no ${made} of ${named(about)} is newer than ${durationText(seconds)}`,
      description: `the last success was {{ $value | humanizeDuration }} ago; ${sum}`,
    }, context),
    newRule({
      ...common,
      name: [prefix, 'NeverSucceeded'],
      expr: metrics.neverSucceeded(seconds),
      summary: `there has never been a ${made} of ${named(about)}`,
      description: `made {{ $value | humanizeDuration }} ago, and not succeeded yet; ${sum}`,
    }, context),
    newRule({
      ...common,
      name: [prefix, 'Gone'],
      expr: metrics.absent,
      for: '15m',
      summary: `there will be no ${made} of ${named(about)}: not there any more`,
      description: 'either deleted, or kube-state-metrics does not say what is there: look which it is',
      command: `kubectl -n ${namespace} get cronjobs ${names.join(' ')}`,
    }, context),
  ];
}

/** The rules for the runs of a CronJob. */
function rulesOfRuns(cronJob: WatchedCronJob, prefix: string, context: RuleContext): AlertRule[] {
  const { namespace, name, suspended, activeDeadline } = cronJob;
  const metrics = new CronJobMetrics(context, namespace, [name]);
  const which = named([cronJob]);
  const common = { about: [cronJob], severity: context.warning };
  return [
    ...suspended ? [] : [newRule({
      ...common,
      name: [prefix, 'Suspended'],
      expr: metrics.suspendedForADay,
      for: '15m',
      summary: `${which} has been suspended for a day`,
      description: 'somebody has suspended it; the chart does not',
      command: `kubectl -n ${namespace} patch cronjob ${name} --patch '{"spec":{"suspend":false}}'`,
    }, context)],
    newRule({
      ...common,
      name: [prefix, 'Failing'],
      expr: metrics.failedSinceSuccess,
      // A success that kube-state-metrics doesn't show for a moment is no failure.
      for: '10m',
      summary: `a run of ${which} has failed, and none has succeeded since`,
      description: 'the message of its pod says what to do; the alert ends with the next success',
      command: `kubectl -n ${namespace} describe jobs,pods -l batch.kubernetes.io/job-name`,
    }, context),
    ...activeDeadline === undefined ? [] : [newRule({
      ...common,
      name: [prefix, 'Running'],
      expr: `${metrics.running} > ${activeDeadline + SLACK}`,
      summary: `a run of ${which} goes on after its deadline`,
      description: `begun {{ $value | humanizeDuration }} ago; Kubernetes ends it after ${durationText(activeDeadline)}: does the controller manager run?`,
      command: `kubectl -n ${namespace} describe cronjob ${name}`,
    }, context)],
  ];
}
