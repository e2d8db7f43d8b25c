import { Duration } from 'cdk8s';

/** Props of alerts. */
export interface BackupAlertsProps {
  /**
   * Labels of the PrometheusRule. Prometheus loads only rules that its `ruleSelector` wants, and drops the others without a word: kube-prometheus-stack
   * wants the label `release` with the name of its release.
   *
   * @default - none
   */
  readonly ruleLabels?: { readonly [key: string]: string };

  /**
   * Whether the rules are written into a ConfigMap, as the file `alerts.yaml`, for a Prometheus without its operator.
   *
   * @default false
   */
  readonly plainRules?: boolean;

  /**
   * Labels that all metrics of this cluster have, such as `{ cluster: 'prod' }`. Needed where one Prometheus has the metrics of several clusters: without
   * it, a CronJob that is gone from one cluster is still there in another one.
   *
   * @default - none
   */
  readonly selector?: { readonly [label: string]: string };

  /**
   * The label of the metrics that has the namespace of an object. It is `exported_namespace` where Prometheus scrapes kube-state-metrics without
   * `honorLabels`.
   *
   * @default 'namespace'
   */
  readonly namespaceLabel?: string;

  /**
   * The label `severity` of alerts that should wake a person: no new backup anywhere.
   *
   * @default 'critical'
   */
  readonly critical?: string;

  /**
   * The label `severity` of alerts that have time until tomorrow.
   *
   * @default 'warning'
   */
  readonly warning?: string;

  /**
   * More labels of all alerts, such as `{ team: 'platform' }`. `severity`, `cronjob` and `cronjobs` are taken.
   *
   * @default - none
   */
  readonly alertLabels?: { readonly [label: string]: string };

  /**
   * The address of the page that says what to do. What the name of the alert ends with, in small letters, is added after a `#`, such as `#tooold`.
   *
   * @default - docs/alerts.md of this library
   */
  readonly runbookUrl?: string;
}

/** What alerts of a CronJob ask for. */
export interface WatchOptions {
  /**
   * How old the last success may be, in whole seconds. It must be more than the schedule leaves between two runs.
   *
   * @default - the longest time between two runs by the schedule, and `startingDeadline`, and the Job's `activeDeadline`, and 10 minutes
   */
  readonly olderThan?: Duration;
}
