import { mkdirSync } from 'fs';
import { ApiServer, kubeletOf } from '../../support/api-server/api-server';
import { MaintainedNode, OLD_KERNEL } from '../../support/maintenance/maintained-node';
import { addPod, PodOnNode, podsIn } from '../../support/maintenance/pods-on-node';
import { asRoot } from '../../support/pod/as-root';
import { sleep, until } from '../../support/wait';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';

const NEW_KERNEL = '6.1.0-21-amd64';

describeWithTools('the maintenance of a node', [...ApiServer.needs(toolchain.kubeApiserver137), toolchain.busybox], () => asRoot('the maintenance of a node', () => {
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
    await server.ask('delete', 'pods,pdb,events', '--all', '--force', '--grace-period=0');
  });

  const pod = (name: string, changes?: PodOnNode) => addPod(server, name, changes);
  const pods = () => podsIn(server);
  /** What the Node says, in the order in which it was said. */
  async function events(): Promise<string[]> {
    const { items } = JSON.parse(await server.ask('get', 'events', '--sort-by=.metadata.resourceVersion', '--field-selector=involvedObject.kind=Node,involvedObject.name=w1', '--output=json'));
    return items.sort((a: any, b: any) => a.metadata.resourceVersion - b.metadata.resourceVersion).map(({ type, reason, message }: any) => `${type} ${reason} ${message}`);
  }
  const unmarked = { labels: {}, unschedulable: false };

  test('reboots once, with its pods moved, and is as before', async () => {
    await pod('web-1');
    await pod('agent', { owner: 'DaemonSet' });
    node.installKernel(NEW_KERNEL);
    const result = await node.maintain('patches', { COMMAND: `echo done >>${node.path('done')}` });
    expect(result).toMatchObject({ outcome: 'maintained', updated: 0, rebooted: true, moved: 1, fix: '' });
    expect(result.message).toContain(`it was rebooted, into the kernel ${NEW_KERNEL}: 1 pods were moved`);
    expect(node.boots).toBe(1);
    expect(await pods()).toEqual(['pod/agent']);
    expect(await node.state()).toMatchObject(unmarked);
    expect((await node.state()).annotations).toEqual({});
    expect(node.read('done')).toBe('done\n');
    expect(node.log).toContain(`w1 will be rebooted: the kernel ${NEW_KERNEL} is installed, and ${OLD_KERNEL} runs`);
    expect(await events()).toEqual(['Normal MaintenanceStarted patches: packages: none; reboot: asked', 'Normal Drained patches: 1 pods were moved', `Normal Maintained patches: ${result.message}`]);
    // Both locks of dpkg were its own when it rebooted.
    expect(node.read('calls')).toBe('rebooted with lock-frontend\nrebooted with lock\n');
  });

  test('a kernel that was replaced under its own name asks for one reboot', async () => {
    await sleep(1100);
    node.installKernel(OLD_KERNEL);
    expect(await node.maintain('patches')).toMatchObject({ outcome: 'maintained', rebooted: true });
    expect(node.log).toContain(`w1 will be rebooted: the kernel ${OLD_KERNEL} was replaced in ${node.path('boot')} since it was booted`);
    expect(await node.maintain('again')).toMatchObject({ outcome: 'maintained', rebooted: false });
    expect(node.boots).toBe(1);
  });

  test('where nothing asks for a reboot, no pod is moved and nobody cordons', async () => {
    await pod('web-1');
    expect(await node.maintain('patches', { COMMAND: 'true' })).toMatchObject({ outcome: 'maintained', rebooted: false });
    expect(node.boots).toBe(0);
    expect(node.log).not.toContain('cordon');
    expect(await pods()).toEqual(['pod/web-1']);
  });

  test.each(['every:kill', 'every:redo'])('with %s: exactly one reboot', async (FAILPOINT) => {
    await pod('web-1');
    node.write('reboot-required', '');
    expect(await node.maintain('patches', { FAILPOINT })).toMatchObject({ outcome: 'maintained', rebooted: true, moved: 1 });
    expect(node.boots).toBe(1);
    expect(await node.state()).toMatchObject(unmarked);
  }, 150_000);

  test('killed at random moments, with REBOOT=always: exactly one reboot', async () => {
    await pod('web-1');
    let ended = false;
    const enough = () => ended;
    const kills = node.killAgainAndAgain(enough, Math.random);
    const result = await node.maintain('patches', { REBOOT: 'always' }).finally(() => { ended = true; });
    expect(result).toMatchObject({ outcome: 'maintained', rebooted: true });
    expect(await kills).toBeGreaterThan(1);
    expect(node.boots).toBe(1);
    expect(await node.state()).toMatchObject(unmarked);
  }, 180_000);

  test('killed after it has asked for the reboot, it asks again, and there is one', async () => {
    node.write('goes-down-slowly', '');
    expect(await node.maintain('patches', { REBOOT: 'always' })).toMatchObject({ outcome: 'maintained', rebooted: true });
    expect(node.read('calls').split('rebooted with lock-frontend')).toHaveLength(3);
    expect(node.boots).toBe(1);
  });

  test('a node that is not Ready after its boot keeps its mark and its cordon', async () => {
    const waits = 'waiting until w1 is Ready again after its boot';
    const result = await node.maintain('patches', { REBOOT: 'always', FAILPOINT: 'reboot:hold' }, async () => {
      await node.held('patches', 'reboot');
      node.kubeletRuns = false;
      // Its last word must be older than the boot, by whole seconds.
      await sleep(2500);
      node.release('patches', 'reboot');
      await until('it waits', () => node.log.includes(waits), 60);
      expect(await node.state()).toMatchObject({ labels: { 'cdk8s-day2/operation': 'patches' }, unschedulable: true });
      node.kubeletRuns = true;
    });
    expect(result).toMatchObject({ outcome: 'maintained' });
    expect(await node.state()).toMatchObject(unmarked);
  });

  test('a power cut during the drain is the reboot', async () => {
    await pod('alone', { owner: '' });
    const result = await node.maintain('patches', { REBOOT: 'always', FAILPOINT: 'drain:hold', UNMANAGED: 'delete' }, async () => {
      await node.held('patches', 'drain');
      node.write('boot-id', 'another\n');
      node.kill();
      node.release('patches', 'drain');
    });
    expect(result).toMatchObject({ outcome: 'maintained', rebooted: true, moved: 1 });
    expect(node.boots).toBe(0);
    expect(node.read('calls')).toBe('');
  }, 120_000);

  test('its pod that carries the run of a CronJob stays', async () => {
    const operation = `patches-${Math.floor(Date.now() / 60_000)}`;
    await pod('carrier', { labels: { 'app.kubernetes.io/managed-by': 'cdk8s-day2', 'batch.kubernetes.io/job-name': operation } });
    await pod('other', { labels: { 'batch.kubernetes.io/job-name': operation } });
    await node.maintain(operation, { REBOOT: 'always', SERIES: 'patches', WINDOW: '7200' });
    expect(await pods()).toEqual(['pod/carrier']);
    // Those behind it see that it has done this run.
    expect((await node.state()).annotations['maintained.cdk8s-day2/patches']).toMatch(/^\d{8}T\d{4}Z$/);
  });

  test('a node that somebody cordoned is drained, and stays cordoned', async () => {
    await server.ask('cordon', 'w1');
    await pod('web-1');
    const result = await node.maintain('patches', { REBOOT: 'always' });
    expect(result).toMatchObject({ outcome: 'maintained', rebooted: true, moved: 1, fix: 'w1 was cordoned before, and still is: kubectl uncordon w1' });
    expect(await node.state()).toMatchObject({ labels: {}, unschedulable: true });
  });

  test('a drain that can not be done gives the node back, before any reboot', async () => {
    await pod('web-1');
    // No controller fills in its status, so it allows no disruption.
    await server.request('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', { metadata: { name: 'web' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } } });
    const result = await node.maintain('patches', { REBOOT: 'always', DRAIN_TIMEOUT: '2' });
    expect(result).toMatchObject({ outcome: 'given-back' });
    expect((await events()).at(-1)).toBe(`Warning MaintenanceFailed patches: ${result.message}`);
    expect(result.message).toMatch(/after 2 s these pods are still on w1: default\/web-1.*w1 serves as before, and it was not rebooted$/);
    expect(node.boots).toBe(0);
    expect(await pods()).toEqual(['pod/web-1']);
    expect(await node.state()).toMatchObject(unmarked);
  });

  test('a command that fails gives the node back, and nothing is moved', async () => {
    await pod('web-1');
    const result = await node.maintain('patches', { COMMAND: 'echo "E: no such disk" >&2; exit 4', REBOOT: 'always' });
    expect(result).toMatchObject({ outcome: 'given-back' });
    expect(result.message).toContain('the command ended with status 4: E: no such disk: w1 serves as before');
    expect(node.boots).toBe(0);
    expect(await node.state()).toMatchObject(unmarked);
  });

  test('where it can not be told whether a reboot is asked for, that is said first, and nothing is done', async () => {
    node.write('running', '6.9.9-custom\n');
    const result = await node.maintain('patches', { COMMAND: `echo done >>${node.path('done')}` });
    expect(result).toMatchObject({ outcome: 'given-back' });
    expect(result.message).toContain('it can\'t be told whether w1 asks for a reboot: no kernel in');
    expect(result.fix).toContain('--reboot always or --reboot never');
    expect(node.read('done')).toBe('');
  });

  describe('beside another operation on the node', () => {
    const work = (name: string) => ({ COMMAND: `echo ${name} >>${node.path('done')}; sleep 2; echo ${name} >>${node.path('done')}` });
    const blocked = (name: string) => `waiting for ${name}, which is under way on this machine`;

    test('two that begin at once go one after the other', async () => {
      const results = await Promise.all([node.maintain('first', work('first')), node.maintain('second', work('second'))]);
      expect(results).toMatchObject([{ outcome: 'maintained' }, { outcome: 'maintained' }]);
      expect(node.read('done')).toMatch(/^(first\nfirst\nsecond\nsecond\n|second\nsecond\nfirst\nfirst\n)$/);
    });

    test('it waits until a restore has ended, and for none that waits itself', async () => {
      for (const folder of ['restore/record', 'restore/program', 'upgrade/record']) mkdirSync(node.path('operations', folder), { recursive: true });
      node.write('operations/restore/program/restore.sh', '');
      node.write('operations/upgrade/record/waits', 'yes\n');
      const result = await node.maintain('patches', work('patches'), async () => {
        await until('it waits', () => node.log.includes(blocked('restore')), 60);
        expect(node.read('done')).toBe('');
        node.write('operations/restore/result', '{}');
      });
      expect(result).toMatchObject({ outcome: 'maintained' });
    });

    test('a restore that begins while it waits for its turn is waited for', async () => {
      const result = await node.maintain('patches', { ...work('patches'), TURN: 'asked' }, async () => {
        await until('it waits for its turn', () => node.stepOf('patches') === 'node turn', 60);
        mkdirSync(node.path('operations', 'restore', 'record'), { recursive: true });
        node.write('operations/patches/record/passed-on', 'may\n');
        await until('it waits for the restore', () => node.log.includes(blocked('restore')), 60);
        expect(await node.state()).toMatchObject(unmarked);
        node.write('operations/restore/result', '{}');
        await until('it is marked', () => node.read('operations/patches/record/waits') === 'no\n', 60);
        node.write('operations/patches/record/passed-on', 'go 1\n');
      });
      expect(result).toMatchObject({ outcome: 'maintained' });
    });

    test('its pods, which wait for their turn, are not drained', async () => {
      mkdirSync(node.path('operations', 'upgrade-to-1.36.3', 'record'), { recursive: true });
      node.write('operations/upgrade-to-1.36.3/record/waits', 'yes\n');
      await pod('carrier', { owner: 'Job', labels: { 'cdk8s-day2/operation': 'upgrade-to-1.36.3' } });
      await pod('old-carrier', { owner: 'Job', labels: { 'cdk8s-day2/operation': 'upgrade-to-1.35.4' } });
      await node.maintain('patches', { REBOOT: 'always' });
      expect(await pods()).toEqual(['pod/carrier']);
    });
  });

  describe('that a person ends', () => {
    test('before the reboot gives the node back', async () => {
      const result = await node.maintain('patches', { COMMAND: 'sleep 100', REBOOT: 'always' }, async () => {
        await until('it works', () => node.stepOf('patches') === 'node command', 60);
        await node.abort('patches');
      });
      expect(result).toMatchObject({ outcome: 'given-back', message: 'a person has ended it at the step command: w1 serves as before' });
      expect(await node.state()).toMatchObject(unmarked);
    });

    test('after it leaves the node as it is, without an API server, and the next one takes all of that over', async () => {
      const inputs: Record<string, string> = { REBOOT: 'always', FAILPOINT: 'ready:hold' };
      const left = await node.maintain('patches', inputs, async () => {
        await node.held('patches', 'ready');
        inputs.KUBELET_CONF = '/nonexistent';
        await node.abort('patches');
      });
      expect(left).toMatchObject({ outcome: 'left' });
      expect(left.message).toContain('at the step ready. w1 keeps the mark of this operation, and stays as it is: it was drained, and rebooted');
      expect(await node.state()).toMatchObject({ labels: { 'cdk8s-day2/operation': 'patches' }, unschedulable: true });
      expect(await node.maintain('again', { REBOOT: 'always' })).toMatchObject({ outcome: 'maintained', fix: '' });
      expect(await node.state()).toMatchObject({ ...unmarked, annotations: {} });
    });
  });

  describe('of a run', () => {
    const run = (minutesAgo: number) => `patches-${Math.floor(Date.now() / 60_000) - minutesAgo}`;
    const inputs = () => ({ SERIES: 'patches', WINDOW: '3600', EXPECTED: '1800', COMMAND: `echo done >>${node.path('done')}`, REBOOT: 'always' });

    test('begins while enough is left of the window', async () => {
      expect(await node.maintain(run(20), inputs())).toMatchObject({ outcome: 'maintained', rebooted: true });
    });

    test('begins nothing when too little is left', async () => {
      const result = await node.maintain(run(31), inputs());
      expect(result).toMatchObject({ outcome: 'not-today' });
      expect(result.message).toContain('w1: less than 1800 s are left of the window');
      expect([node.boots, node.read('done'), node.log.includes(' cordon: ')]).toEqual([0, '', false]);
      expect(await node.state()).toMatchObject({ ...unmarked, annotations: {} });
    });

    test('whose turn does not come in the window begins nothing, and says for what it has waited', async () => {
      const operation = run(0);
      const short = { ...inputs(), TURN: 'asked', WINDOW: `${Math.floor(Date.now() / 1000) % 60 + 15}`, EXPECTED: '1' };
      const result = await node.maintain(operation, short, async () => {
        await until('it waits for its turn', () => node.stepOf(operation) === 'node turn', 60);
        node.write(`operations/${operation}/record/passed-on`, 'wait w0, which is not Ready\n');
      });
      expect(result).toMatchObject({ outcome: 'not-today' });
      expect(result.message).toContain('Nothing was begun; it has waited for w0, which is not Ready');
      expect(node.read('done')).toBe('');
      expect(await node.state()).toMatchObject(unmarked);
    });

    test('that has begun ends, however late it gets', async () => {
      const operation = run(0);
      const late = { ...inputs(), FAILPOINT: 'command:hold' };
      const result = await node.maintain(operation, late, async () => {
        await node.held(operation, 'command');
        // The window of the run that it belongs to is over by what it is told now.
        late.WINDOW = '1';
        node.kill();
        node.release(operation, 'command');
      });
      expect(result).toMatchObject({ outcome: 'maintained', rebooted: true });
    }, 120_000);
  });
}));
