import { ApiObject, Chart, Cron, Duration, JsonPatch } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { parse } from 'yaml';
import { backups, groupsFor, LIMIT, NAMESPACE, newChart, rulesFor } from './alerts-fixtures';
import { BackupAlerts } from '../../src/alerts/backup-alerts';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { NodeMaintenanceCronJob } from '../../src/upgrade/node-maintenance-cron-job';
import { allMaintenanceCronJobProps } from '../upgrade/upgrade-fixtures';

const namesOf = (rules: any[]) => rules.map(({ alert, labels: { severity } }) => `${severity} ${alert}`);
const limitOf = (rules: any[], alert: string) => Number(/> (\d+)$/.exec(rules.find((rule) => rule.alert === alert).expr)![1]);

/** A CronJob that this library has not made. */
function foreign(chart: Construct, spec: object = {}): ApiObject {
  return new ApiObject(chart, 'foreign', {
    apiVersion: 'batch/v1', kind: 'CronJob', spec: { schedule: '0 3 * * *', jobTemplate: { spec: { activeDeadlineSeconds: 600 } }, ...spec },
  });
}

test('a backup has an alert for each way in which it stops', () => {
  const chart = newChart();
  expect(namesOf(rulesFor(chart, backups(chart)))).toEqual([
    'critical EtcdBackupTooOld',
    'critical EtcdBackupNeverSucceeded',
    'critical EtcdBackupGone',
    'warning EtcdBackupSuspended',
    'warning EtcdBackupFailing',
    'warning EtcdBackupRunning',
  ]);
});

test('where every member is backed up, one that is not is a warning, and none is critical', () => {
  const chart = newChart();
  const rules = rulesFor(chart, backups(chart, { nodes: SnapshotNodes.everyMember() }));
  const ofOne = ['TooOld', 'NeverSucceeded', 'Gone', 'Suspended', 'Failing', 'Running'].map((what) => `warning EtcdMemberBackup${what}`);
  expect(namesOf(rules)).toEqual(['critical EtcdBackupTooOld', 'critical EtcdBackupNeverSucceeded', 'critical EtcdBackupGone', ...ofOne, ...ofOne, ...ofOne]);
});

test('maintenance that does not run is a warning, for each node', () => {
  const chart = newChart();
  const maintenance = new NodeMaintenanceCronJob(chart, 'patches', allMaintenanceCronJobProps);
  const names = namesOf(rulesFor(chart, maintenance));
  expect(new Set(names.map((name) => name.replace(/(TooOld|NeverSucceeded|Gone|Suspended|Failing|Running)$/, '')))).toEqual(new Set(['warning NodeMaintenance']));
  expect(names.filter((name) => name.endsWith('TooOld'))).toHaveLength(maintenance.cronJobs.length);
});

test('backups of two volumes are two things: each is critical', () => {
  const chart = newChart();
  const [one, other] = ['near', 'far'].map((id) => backups(new Construct(chart, id) as Chart));
  expect([one, other]).toHaveLength(2);
  expect(namesOf(rulesFor(chart, chart)).filter((name) => name === 'critical EtcdBackupTooOld')).toHaveLength(2);
});

test('a CronJob of anybody is watched', () => {
  const chart = newChart();
  expect(namesOf(rulesFor(chart, foreign(chart)))[0]).toBe('critical CronJobTooOld');
});

test('how old a success may be follows from the schedule and the deadlines', () => {
  const chart = newChart();
  const rules = rulesFor(chart, backups(chart));
  expect([limitOf(rules, 'EtcdBackupTooOld'), rules[0].annotations.description]).toEqual([LIMIT, expect.stringContaining(
    '6 h may lie between two runs, one may begin 1 h late and take 1 h, and 10 min are added')]);
});

test('it follows from the manifest as it is written, patches of the user included', () => {
  const chart = newChart();
  const snapshots = backups(chart);
  ApiObject.of(snapshots.cronJob).addJsonPatch(JsonPatch.replace('/spec/schedule', '0 3 * * 1-5'), JsonPatch.add('/spec/timeZone', 'Europe/Berlin'));
  // From Friday to Monday, with the hour that the clocks are set back.
  expect(limitOf(rulesFor(chart, snapshots), 'EtcdBackupTooOld')).toBe(LIMIT + (72 + 1 - 6) * 3_600);
});

test('a person can say how old it may be', () => {
  const chart = newChart();
  const rules = rulesFor(chart, backups(chart), { options: { olderThan: Duration.days(2) } });
  expect([limitOf(rules, 'EtcdBackupTooOld'), rules[0].annotations.summary]).toEqual([2 * 86_400, expect.stringMatching(/^no backup of the etcd of prod by CronJob etcd-backups\/\S+ is newer than 2 d$/)]);
});

test('what the chart itself suspends is suspended without an alert, and old all the same', () => {
  const chart = newChart();
  const names = namesOf(rulesFor(chart, backups(chart, { suspend: true })));
  expect(names).not.toContain('warning EtcdBackupSuspended');
  expect(names).toContain('critical EtcdBackupTooOld');
});

test('a Job without a deadline runs as long as it likes, if it is known how old its success may be', () => {
  const chart = newChart();
  const rules = rulesFor(chart, foreign(chart, { jobTemplate: { spec: {} } }), { options: { olderThan: Duration.days(2) } });
  expect(namesOf(rules)).not.toContain('warning CronJobRunning');
});

