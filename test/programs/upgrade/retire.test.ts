import { writeFileSync } from 'fs';
import { ApiServer, kubeletOf } from '../../support/api-server/api-server';
import { MaintainedNode } from '../../support/maintenance/maintained-node';
import { addPod, PodOnNode, podsIn } from '../../support/maintenance/pods-on-node';
import { asRoot } from '../../support/pod/as-root';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';

const REPLACED = { TO: '1.36.3', REPLACED_BY: 'w4' };

describeWithTools('a worker whose place another node has taken', [...ApiServer.needs(toolchain.kubeApiserver137), toolchain.busybox], () => asRoot('a worker whose place another node has taken', () => {
  let server: ApiServer;
  let node: MaintainedNode;

  beforeAll(async () => {
    server = await ApiServer.start(toolchain.kubeApiserver137, [kubeletOf('w1')]);
  }, 120_000);
  afterAll(() => server?.destroy());
  beforeEach(async () => {
    node = await MaintainedNode.make(server, 'w1');
    node.does = 'upgrade-node.sh';
  });
  afterEach(async () => {
    node.destroy();
    await server.ask('delete', 'pods,pdb,events', '--all', '--force', '--grace-period=0');
  });

  const pod = (name: string, changes?: PodOnNode) => addPod(server, name, changes);
  const pods = () => podsIn(server);
  const served = { labels: {}, annotations: {}, unschedulable: false };

  test('its pods are moved, and it stays cordoned, with its mark taken away', async () => {
    await pod('web-1');
    await pod('agent', { owner: 'DaemonSet' });
    const result = await node.maintain('upgrade', REPLACED);
    expect(result).toMatchObject({ outcome: 'retired', moved: 1, message: 'w1 is retired, and w4 has taken its place: 1 pods were moved', fix: expect.stringContaining('kubectl delete node w1') });
    expect(await pods()).toEqual(['pod/agent']);
    expect(await node.state()).toEqual({ labels: {}, annotations: { 'cdk8s-day2/retired': 'w4', 'cdk8s-day2/cordoned-by': 'upgrade' }, unschedulable: true });

    // A Job that is made anew changes nothing.
    const before = await node.state();
    expect(await node.maintain('again', REPLACED)).toMatchObject({ outcome: 'retired', message: 'w1 was retired before: nothing was changed' });
    expect(await node.state()).toEqual(before);
    // Unless there are pods again.
    await pod('web-2');
    expect(await node.maintain('once-more', REPLACED)).toMatchObject({ outcome: 'retired', moved: 1 });
    expect(await pods()).toEqual(['pod/agent']);
  });

  test('what an earlier retirement has said does not outlive the cordon of the next one', async () => {
    await server.ask('annotate', 'node', 'w1', 'cdk8s-day2/retired=w3');
    await pod('web-1');
    const held = async () => {
      await node.held('upgrade', 'drain');
      expect((await node.state()).annotations).toEqual({ 'cdk8s-day2/cordoned-by': 'upgrade' });
      node.release('upgrade', 'drain');
    };
    expect(await node.maintain('upgrade', { ...REPLACED, FAILPOINT: 'drain:hold' }, held)).toMatchObject({ outcome: 'retired' });
    expect((await node.state()).annotations).toMatchObject({ 'cdk8s-day2/retired': 'w4' });
  });

  test('a Node that is uncordoned right before its end is cordoned and drained again', async () => {
    const held = async () => {
      await node.held('upgrade', 'retire');
      await server.ask('uncordon', 'w1');
      await pod('web-1');
      node.release('upgrade', 'retire');
    };
    expect(await node.maintain('upgrade', { ...REPLACED, FAILPOINT: 'retire:hold' }, held)).toMatchObject({ outcome: 'retired', moved: 1 });
    expect(await node.state()).toMatchObject({ unschedulable: true });
    expect(await pods()).toEqual([]);
  });

  test('a Node that was deleted before its end is retired, too', async () => {
    const held = async () => {
      await node.held('upgrade', 'retire');
      node.kubeletRuns = false;
      await server.ask('delete', 'node', 'w1');
      node.release('upgrade', 'retire');
    };
    expect(await node.maintain('upgrade', { ...REPLACED, FAILPOINT: 'retire:hold' }, held)).toMatchObject({ outcome: 'retired', message: expect.stringContaining('there is no Node w1 any more') });
  });

  test.each(['every:kill', 'every:redo'])('with %s: the same', async (FAILPOINT) => {
    await pod('web-1');
    expect(await node.maintain('upgrade', { ...REPLACED, FAILPOINT })).toMatchObject({ outcome: 'retired', moved: 1 });
    expect(await node.state()).toEqual({ labels: {}, annotations: { 'cdk8s-day2/retired': 'w4', 'cdk8s-day2/cordoned-by': 'upgrade' }, unschedulable: true });
  }, 150_000);

  test('a plan changes nothing', async () => {
    await pod('web-1');
    expect(await node.maintain('upgrade.dry-run', { ...REPLACED, DRY_RUN: '1' })).toMatchObject({ outcome: 'planned', message: 'w1 can be retired, once w4 takes its pods. Its drain would move 1 pods' });
    expect(await node.state()).toEqual(served);
    expect(await pods()).toEqual(['pod/web-1']);
  });

  test('pods that a drain would lose are named, and the node serves as before', async () => {
    await pod('alone', { owner: '' });
    expect(await node.maintain('upgrade', REPLACED)).toMatchObject({ outcome: 'given-back', message: expect.stringContaining('no controller makes these pods anew: default/alone') });
    expect(await node.state()).toEqual(served);
  });

  test('a budget that never lets go: the node is given back', async () => {
    await pod('web-1');
    await server.apply(JSON.stringify({
      apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace: 'default' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
    }));
    const result = await node.maintain('upgrade', { ...REPLACED, DRAIN_TIMEOUT: '3' });
    expect(result).toMatchObject({ outcome: 'given-back', message: expect.stringMatching(/after 3 s these pods are still on w1: default\/web-1.*w1 serves as before/s) });
    expect(await node.state()).toEqual(served);
    expect(await pods()).toEqual(['pod/web-1']);
  });

  test('a control plane is not retired', async () => {
    await server.ask('label', 'node', 'w1', 'node-role.kubernetes.io/control-plane=');
    writeFileSync(node.path('manifests', 'kube-apiserver.yaml'), '');
    expect(await node.maintain('upgrade', REPLACED)).toMatchObject({ outcome: 'given-back', message: expect.stringContaining('w1 is a control plane, and only workers are replaced like this') });
    expect(await node.state()).toMatchObject({ annotations: {}, unschedulable: false });
  });
}));
