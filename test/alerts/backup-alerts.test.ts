import { readFileSync } from 'fs';
import { join } from 'path';
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
  return new ApiObject(chart, 'foreign', foreignSpec(spec));
}

function foreignSpec(spec: object = {}) {
  return { apiVersion: 'batch/v1', kind: 'CronJob', spec: { schedule: '0 3 * * *', jobTemplate: { spec: { activeDeadlineSeconds: 600 } }, ...spec } };
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
  const names = namesOf(groupsFor(chart, [maintenance]).flatMap(({ rules }) => rules));
  expect(new Set(names.map((name) => name.replace(/(TooOld|NeverSucceeded|Gone|Suspended|Failing|Running)$/, '')))).toEqual(new Set(['warning NodeMaintenance']));
  expect(names.filter((name) => name.endsWith('TooOld'))).toHaveLength(maintenance.cronJobs.length);
});

test('backups of two volumes are two things: each is critical', () => {
  const chart = newChart();
  ['near', 'far'].forEach((id) => backups(new Construct(chart, id) as Chart));
  const names = namesOf(groupsFor(chart, [chart]).flatMap(({ rules }) => rules));
  expect(names.filter((name) => name === 'critical EtcdBackupTooOld')).toHaveLength(2);
});

test('no two alerts have the same name and labels: Alertmanager would take them for one', () => {
  const chart = newChart();
  ['near', 'far'].forEach((id) => backups(new Construct(chart, id) as Chart, { nodes: SnapshotNodes.everyMember() }));
  const labels = groupsFor(chart, [chart]).flatMap(({ rules }) => rules).map((rule) => JSON.stringify([rule.alert, rule.labels]));
  expect(labels.filter((one, i) => labels.indexOf(one) !== i)).toEqual([]);
  expect(labels).toHaveLength(2 * (3 + 3 * 6));
});

test('CronJobs that are written by hand are judged each by itself, whatever stands before them', () => {
  const chart = newChart();
  const labelled = (id: string, name: string) => new ApiObject(chart, id, {
    ...foreignSpec(), metadata: { labels: { 'app.kubernetes.io/managed-by': 'cdk8s-day2', 'app.kubernetes.io/name': name } },
  });
  labelled('patches', 'node-maintenance');
  labelled('near', 'etcd-snapshot');
  labelled('far', 'etcd-snapshot');
  const names = namesOf(groupsFor(chart, [chart]).flatMap(({ rules }) => rules)).filter((name) => name.endsWith('TooOld'));
  expect(names).toEqual(['warning NodeMaintenanceTooOld', 'critical EtcdBackupTooOld', 'critical EtcdBackupTooOld']);
});

test('what only has the name of a CronJob is none', () => {
  const chart = newChart();
  new ApiObject(chart, 'other', { apiVersion: 'apps.kruise.io/v1', kind: 'CronJob', spec: {} });
  foreign(new Construct(chart, 'real'));
  expect(groupsFor(chart, [chart])).toHaveLength(1);
  expect(() => groupsFor(newChart(), [chart.node.findChild('other') as Construct])).toThrow('platform/other must have a CronJob, got none');
});

test('a schedule by a word is read, and one that begins with the controller manager needs a limit', () => {
  const chart = newChart();
  expect(limitOf(rulesFor(chart, foreign(chart, { schedule: '@daily' })), 'CronJobTooOld')).toBe(86_400 + 600 + 600);
  const every = newChart();
  const cronJob = foreign(every, { schedule: '@every 6h' });
  expect(limitOf(rulesFor(every, cronJob, { options: { olderThan: Duration.hours(8) } }), 'CronJobTooOld')).toBe(8 * 3_600);
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
  expect([limitOf(rules, 'EtcdBackupTooOld'), rules[0].annotations.summary]).toEqual([2 * 86_400, expect.stringMatching(/^no backup of the CronJob etcd-backups\/\S+ of the cluster prod is newer than 2 d$/)]);
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
  expect(spec.groups[0].rules[0].annotations.runbook_url).toBe('https://wiki/alerts#tooold');
});

test('every alert names a line to type, and a heading of the page', () => {
  const chart = newChart();
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'alerts.md'), 'utf8');
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title]) => title.toLowerCase());
  for (const { alert, annotations } of rulesFor(chart, backups(chart, { nodes: SnapshotNodes.everyMember() }))) {
    expect({ alert, ...annotations }).toMatchObject({ command: expect.stringMatching(/^kubectl -n etcd-backups \S/) });
    const [url, heading] = annotations.runbook_url.split('#');
    expect(url).toMatch(/\/docs\/alerts\.md$/);
    expect(headings).toContain(heading);
    expect(alert.toLowerCase()).toMatch(new RegExp(`${heading}$`));
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
    })).toThrow(/the CronJob etcd-backups\/platform-foreign-\w+ must be watched once, got twice: platform\/alerts would say everything twice/);
  });

  test('a CronJob without a namespace', () => {
    const chart = newChart('');
    const construct = new BackupAlerts(chart, 'alerts');
    construct.watch(foreign(chart));
    expect(() => construct.rules.toJson()).toThrow(/the CronJob platform-foreign-\w+ must have a namespace, got none: give its Chart a namespace/);
  });

  test.each([
    ['a schedule that leaves out more than a year', { schedule: '0 0 29 2 *' }],
    ['a schedule that begins with the controller manager', { schedule: '@every 6h' }],
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

  test.each<[string, object, string]>([
    ['the namespace', { selector: { namespace: 'x' } }, 'selector must not have the label namespace, got "x": the rules say it themselves'],
    ['the CronJob', { selector: { cronjob: 'x' } }, 'selector must not have the label cronjob'],
    ['the severity', { alertLabels: { severity: 'x' } }, 'alertLabels must not have the label severity'],
    ['a template', { alertLabels: { team: '{{' } }, 'team must be plain text, got "{{": leave out the braces'],
    ['a template in an address', { runbookUrl: 'https://{{ $x }}' }, 'runbookUrl must be plain text'],
  ])('labels that say %s', (_, props, message) => {
    expect(() => new BackupAlerts(newChart(), 'alerts', props)).toThrow(message);
  });

  test('an age that the schedule itself reaches', () => {
    const chart = newChart();
    expect(() => rulesFor(chart, foreign(chart), { options: { olderThan: Duration.hours(20) } }))
      .toThrow(/olderThan must be more than 1 d for the CronJob platform-foreign-\w+, got 20 h: its schedule leaves so much between two runs/);
  });

  test('a CronJob whose success may not be noted', () => {
    const chart = newChart();
    expect(() => rulesFor(chart, foreign(chart, { successfulJobsHistoryLimit: 0 })))
      .toThrow(/must keep a successful Job, got successfulJobsHistoryLimit 0: set it to 1 or more/);
  });

  test('an age that is no number of seconds', () => {
    const chart = newChart();
    const construct = new BackupAlerts(chart, 'alerts');
    expect(() => construct.watch(foreign(chart), { olderThan: Duration.millis(1) })).toThrow('olderThan must be a whole number of seconds of at least 1');
  });

  test('a schedule that is none', () => {
    const chart = newChart();
    expect(() => rulesFor(chart, foreign(chart, { schedule: Cron.schedule({ minute: '61' }).expressionString }))).toThrow(/the schedule of the CronJob platform-foreign-\w+: minute must be within 0 and 59/);
  });
});