test('labels and words of the house are taken', () => {
  const chart = newChart();
  const alerts = { critical: 'page', warning: 'ticket', alertLabels: { team: 'platform' }, ruleLabels: { release: 'monitoring' }, runbookUrl: 'https://wiki/alerts' };
  const construct = new BackupAlerts(chart, 'alerts', alerts);
  construct.watch(backups(chart));
  const { kind, metadata, spec } = construct.rules.toJson();
  expect({ kind, labels: metadata.labels, namespace: metadata.namespace }).toEqual({ kind: 'PrometheusRule', labels: { release: 'monitoring' }, namespace: NAMESPACE });
  expect(new Set(spec.groups[0].rules.map(({ labels }: any) => `${labels.severity} ${labels.team}`))).toEqual(new Set(['page platform', 'ticket platform']));
  expect(spec.groups[0].rules[0].annotations.runbook_url).toBe('https://wiki/alerts#etcdbackuptooold');
});

test('every alert names a line to type, and a heading of the page', () => {
  const chart = newChart();
  for (const { alert, annotations } of rulesFor(chart, backups(chart, { nodes: SnapshotNodes.everyMember() }))) {
    expect({ alert, ...annotations }).toMatchObject({ command: expect.stringMatching(/^kubectl -n etcd-backups \S/), runbook_url: expect.stringMatching(`#${alert.toLowerCase()}$`) });
  }
});

test('the rules are a file of a ConfigMap where Prometheus has no operator', () => {
  const chart = newChart();
  const snapshots = backups(chart);
  const plain = new BackupAlerts(chart, 'plain', { plainRules: true });
  plain.watch(snapshots);
  const { kind, data } = plain.rules.toJson();
  expect(kind).toBe('ConfigMap');
  expect(parse(data['alerts.yaml'])).toEqual({ groups: groupsFor(chart, [snapshots]) });
});

test('a series may have its namespace under another name, and its cluster\'s label', () => {
  const chart = newChart();
  const rules = rulesFor(chart, backups(chart), { alerts: { namespaceLabel: 'exported_namespace', selector: { cluster: 'prod "1"' } } });
  for (const { expr } of rules) {
    const matchers = [...expr.matchAll(/\{[^}]*\}/g)].map(([text]) => text);
    expect(matchers.length).toBeGreaterThan(0);
    expect(matchers.filter((text) => !text.includes('exported_namespace="etcd-backups"') || !text.includes('cluster="prod \\"1\\""'))).toEqual([]);
    expect(expr).not.toMatch(/on \(namespace/);
  }
});

describe('refuses', () => {
  const synthesis = (build: (construct: BackupAlerts, chart: Construct) => void, namespace?: string) => () => {
    const chart = newChart(namespace);
    const construct = new BackupAlerts(chart, 'alerts');
    build(construct, chart);
    return construct.rules.toJson();
  };

  test('to watch nothing', () => {
    expect(synthesis(() => undefined)).toThrow('platform/alerts must watch something, got nothing: call its watch()');
  });

  test('a construct without a CronJob', () => {
    expect(synthesis((construct, chart) => construct.watch(new kplus.ConfigMap(chart, 'map'))))
      .toThrow('platform/map must have a CronJob, got none: platform/alerts can only watch CronJobs');
  });

  test('a CronJob that is watched twice', () => {
    expect(synthesis((construct, chart) => {
      const cronJob = foreign(chart);
      construct.watch(cronJob);
      construct.watch(chart);
    })).toThrow(/the CronJob platform-foreign-\w+ must be watched once, got twice: platform\/alerts would say everything twice/);
  });

  test('a CronJob without a namespace', () => {
    const chart = newChart('');
    const construct = new BackupAlerts(chart, 'alerts');
    construct.watch(foreign(chart));
    expect(() => construct.rules.toJson()).toThrow(/the CronJob platform-foreign-\w+ must have a namespace, got none: give its Chart a namespace/);
  });

  test.each([
    ['a schedule that leaves out more than a year', { schedule: '0 0 29 2 *' }],
    ['a Job without a deadline', { jobTemplate: { spec: {} } }],
  ])('%s, unless it is said how old a success may be', (_, spec) => {
    expect(synthesis((construct, chart) => construct.watch(foreign(chart, spec))))
      .toThrow(/olderThan must be given for the CronJob platform-foreign-\w+, got undefined/);
  });

  test.each<[string, object, string]>([
    ['a label of a rule', { ruleLabels: { 'a b': 'x' } }, 'ruleLabels must have keys such as example.com/pool, got "a b"'],
    ['a label of a series', { selector: { 'a-b': 'x' } }, 'selector must have labels of letters, digits and \'_\', such as cluster, got "a-b"'],
    ['a label of a namespace', { namespaceLabel: '__x' }, 'namespaceLabel must have labels of letters, digits and \'_\', such as cluster, got "__x"'],
    ['a label of an alert', { alertLabels: { 1: 'x' } }, 'alertLabels must have labels of letters, digits and \'_\', such as cluster, got "1"'],
    ['a severity', { critical: 'a\nb' }, 'critical must be one line without control characters'],
  ])('%s that is none', (_, props, message) => {
    expect(() => new BackupAlerts(newChart(), 'alerts', props)).toThrow(message);
  });

  test('an age that is no number of seconds', () => {
    const chart = newChart();
    const construct = new BackupAlerts(chart, 'alerts');
    expect(() => construct.watch(foreign(chart), { olderThan: Duration.millis(1) })).toThrow('olderThan must be a whole number of seconds of at least 1');
  });

  test('a schedule that is none', () => {
    const chart = newChart();
    expect(() => rulesFor(chart, foreign(chart, { schedule: Cron.schedule({ minute: '61' }).expressionString }))).toThrow('schedule: minute must be within 0 and 59');
  });
});
