/** Where the series of kube-state-metrics are. */
export interface MetricSource {
  /** The label that has the namespace of an object. */
  readonly namespaceLabel: string;
  /** Labels that all series of the cluster have. */
  readonly selector: { readonly [label: string]: string };
}

/**
 * Questions about CronJobs of one namespace, as PromQL. They aggregate by the labels that are known: a scrape may add any others, and they
 * change when kube-state-metrics moves, is there twice, or shares its work.
 *
 * @see https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics/workload
 */
export class CronJobMetrics {
  private readonly names: string;
  private readonly kept: string[];

  /** @param names of the CronJobs; of several, what is newest counts. */
  constructor(private readonly source: MetricSource, private readonly namespace: string, names: readonly string[]) {
    this.names = names.length === 1 ? `="${names[0]}"` : `=~"${names.map((name) => name.replace(/\./g, '\\\\.')).join('|')}"`;
    this.kept = [source.namespaceLabel, ...Object.keys(source.selector)];
  }

  /** Seconds since the last success. Nothing before the first one. */
  get sinceSuccess(): string {
    return `time() - ${this.lastSuccess}`;
  }

  /** Seconds since the first of them was made, if it is more than so many, and none has ever succeeded. */
  neverSucceeded(seconds: number): string {
    return `(time() - min by (${this.kept.join(', ')}) (${this.ofCronJobs('kube_cronjob_created')}) > ${seconds}) unless ${this.lastSuccess}`;
  }

  /** 1 while Kubernetes, or Prometheus, doesn't know them. */
  get absent(): string {
    return `absent(${this.ofCronJobs('kube_cronjob_info')})`;
  }

  /** 1 if it has been suspended for a day, whenever it was looked at. */
  get suspendedForADay(): string {
    return `min_over_time(${this.newest(this.ofCronJobs('kube_cronjob_spec_suspend'))}[1d:10m]) > 0`;
  }

  /** When the newest failed Job began, if there was no success since. */
  get failedSinceSuccess(): string {
    const failed = this.newest(this.startOf(`(${this.select('kube_job_failed', 'condition="true"')} > 0)`));
    return `${failed} unless (${this.lastSuccess} > ${failed})`;
  }

  /** Seconds since the oldest Job that has not ended began. */
  get running(): string {
    return `time() - min by (${this.kept.join(', ')}) (${this.startOf(`(${this.select('kube_job_status_active')} > 0)`)})`;
  }

  private get lastSuccess(): string {
    return this.newest(this.ofCronJobs('kube_cronjob_status_last_successful_time'));
  }

  /** When the Jobs of these CronJobs began for which there is such a series. */
  private startOf(those: string): string {
    const same = `on (${this.source.namespaceLabel}, job_name)`;
    const owned = this.select('kube_job_owner', 'owner_kind="CronJob"', `owner_name${this.names}`);
    return `${this.select('kube_job_status_start_time')} and ${same} ${those} and ${same} ${owned}`;
  }

  private newest(series: string): string {
    return `max by (${this.kept.join(', ')}) (${series})`;
  }

  private ofCronJobs(metric: string): string {
    return this.select(metric, `cronjob${this.names}`);
  }

  private select(metric: string, ...matchers: string[]): string {
    const selector = Object.entries(this.source.selector).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
    return `${metric}{${[`${this.source.namespaceLabel}="${this.namespace}"`, ...matchers, ...selector].join(',')}}`;
  }
}
