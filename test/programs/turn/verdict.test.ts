import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { ApiServer } from '../../support/api-server/api-server';
import { NodeTurn } from '../../support/turn/node-turn';
import { Nodes } from '../../support/turn/nodes';
import { grantTurn, TURN } from '../../support/turn/rights';
import { sleep } from '../../support/wait';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';

const TO = '1.35.4';
const OLD = '1.34.4';
const OPERATION = 'upgrade-to-1.35.4';
const mark = (at: string, operation = OPERATION, number = '1') => ({ 'cdk8s-day2/operation': operation, 'cdk8s-day2/at-once': at, 'cdk8s-day2/mark': number });

describeWithTools('whether it is the turn of a node', [...ApiServer.needs(toolchain.kubeApiserver137), toolchain.busybox], () => {
  let folder: string;
  let server: ApiServer;
  let nodes: Nodes;
  let turn: NodeTurn | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-turn-'));
    server = await ApiServer.start(toolchain.kubeApiserver137, [TURN]);
    nodes = new Nodes(server);
    await grantTurn(server);
  }, 120_000);
  afterAll(async () => {
    await server?.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await server.ask('delete', 'nodes', '--all');
    for (const node of ['cp1', 'cp2']) {
      await nodes.set(node, { version: TO });
      await nodes.setControlPlane(node, TO);
    }
    for (const node of ['w1', 'w2', 'w3']) await nodes.set(node, { version: OLD });
  });
  afterEach(() => turn?.end());

  const ask = (self: string, inputs: Record<string, string>): NodeTurn =>
    turn = new NodeTurn(folder, server.kubeconfigOf(TURN), { SELF: self, OPERATION, TO, ...inputs });

  const worker = (self: string, ahead: string, atOnce = '1', inputs: Record<string, string> = {}) =>
    ask(self, { FIRST: 'cp1 cp2', AHEAD: ahead, AT_ONCE: atOnce, ...inputs });

  test('the first worker goes when all control planes are done, and only with its own mark', async () => {
    const asked = worker('w1', '');
    await asked.says('may');
    await nodes.set('w1', { version: OLD, labels: mark('1') });
    await asked.says('go 1');
    // From now on it may be at work, and be the reason itself.
    await nodes.setControlPlane('cp2', TO, ['kube-apiserver']);
    await sleep(4000);
    expect(asked.verdict).toBe('go 1');
    await nodes.set('w1', { version: OLD, labels: mark('1', OPERATION, '2') });
    await asked.says('back 2 these to be Ready: kube-apiserver on cp2');
    expect(asked.log).toContain('it is the turn of w1');
  }, 60_000);

  test('a worker waits while a control plane has an old component, though its kubelet is new', async () => {
    await nodes.setControlPlane('cp2', OLD);
    const asked = worker('w1', '');
    await asked.says('wait cp2, on which these are not ready as 1.35.4: kube-apiserver kube-controller-manager kube-scheduler');
    await nodes.setControlPlane('cp2', TO, ['etcd']);
    await asked.says('wait these to be Ready: etcd on cp2');
    await nodes.setControlPlane('cp2', TO);
    await asked.says('may');
  }, 60_000);

  test.each<[string, () => Promise<void>, RegExp]>([
    ['is old', async () => {}, /^wait w1, which runs v1\.34\.4$/],
    ['is not Ready', () => nodes.set('w1', { version: TO, ready: 'Unknown' }), /^wait w1, which is not Ready$/],
    ['is under way', () => nodes.set('w1', { version: TO, labels: mark('1') }), /^wait w1, on which upgrade-to-1\.35\.4 is under way$/],
    ['is gone', async () => void await server.ask('delete', 'node', 'w1'), /^wait w1: Error from server \(NotFound\): nodes "w1" not found$/],
  ])('it waits for a node before it that %s', async (_, act, expected) => {
    await act();
    const asked = worker('w2', 'w1');
    await asked.says(expected);
    await nodes.set('w1', { version: TO });
    await asked.says('may');
  }, 60_000);

  test('a node that is replaced waits until the other one runs the new version and takes pods', async () => {
    const asked = worker('w1', '', '1', { REPLACED: 'w1=w4', REPLACED_BY: 'w4' });
    await asked.says(/^wait w4: .*NotFound/);
    await nodes.set('w4', { version: OLD });
    await asked.says('wait w4, which runs v1.34.4');
    await nodes.set('w4', { version: TO });
    await server.ask('taint', 'node', 'w4', 'example.com/disk=slow:PreferNoSchedule', 'node.cilium.io/agent-not-ready=:NoSchedule');
    await asked.says('wait w4, which takes the place of w1, and has these taints: node.cilium.io/agent-not-ready=:NoSchedule');
    // A taint that both have is meant.
    await server.ask('taint', 'node', 'w1', 'node.cilium.io/agent-not-ready=:NoSchedule');
    await asked.says('may');
    for (const node of ['w1', 'w4']) await server.ask('taint', 'node', node, 'node.kubernetes.io/unschedulable=:NoSchedule');
    await asked.says('wait w4, which takes the place of w1, and has these taints: node.kubernetes.io/unschedulable=:NoSchedule');
    await server.ask('taint', 'node', 'w4', 'node.kubernetes.io/unschedulable-');
    await asked.says('may');
  }, 60_000);

  test('those behind it wait until it is retired, or deleted, and as long as its replacement serves', async () => {
    const retired = async (by: string, labels = {}) => {
      await nodes.set('w1', { version: OLD, labels, annotations: { 'cdk8s-day2/retired': by } });
      await server.ask('cordon', 'w1');
    };
    await nodes.set('w4', { version: TO });
    const asked = worker('w2', 'w1', '1', { REPLACED: 'w1=w4' });
    await asked.says('wait w1, which is not retired yet');
    await retired('w4', mark('1'));
    await asked.says('wait w1, on which upgrade-to-1.35.4 is under way');
    await retired('w4');
    await asked.says('may');
    // By another node, in an earlier upgrade.
    await retired('w3');
    await asked.says('wait w1, which is not retired yet');
    await retired('w4');
    await asked.says('may');
    // It takes pods again.
    await server.ask('uncordon', 'w1');
    await asked.says('wait w1, which is not retired yet');
    await server.ask('delete', 'node', 'w1');
    await asked.says('may');
    await nodes.set('w4', { version: TO, ready: 'False' });
    await asked.says('wait w4, which is not Ready');
    await nodes.set('w4', { version: TO });
    await asked.says('may');
    // It was installed anew under its name, or upgraded by a person.
    await nodes.set('w1', { version: OLD });
    await asked.says('wait w1, which is not retired yet');
    await nodes.set('w1', { version: TO });
    await asked.says('may');
  }, 120_000);

  test('it waits until the node before it has been Ready for long enough', async () => {
    await nodes.set('w1', { version: TO });
    const asked = worker('w2', 'w1', '1', { SETTLE: '5' });
    await asked.says('wait w1, which has been Ready for less than 5 s');
    await asked.says('may');
  }, 60_000);

  test('with two at once, it goes beside one that is under way, and not beside two', async () => {
    await nodes.set('w1', { version: OLD, labels: mark('2') });
    const asked = worker('w2', 'w1', '2');
    await asked.says('may');
    await asked.end();
    await worker('w3', 'w1 w2', '2').says('wait w1, on which upgrade-to-1.35.4 is under way');
  }, 60_000);

  test('another operation\'s mark counts, and of what each allows, the least', async () => {
    const asked = worker('w2', '', '3');
    await nodes.set('w3', { version: OLD, labels: mark('1', 'patches-2026') });
    await asked.says('wait w3 (patches-2026), as not more than 1 may be under way at once');
    await nodes.set('w3', { version: OLD, labels: mark('2', 'patches-2026') });
    await asked.says('may');
  }, 60_000);

  test('of two that are marked, the first by name stays, and the other one gives way', async () => {
    await nodes.set('w1', { version: OLD, labels: mark('1', 'patches-2026') });
    await nodes.set('w2', { version: OLD, labels: mark('1', OPERATION, '7') });
    const second = worker('w2', '');
    await second.says(/^back 7 w1 \(patches-2026\)/);
    await second.end();
    const first = ask('w1', { OPERATION: 'patches-2026', FIRST: 'cp1 cp2' });
    await first.says(/^stay 1 w2 \(upgrade-to-1\.35\.4\)/);
    await nodes.set('w2', { version: OLD });
    await first.says('go 1');
  }, 60_000);

  test('a mark is taken back when the order does not allow it any more', async () => {
    await nodes.set('w2', { version: OLD, labels: mark('1') });
    await worker('w2', 'w1').says(/^back 1 w1, which runs/);
  }, 60_000);

  test('people pause it by the ConfigMap, and one that is gone is no yes', async () => {
    const asked = worker('w1', '', '1', { CONTROL: 'control' });
    await asked.says(/^wait the ConfigMap control, by which people pause: .*NotFound/);
    await server.ask('create', 'configmap', 'control', '--from-literal=pause=true', '--from-literal=pauseBefore=');
    await asked.says(/^wait somebody, as control has "pause: true"/);
    await server.ask('patch', 'configmap', 'control', '--patch', '{"data":{"pause":"false","pauseBefore":"w1"}}');
    await asked.says(/^wait somebody, as control has "pauseBefore: w1"/);
    // Also those that may go beside it.
    await worker('w2', 'w1', '2', { CONTROL: 'control' }).says(/^wait somebody, as control has "pauseBefore: w1"/);
    await server.ask('patch', 'configmap', 'control', '--patch', '{"data":{"pauseBefore":"w2"}}');
    await asked.says('may');
  }, 60_000);

  test('it waits for a Job to be complete, and says when that has failed', async () => {
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'snapshot' }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] } } } };
    const asked = worker('w1', '', '1', { AFTER_JOBS: 'snapshot' });
    await asked.says(/^wait the Job snapshot: .*NotFound/);
    await server.apply(JSON.stringify(job));
    await asked.says('wait the Job snapshot');
    const end = (type: string) => server.ask('patch', 'job', 'snapshot', '--subresource=status', '--type=merge', '--patch', JSON.stringify({
      status: {
        startTime: '2026-11-27T00:00:00Z',
        ...type === 'Complete' && { completionTime: '2026-11-27T00:01:00Z', succeeded: 1 },
        conditions: [`${type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget'}`, type].map((each) => ({ type: each, status: 'True' })),
      },
    }));
    await end('Failed');
    await asked.says('wait the Job snapshot, which failed: kubectl logs job/snapshot');
    await server.ask('delete', 'job', 'snapshot');
    await server.apply(JSON.stringify(job));
    await end('Complete');
    await asked.says('may');
  }, 60_000);

  test('an API server that does not answer is no yes', async () => {
    const asked = ask('w1', { FIRST: 'cp1 cp2', KUBECONFIG: '/nonexistent' });
    await asked.says(/^wait the marks of nodes, which can't be read/);
  }, 60_000);

  describe('in a run of a schedule', () => {
    const minutes = Math.floor(Date.now() / 60_000) - 5;
    const run = (minutesAgo: number) => new Date((minutes - minutesAgo) * 60_000).toISOString().replace(/[-:]/g, '').replace(/\d\d\.\d+Z/, 'Z');
    const set = (node: string, minutesAgo?: number, state: { ready?: 'True' | 'False'; labels?: Record<string, string> } = {}) => nodes.set(node, {
      version: OLD, ...state, annotations: minutesAgo === undefined ? {} : { 'maintained.cdk8s-day2/patches': run(minutesAgo), 'maintained.cdk8s-day2/other': run(-9) },
    });
    const maintained = (self: string, ahead: string, behind: string, inputs: Record<string, string> = {}) =>
      ask(self, { OPERATION: `platform-patches-${minutes}`, TO: '', SERIES: 'patches', FIRST: 'cp1 cp2', AHEAD: ahead, BEHIND: behind, ...inputs });
    const week = 7 * 24 * 60;

    beforeEach(() => Promise.all(['cp1', 'cp2'].map((node) => set(node, 0))));

    test('a control plane that has not done it comes first, whatever versions run', async () => {
      await set('cp2', week);
      const asked = maintained('w1', '', 'w2 w3');
      await asked.says(`wait cp2, which has not done the run of ${run(0)} yet`);
      await set('cp2', 0);
      await asked.says('may');
    }, 60_000);

    test('workers go in their order, and one that has done it must be Ready', async () => {
      const asked = maintained('w2', 'w1', 'w3');
      await asked.says(`wait w1, which has not done the run of ${run(0)} yet`);
      await set('w1', 0, { ready: 'False' });
      await asked.says('wait w1, which is not Ready');
      await set('w1', 0);
      await asked.says('may');
    }, 60_000);

    test('one whose latest run is longer ago goes before, as the last window was too short for it', async () => {
      await set('w1', week);
      await set('w2', week);
      await set('w3', 2 * week);
      await maintained('w1', '', 'w2 w3').says(`wait w3, which has not done the run of ${run(0)} yet`);
      await turn!.end();
      await maintained('w3', 'w1 w2', '').says('may');
    }, 60_000);

    test('what a person has begun outside of the schedule has no order, but marks count', async () => {
      const asked = maintained('w3', 'w1 w2', '', { OPERATION: 'by-hand' });
      await asked.says('may');
      await set('w1', week, { labels: mark('1') });
      await asked.says(/^wait w1 \(upgrade-to-1\.35\.4\), as not more than 1/);
    }, 60_000);
  });
});
