/**
 * The metrics of kube-state-metrics 2.5 or newer, as PromQL.
 *
 * @see https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics/workload
 */

/** Labels that change when kube-state-metrics moves, or is there twice. What stays tells clusters apart. */
const OF_SCRAPES = ['container', 'endpoint', 'instance', 'job', 'pod', 'service'];

/** Where the series of CronJobs are. */
export interface MetricSource {
  /** The label that has the namespace of an object. */
  readonly namespaceLabel: string;
  /** Labels that all series of the cluster have. */
  readonly selector: { readonly [label: string]: string };
}

/** Expressions about CronJobs of one namespace. */
export class CronJobMetrics {
  private readonly names: string;
  private readonly dropped: string[];

  /** @param names of the CronJobs; of several, what is newest counts. */
  constructor(private readonly source: MetricSource, private readonly namespace: string, names: readonly string[]) {
    this.names = names.length === 1 ? `="${names[0]}"` : `=~"${names.map((name) => name.replace(/\./g, '\\\\.')).join('|')}"`;
    this.dropped = names.length === 1 ? OF_SCRAPES : [...OF_SCRAPES, 'cronjob'];
  }

  /** Seconds since the last success. Nothing before the first one. */
  get sinceSuccess(): string {
    return `time() - ${this.newest('kube_cronjob_status_last_successful_time')}`;
  }

  /** Seconds since it was made, while it has never succeeded. */
  sinceCreation(seconds: number): string {
    return `(time() - ${this.newest('kube_cronjob_created')} > ${seconds}) unless ${this.newest('kube_cronjob_status_last_successful_time')}`;
  }

  /** 1 while Kubernetes, or Prometheus, doesn't know it. */
  get absent(): string {
    return `absent(${this.series('kube_cronjob_info')})`;
  }

  get suspended(): string {
    return `${this.newest('kube_cronjob_spec_suspend')} > 0`;
  }

  /** When the newest failed Job began, if there was no success since. */
  get failedSinceSuccess(): string {
    const failed = this.newestJob(`(${this.jobs('kube_job_failed', 'condition="true"')} > 0)`);
    return `${failed} unless ignoring (cronjob) (${this.newest('kube_cronjob_status_last_successful_time')} > ignoring (cronjob) ${failed})`;
  }

  /** Seconds since the newest Job that has not ended began. */
  get running(): string {
    return `time() - ${this.newestJob(`(${this.jobs('kube_job_status_active')} > 0)`)}`;
  }

  /** When the newest Job began, of those for which there is such a series. */
  private newestJob(those: string): string {
    const same = `on (${this.source.namespaceLabel}, job_name)`;
    return `max without (${[...OF_SCRAPES, 'job_name'].join(', ')}) (${this.jobs('kube_job_status_start_time')}`
      + ` and ${same} ${those}`
      + ` and ${same} ${this.jobs('kube_job_owner', 'owner_kind="CronJob"', `owner_name${this.names}`)})`;
  }

  private newest(metric: string): string {
    return `max without (${this.dropped.join(', ')}) (${this.series(metric)})`;
  }

  private series(metric: string): string {
    return this.jobs(metric, `cronjob${this.names}`);
  }

  private jobs(metric: string, ...matchers: string[]): string {
    const selector = Object.entries(this.source.selector).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
    return `${metric}{${[`${this.source.namespaceLabel}="${this.namespace}"`, ...matchers, ...selector].join(',')}}`;
  }
}
