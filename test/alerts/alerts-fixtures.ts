import { Chart, Cron, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import { BackupAlerts } from '../../src/alerts/backup-alerts';
import { BackupAlertsProps, WatchOptions } from '../../src/alerts/backup-alerts-props';
import { EtcdSnapshotCronJob, EtcdSnapshotCronJobProps } from '../../src/backup/etcd-snapshot-cron-job';
import { BackupVolume } from '../../src/storage/backup-volume';
import { stacked } from '../backup/snapshot-fixtures';

export const NAMESPACE = 'etcd-backups';

export function newChart(namespace: string | undefined = NAMESPACE): Chart {
  return new Chart(Testing.app(), 'platform', { namespace });
}

/** Backups of three control planes, every six hours: a success may be 8 h 10 min old. */
export function backups(chart: Chart, more: Partial<EtcdSnapshotCronJobProps> = {}): EtcdSnapshotCronJob {
  return new EtcdSnapshotCronJob(chart, 'snapshots', {
    cluster: stacked('cp1', 'cp2', 'cp3'),
    volume: BackupVolume.fromNfs(chart, 'nfs', { server: 'nas', path: '/export' }),
    schedule: Cron.schedule({ minute: '0', hour: '*/6' }),
    ...more,
  });
}

export const LIMIT = 8 * 3_600 + 10 * 60;

export interface Watching {
  readonly alerts?: BackupAlertsProps;
  readonly options?: WatchOptions;
}

/** The groups of rules that watch a construct. */
export function groupsFor(chart: Chart, watched: readonly Construct[], { alerts, options }: Watching = {}): any[] {
  const construct = new BackupAlerts(chart, 'alerts', alerts);
  watched.forEach((one) => construct.watch(one, options));
  return construct.rules.toJson().spec.groups;
}

/** The rules of the first group. */
export function rulesFor(chart: Chart, watched: Construct, watching: Watching = {}): any[] {
  return groupsFor(chart, [watched], watching)[0].rules;
}
