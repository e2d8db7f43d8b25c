import { ApiObject, Lazy, Yaml } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { alertRules, RuleContext } from './alert-rules';
import { BackupAlertsProps, WatchOptions } from './backup-alerts-props';
import { cronJobsOf, watchedCronJob } from './watched-cron-job';
import { requireSeconds } from '../require/duration';
import { requireGiven } from '../require/given';
import { requireLabels } from '../require/labels';
import { requireObjectName } from '../require/object-name';
import { requirePromLabels } from '../require/prom-labels';
import { requireLine } from '../require/text';

interface Watched {
  readonly construct: IConstruct;
  readonly olderThan?: number;
}

/**
 * Alerts for CronJobs: too old is their last success, they have never succeeded, are gone or suspended, have failed since the last success, or run for too
 * long. Each alert ends by itself when what it says is mended, and has the line to type.
 *
 * They need Prometheus, and kube-state-metrics 2.5 or newer. How old a success may be follows from the schedule as the manifest has it.
 *
 * Throws when a label isn't valid, or is one that the rules need. At synthesis it throws when nothing is watched, when a watched construct has no
 * CronJob, when a CronJob is watched twice, has no namespace, or keeps no successful Job, and when it can't be told how old a success may be:
 * `olderThan` says it then.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRule
 */
export class BackupAlerts extends Construct {
  /** The PrometheusRule, or with `plainRules` the ConfigMap. */
  public readonly rules: ApiObject;

  private readonly watched: Watched[] = [];
  private readonly context: Omit<RuleContext, 'olderThan'>;

  constructor(scope: Construct, id: string, props: BackupAlertsProps = {}) {
    super(scope, id);
    const { ruleLabels = {}, plainRules = false, selector = {}, namespaceLabel = 'namespace', alertLabels = {} } = props;
    const { critical = 'critical', warning = 'warning', runbookUrl = 'https://github.com/cdk8s-day2/cdk8s-day2/blob/main/docs/alerts.md' } = props;
    requireLabels('ruleLabels', ruleLabels);
    requirePromLabels('namespaceLabel', { [namespaceLabel]: 'x' });
    requirePromLabels('selector', selector);
    requireOthers('selector', selector, [namespaceLabel, 'cronjob', 'job_name', 'owner_name']);
    requirePromLabels('alertLabels', alertLabels);
    requireOthers('alertLabels', alertLabels, [namespaceLabel, 'alertname', 'severity', 'cronjob', 'cronjobs']);
    Object.entries({ critical, warning, runbookUrl, ...alertLabels }).forEach(([prop, value]) => requirePlainText(prop, value));
    this.context = { critical, warning, selector, namespaceLabel, labels: alertLabels, runbook: runbookUrl };
    const metadata = { labels: ruleLabels };
    this.rules = plainRules
      ? new ApiObject(this, 'rules', {
        apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'alerts.yaml': Lazy.any({ produce: () => Yaml.stringify({ groups: this.groups() }) }) },
      })
      : new ApiObject(this, 'rules', {
        apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata, spec: { groups: Lazy.any({ produce: () => this.groups() }) },
      });
    requireObjectName(this.rules);
  }

  /**
   * Adds alerts for each CronJob of a construct: of this library, such as an EtcdSnapshotCronJob, or of any other. Throws when `olderThan` isn't valid.
   *
   * Where every control plane has a CronJob that takes the same backup, it is critical when none of them succeeds, and a warning when one does not.
   */
  public watch(construct: IConstruct, options: WatchOptions = {}): void {
    requireGiven({ construct }, 'construct');
    const { olderThan } = options;
    this.watched.push({ construct, olderThan: olderThan && requireSeconds('olderThan', olderThan) });
  }

  private groups(): object[] {
    if (this.watched.length === 0) {
      throw new Error(`${this.node.path} must watch something, got nothing: call its watch()`);
    }
    const seen = new Set<string>();
    return this.watched.flatMap(({ construct, olderThan }) => {
      const together = cronJobsOf(construct).map((cronJobs) => cronJobs.map(watchedCronJob));
      if (together.length === 0) {
        throw new Error(`${construct.node.path} must have a CronJob, got none: ${this.node.path} can only watch CronJobs`);
      }
      together.flat().map(({ namespace, name }) => `${namespace}/${name}`).forEach((name) => {
        if (seen.has(name)) throw new Error(`the CronJob ${name} must be watched once, got twice: ${this.node.path} would say everything twice`);
        seen.add(name);
      });
      return together.map((cronJobs) => ({
        name: `${cronJobs[0].namespace}/${cronJobs[0].name}`, rules: alertRules(cronJobs, { ...this.context, olderThan }),
      }));
    });
  }
}

/** Refuses labels that the rules need for themselves. */
function requireOthers(prop: string, labels: { readonly [label: string]: string }, taken: string[]): void {
  const both = Object.keys(labels).filter((label) => taken.includes(label));
  if (both.length > 0) {
    throw new Error(`${prop} must not have the label ${both[0]}, got ${JSON.stringify(labels[both[0]])}: the rules say it themselves`);
  }
}

/** Prometheus would take braces for a template. */
function requirePlainText(prop: string, value: string): void {
  requireLine(prop, value);
  if (value.includes('{{')) {
    throw new Error(`${prop} must be plain text, got ${JSON.stringify(value)}: leave out the braces, which Prometheus would take for a template`);
  }
}
