import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Gate } from '../../../src/upgrade/gate';
import { Prometheus } from '../../support/alerts/prometheus';
import { ApiServer } from '../../support/api-server/api-server';
import { NodeTurn } from '../../support/turn/node-turn';
import { Nodes } from '../../support/turn/nodes';
import { grantTurn, TURN } from '../../support/turn/rights';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';

const VOLUMES = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'volumes.longhorn.io' },
  spec: {
    group: 'longhorn.io',
    scope: 'Namespaced',
    names: { plural: 'volumes', singular: 'volume', kind: 'Volume', listKind: 'VolumeList' },
    versions: [{ name: 'v1beta2', served: true, storage: true, schema: { openAPIV3Schema: { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
  },
};

/** What Prometheus answers: how often the alert fires that always does, and which others. */
function answer(heartbeats: number, ...alerts: string[]): string {
  const result = [
    ...alerts.map((alertname) => ({ metric: { __name__: 'ALERTS', alertname, alertstate: 'firing', severity: 'critical' }, value: [1.5, '1'] })),
    ...heartbeats > 0 ? [{ metric: {}, value: [1.5, String(heartbeats)] }] : [],
  ];
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
}

describeWithTools('what else must hold before another node goes', [...ApiServer.needs(toolchain.kubeApiserver137), toolchain.busybox, toolchain.prometheus], () => {
  let folder: string;
  let server: ApiServer;
  let turn: NodeTurn | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-gates-'));
    server = await ApiServer.start(toolchain.kubeApiserver137, [TURN]);
    await grantTurn(server);
    const nodes = new Nodes(server);
    await nodes.set('cp1', { version: '1.35.4' });
    await nodes.setControlPlane('cp1', '1.35.4');
    await nodes.set('w1', { version: '1.34.4' });
    await server.createNamespace('longhorn-system', 'monitoring');
  }, 120_000);
  afterAll(async () => {
    await server?.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => turn?.end());

  const ask = (gates: Gate[], kubectl?: string): NodeTurn => turn = new NodeTurn(folder, server.kubeconfigOf(TURN), {
    SELF: 'w1', OPERATION: 'upgrade-to-1.35.4', TO: '1.35.4', FIRST: 'cp1', GATES: gates.map(({ _line }) => _line).join('\n'),
  }, kubectl);

  /** The rights that the construct grants for a gate. */
  async function grant(name: string, { _rule: { namespace = 'default', resources, apiGroups, resourceNames = [], verbs } }: Gate): Promise<void> {
    await server.apply(JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name, namespace }, rules: [{ apiGroups, resources, verbs, ...resourceNames.length > 0 && { resourceNames } }] },
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'RoleBinding',
          metadata: { name, namespace },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
          subjects: [{ kind: 'ServiceAccount', namespace: 'kube-system', name: 'turn' }],
        },
      ],
    }));
  }

  /** The folder of a kubectl that answers what is asked of a `$path` by a command, and passes on what else is asked. */
  function kubectlThat(command: string): string {
    const bin = mkdtempSync(join(folder, 'kubectl-'));
    writeFileSync(join(bin, 'kubectl'), `#!/bin/sh
for path; do case $path in /api/*) exec ${command} ;; esac; done
exec '${toolchain.kubectl.path()}' "$@"
`, { mode: 0o755 });
    return bin;
  }

  const setVolume = (name: string, state: string, robustness: string) => server.apply(JSON.stringify({
    apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', metadata: { name, namespace: 'longhorn-system' }, status: { state, robustness },
  }));

  test('storage that rebuilds holds the next node: from no kind, no rights, no volume and a degraded one to a healthy one', async () => {
    const gate = Gate.longhornVolumes();
    const asked = ask([gate]);
    await asked.says(/^wait volumes\.longhorn\.io, which can't be listed: .*the server doesn't have a resource type "volumes"/);
    await server.apply(JSON.stringify(VOLUMES));
    await asked.says(/^wait volumes\.longhorn\.io, which can't be listed: .*forbidden/);
    await grant('volumes', gate);
    await asked.says('wait volumes.longhorn.io: none is found in the namespace longhorn-system');
    await setVolume('pvc-1', 'attached', 'healthy');
    await asked.says('may');
    await setVolume('pvc-2', 'attached', 'degraded');
    await asked.says('wait volumes.longhorn.io: longhorn-system/pvc-2 attached degraded is not attached healthy, or detached healthy, or detached unknown');
    await setVolume('pvc-2', 'detached', 'unknown');
    await asked.says('may');
    // What has no status yet is not healthy.
    await server.apply(JSON.stringify({ apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', metadata: { name: 'pvc-3', namespace: 'longhorn-system' } }));
    await asked.says(/^wait volumes\.longhorn\.io: longhorn-system\/pvc-3 +is not attached healthy/);
    await server.ask('delete', 'volumes.longhorn.io', 'pvc-3', '--namespace=longhorn-system');
    await asked.says('may');
  }, 120_000);

  test('of several gates each must be open', async () => {
    const open = Gate.resources({ resource: 'configmaps', namespace: 'one', value: '{.data.phase}', expected: ['on', 'ready to go'] });
    const closed = Gate.resources({ resource: 'configmaps', namespace: 'two', value: '{.data.phase}', expected: ['on'] });
    await server.createNamespace('one', 'two');
    await grant('configmaps', open);
    await grant('configmaps', closed);
    await server.ask('create', 'configmap', 'phase', '--namespace=one', '--from-literal=phase=ready to go');
    const asked = ask([open, closed]);
    await asked.says('wait configmaps: none is found in the namespace two');
    await server.ask('create', 'configmap', 'phase', '--namespace=two', '--from-literal=phase=on\ttap\nwhole');
    await asked.says(/^wait configmaps: two\/phase on tap is not on$/);
    await server.ask('patch', 'configmap', 'phase', '--namespace=two', '--patch', '{"data":{"phase":"on"}}');
    await asked.says('may');
    await asked.end();
    const none = Gate.resources({ resource: 'endpoints', namespace: 'two', value: '{.data.a}', expected: ['a'], mayBeNone: true });
    await grant('endpoints', none);
    await ask([open, closed, none]).says('may');
  }, 120_000);

  test('of the API server\'s Services, Prometheus and no other is reached', async () => {
    const gate = Gate.noFiringAlerts();
    const asked = ask([gate]);
    await asked.says(/^wait the alerts of monitoring\/prometheus-k8s, which can't be asked: .*forbidden/);
    await grant('prometheus', gate);
    await asked.says(/^wait the alerts of monitoring\/prometheus-k8s, which can't be asked: .*not ?found/i);
    await asked.end();
    await ask([Gate.noFiringAlerts({ service: 'alertmanager' })]).says(/^wait the alerts of monitoring\/alertmanager, which can't be asked: .*forbidden/);
  }, 120_000);

  test.each<[string, string, RegExp | string]>([
    ['nothing fires', answer(1), 'may'],
    ['nothing fires, and the answer has blanks and lines', JSON.stringify(JSON.parse(answer(1)), null, 2), 'may'],
    ['alerts fire', answer(1, 'KubeNodeNotReady', 'etcdMembersDown'), 'wait these alerts of monitoring/prometheus-k8s: KubeNodeNotReady etcdMembersDown'],
    ['it evaluates no rules', answer(0), /^wait monitoring\/prometheus-k8s, in which the alert that always fires does not: /],
    ['alerts fire, and nobody knows whether all rules are evaluated', answer(0, 'KubeNodeNotReady'), /^wait monitoring\/prometheus-k8s, in which the alert that always fires does not: /],
    ['an alert without a name fires', answer(1, 'x').replace('"alertname":"x",', ''), 'wait these alerts of monitoring/prometheus-k8s: one without a name'],
    ['it has an empty list of warnings', answer(1).replace(/}$/, ',"warnings":[],"infos":null}'), 'may'],
    ['it does not understand', '{"status":"error","errorType":"bad_data","error":"parse error"}', /^wait the alerts of monitoring\/prometheus-k8s, which answers: \{"status":"error"/],
    ['something else answers', '<html>\nLog in</html>', 'wait the alerts of monitoring/prometheus-k8s, which answers: <html>'],
    ['nothing comes', '', 'wait the alerts of monitoring/prometheus-k8s, which answers:'],
    ['it knows only a part', answer(1).replace('"success"', '"success","isPartial":true'), /^wait the alerts of monitoring\/prometheus-k8s, which has only a part of them/],
    ['it warns', answer(1).replace(/}$/, ',"warnings":["a store is away"]}'), /^wait the alerts of monitoring\/prometheus-k8s, which has only a part of them/],
  ])('Prometheus: %s', async (_, said, verdict) => {
    writeFileSync(join(folder, 'answer'), said);
    await ask([Gate.noFiringAlerts()], kubectlThat(`cat '${folder}/answer'`)).says(verdict);
  }, 60_000);

  test('a real Prometheus: from none, no rules and an alert that fires to one that only the future has', async () => {
    const prometheus = await Prometheus.start(join(folder, 'prometheus'));
    try {
      const watchdog = { alert: 'Watchdog', expr: 'vector(1)', labels: { severity: 'none' } };
      const down = { alert: 'etcdMembersDown', expr: 'vector(1)', labels: { severity: 'critical' } };
      // As the API server does it, which passes on what stands behind `proxy`.
      const asked = ask([Gate.noFiringAlerts()], kubectlThat(`curl -sS --fail --noproxy '*' "${prometheus.url}\${path#*/proxy}"`));
      await asked.says(/^wait monitoring\/prometheus-k8s, in which the alert that always fires does not: /);
      await prometheus.evaluate(watchdog);
      await asked.says('may');
      await prometheus.evaluate(watchdog, down);
      await asked.says('wait these alerts of monitoring/prometheus-k8s: etcdMembersDown');
      await prometheus.evaluate(watchdog, { ...down, alert: 'etcdDatabaseMayFill', for: '1h' });
      await asked.says('may');
      await prometheus.stop();
      await asked.says(/^wait the alerts of monitoring\/prometheus-k8s, which can't be asked: /);
    } finally {
      await prometheus.stop();
    }
  }, 180_000);
});
