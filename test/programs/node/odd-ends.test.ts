import { mkdirSync } from 'fs';
import { ApiServer, kubeletOf } from '../../support/api-server/api-server';
import { MaintainedNode } from '../../support/maintenance/maintained-node';
import { asRoot } from '../../support/pod/as-root';
import { sleep, until } from '../../support/wait';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';

/** Refuses every change of a cordon, as a webhook or a change freeze does. */
const FREEZE = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: cordons}
spec:
  failurePolicy: Fail
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [UPDATE], resources: [nodes]}]}
  validations: [{expression: "(has(object.spec.unschedulable) && object.spec.unschedulable) == (has(oldObject.spec.unschedulable) && oldObject.spec.unschedulable)", message: "change freeze"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: cordons}
spec: {policyName: cordons, validationActions: [Deny]}
`;

describeWithTools('work on a node that does not go by the book', [...ApiServer.needs(toolchain.kubeApiserver137), toolchain.busybox], () => asRoot('work on a node that does not go by the book', () => {
  let server: ApiServer;
  let node: MaintainedNode;

  beforeAll(async () => {
    server = await ApiServer.start(toolchain.kubeApiserver137, [kubeletOf('w1')]);
  }, 120_000);
  afterAll(() => server?.destroy());
  beforeEach(async () => {
    node = await MaintainedNode.make(server, 'w1');
  });
  afterEach(async () => {
    node.destroy();
    await server.ask('delete', 'pods', '--all', '--force', '--grace-period=0');
  });

  const as = { labels: {}, annotations: {} };
  const given = { ...as, unschedulable: false };
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+/, '');
  const tell = (operation: string, verdict: string) => node.write(`operations/${operation}/record/passed-on`, `${verdict}\n`);
  const at = (operation: string, step: string) => until(`it is at ${step}`, () => node.stepOf(operation) === step, 60);

  describe('of a Node whose cordon the API server refuses to change', () => {
    const refuse = async (verb: string) => {
      await server.apply(FREEZE);
      await until('it refuses', async () => (await server.kubectl([verb, 'w1', '--dry-run=server'])).stderr.includes('change freeze'), 30);
    };
    const allow = () => server.ask('delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', 'cordons');

    test('the uncordon is tried until the Node says so', async () => {
      const result = await node.maintain('patches', { REBOOT: 'always', FAILPOINT: 'uncordon:hold' }, async () => {
        await node.held('patches', 'uncordon');
        await refuse('uncordon');
        node.release('patches', 'uncordon');
        await until('it says why', () => /not yet: the Node is uncordoned: .*change freeze/.test(node.log), 30).finally(allow);
      });
      expect(result).toMatchObject({ outcome: 'maintained' });
      expect(await node.state()).toEqual(given);
    }, 120_000);

    test('nothing is drained without a cordon', async () => {
      const result = await node.maintain('patches', { REBOOT: 'always', FAILPOINT: 'cordon:hold' }, async () => {
        await node.held('patches', 'cordon');
        await refuse('cordon');
        node.release('patches', 'cordon');
        await until('it says why', () => /not yet: the Node is cordoned: .*change freeze/.test(node.log), 30).finally(allow);
        expect(node.stepOf('patches')).toBe('reboot cordon');
      });
      expect(result).toMatchObject({ outcome: 'maintained', rebooted: true });
      expect(await node.state()).toEqual(given);
    }, 120_000);
  });

  describe('that a person has ended after the reboot', () => {
    beforeEach(async () => {
      const left = await node.maintain('patches', { REBOOT: 'always', FAILPOINT: 'ready:hold' }, async () => {
        await node.held('patches', 'ready');
        await node.abort('patches');
      });
      expect(left).toMatchObject({ outcome: 'left' });
      await sleep(1500);
    }, 120_000);
    const leftBy = (operation: string) => ({
      labels: { 'cdk8s-day2/operation': operation }, annotations: { 'cdk8s-day2/cordoned-by': operation }, unschedulable: true,
    });

    test('the next one gives all back, also where it has nothing to reboot for', async () => {
      expect(await node.maintain('again', { COMMAND: 'true' })).toMatchObject({ outcome: 'maintained', rebooted: false });
      expect(await node.state()).toEqual(given);
    }, 120_000);

    test('the next one, which fails, leaves it too, and says so', async () => {
      const result = await node.maintain('again', { COMMAND: 'exit 4' });
      expect(result).toMatchObject({ outcome: 'left', message: expect.stringContaining('the command ended with status 4') });
      expect(result.message).toContain('w1 keeps the mark of this operation, and stays as it is: w1 is cordoned');
      expect((await node.state())).toMatchObject({ annotations: { 'cdk8s-day2/cordoned-by': 'again' }, unschedulable: true });
      expect((await node.state()).labels).toMatchObject({ 'cdk8s-day2/operation': 'again' });
      expect(await node.maintain('third', {})).toMatchObject({ outcome: 'maintained' });
      expect(await node.state()).toEqual(given);
    }, 120_000);

    test('the next one, whose turn does not come, leaves it to the first one', async () => {
      const result = await node.maintain('again', { TURN: 'asked', REBOOT: 'always', WINDOW: '12', EXPECTED: '1' }, async () => {
        await at('again', 'node turn');
        tell('again', 'may');
        await at('again', 'node begin');
        tell('again', 'stay 1 w0 (other), as not more than 1 may be under way at once');
      });
      expect(result).toMatchObject({ outcome: 'not-today' });
      expect(await node.state()).toEqual(leftBy('patches'));
    }, 120_000);

    test('a cordon that a person sets later is the person\'s', async () => {
      await server.ask('uncordon', 'w1');
      await server.ask('label', 'node', 'w1', 'cdk8s-day2/operation-');
      await server.ask('cordon', 'w1');
      expect(await node.maintain('again', { REBOOT: 'always' })).toMatchObject({ outcome: 'maintained', fix: 'w1 was cordoned before, and still is: kubectl uncordon w1' });
      expect(await node.state()).toMatchObject({ unschedulable: true });
    }, 120_000);
  });

  describe('after its time', () => {
    test('does not begin, where it has waited for another operation', async () => {
      for (const folder of ['restore/record', 'restore/program']) mkdirSync(node.path('operations', folder), { recursive: true });
      node.write('operations/restore/program/restore.sh', '');
      const result = await node.maintain('firmware', { REBOOT: 'always', EXPIRES: inSeconds(3) }, async () => {
        await until('it waits', () => node.log.includes('waiting for restore'), 60);
      });
      expect(result).toMatchObject({ outcome: 'refused', message: expect.stringContaining('Nothing was changed') });
      expect(node.boots).toBe(0);
    }, 120_000);

    test('does not begin, where it was marked in time, and gives the mark back', async () => {
      const result = await node.maintain('patches', { REBOOT: 'always', TURN: 'asked', EXPIRES: inSeconds(6) }, async () => {
        await at('patches', 'node turn');
        tell('patches', 'may');
        await at('patches', 'node begin');
        tell('patches', 'stay 1 w0 (other), as not more than 1 may be under way at once');
      });
      expect(result).toMatchObject({ outcome: 'refused' });
      expect(await node.state()).toEqual(given);
    }, 120_000);
  });

  test('a Node that somebody has deleted has nothing to be given back', async () => {
    const result = await node.maintain('patches', { COMMAND: 'exit 4', FAILPOINT: 'give-back:hold' }, async () => {
      await node.held('patches', 'give-back');
      node.kubeletRuns = false;
      await server.request('DELETE', '/api/v1/nodes/w1', { gracePeriodSeconds: 0 });
      node.release('patches', 'give-back');
    });
    expect(result).toMatchObject({ outcome: 'given-back', message: expect.stringMatching(/the command ended with status 4: .*; there is no Node w1 any more/) });
  }, 120_000);

  test('a word that is older than its mark lets nobody go', async () => {
    await node.maintain('patches', { REBOOT: 'always', TURN: 'asked', FAILPOINT: 'begin:hold', EXPIRES: inSeconds(25) }, async () => {
      await at('patches', 'node turn');
      tell('patches', 'may');
      await node.held('patches', 'begin');
      tell('patches', 'go 1');
      node.kill();
      await server.ask('label', 'node', 'w1', 'cdk8s-day2/operation-', 'cdk8s-day2/at-once-', 'cdk8s-day2/mark-');
      node.release('patches', 'begin');
      await at('patches', 'node turn');
    });
    expect([node.boots, node.log.includes(' cordon: ')]).toEqual([0, false]);
  }, 120_000);

  test('what tolerates a cordon is evicted once, and is in nobody\'s way when it comes back', async () => {
    let made = 0;
    const place = () => server.request('POST', '/api/v1/namespaces/default/pods', {
      metadata: {
        name: `operator-${made++}`,
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'operator', uid: 'b9a1b5a0-0000-4000-8000-000000000000', controller: true }],
      },
      spec: { nodeName: 'w1', terminationGracePeriodSeconds: 0, tolerations: [{ operator: 'Exists' }], containers: [{ name: 'operator', image: 'operator' }] },
    });
    await place();
    let ended = false;
    const scheduler = (async () => {
      for (; !ended; await sleep(200)) if ((await server.ask('get', 'pods', '--output=name')).trim() === '') await place();
    })();
    const result = await node.maintain('patches', { REBOOT: 'always', DRAIN_TIMEOUT: '25' }).finally(() => { ended = true; });
    await scheduler;
    expect(result).toMatchObject({ outcome: 'maintained', moved: 1 });
    expect(node.log).toMatch(/these tolerate the cordon, and came back: default\/operator-1/);
  }, 120_000);
}));
