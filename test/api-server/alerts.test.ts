import { Yaml } from 'cdk8s';
import { BackupAlerts } from '../../src/alerts/backup-alerts';
import { BackupAlertsProps } from '../../src/alerts/backup-alerts-props';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { backups, newChart } from '../alerts/alerts-fixtures';
import { ApiServer } from '../support/api-server/api-server';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const ALL_PROPS: Required<BackupAlertsProps> = {
  ruleLabels: { release: 'monitoring' },
  plainRules: false,
  selector: { cluster: 'prod' },
  namespaceLabel: 'exported_namespace',
  critical: 'page',
  warning: 'ticket',
  alertLabels: { team: 'platform' },
  runbookUrl: 'https://wiki.example.com/alerts',
};

function manifests(props: BackupAlertsProps): string {
  const chart = newChart();
  const alerts = new BackupAlerts(chart, 'alerts', props);
  alerts.watch(backups(chart, { nodes: SnapshotNodes.everyMember() }));
  return Yaml.stringify(alerts.rules.toJson());
}

for (const tool of [toolchain.kubeApiserver128, toolchain.kubeApiserver137]) {
  describeWithTools(`alerts on ${tool.title}, with the operator's own definition`, [...ApiServer.needs(tool), toolchain.prometheusOperator], () => {
    let server: ApiServer;
    beforeAll(async () => {
      server = await ApiServer.start(tool);
      await server.define(toolchain.prometheusOperator.path('prometheusrules.yaml'));
    });
    afterAll(() => server?.destroy());

    test.each([['a PrometheusRule', ALL_PROPS], ['a ConfigMap', { ...ALL_PROPS, plainRules: true }]])('are taken as %s', async (_, props) => {
      expect(await server.dryRunApply(manifests(props))).toMatchObject({ exitCode: 0, stderr: '' });
    });

    test('would be refused with a field that no rule has', async () => {
      const { exitCode, stderr } = await server.dryRunApply(manifests(ALL_PROPS).replace(/expr:/, 'expression:'));
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(/unknown field "spec.groups\[0\].rules\[0\].expression"/) });
    });
  });
}
