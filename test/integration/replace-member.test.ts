import { execFileSync } from 'child_process';
import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { StubReplacementDrill } from '../support/drill/replacement-drill';
import { asRoot } from '../support/pod/as-root';
import { Shell } from '../support/pod/pod';
import { sleep, until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const listed = execFileSync('sh', [join(__dirname, '..', '..', 'programs', 'replace-member.sh'), 'steps'], { encoding: 'utf8' });
const steps = /^member: (.*)$/m.exec(listed)![1].split(' ');
const within = ['stopping-kube-apiserver', 'stopping-etcd', 'added'];
const sorted = (names: readonly string[]) => [...names].sort();

describeWithTools('a member of etcd', [toolchain.etcd35, toolchain.etcd36, toolchain.etcd37, toolchain.busybox], () => asRoot('a member of etcd', () => {
  test.concurrent.each<[string, Shell, typeof toolchain.etcd36]>([
    ['with busybox', 'busybox', toolchain.etcd36],
    ['with the host\'s own commands, by an older etcd', 'dash', toolchain.etcd35],
    ['by a newer etcd', 'busybox', toolchain.etcd37],
  ])('whose data can\'t be read is replaced, %s, and what was left of it is kept', (_, shell, etcd) => StubReplacementDrill.with({ shell, etcd }, async (drill) => {
    const [, , failed] = drill.members;
    await drill.fail(failed);
    drill.resume(failed);
    expect(await drill.start(failed, 'broken').summary()).toMatchObject({ status: 0, outcome: 'replaced' });
    expect(await drill.faultsOfReplaced(failed, 'broken')).toEqual([]);
    expect(failed.dataBefore('broken')).toEqual(['snap', 'wal']);

    // What a shell still has from yesterday changes nothing: a dry run of a restore would be done anew.
    const again = drill.start(failed, 'broken', { DRY_RUN: '1' });
    expect(await again.summary()).toMatchObject({ status: 0, outcome: 'replaced' });
    expect(again.output).toContain('has ended before');
  }));

  test.concurrent('of another machine, whose name a copied manifest has, is not removed', () => StubReplacementDrill.with({ members: 4 }, async (drill) => {
    const [first, second, , failed] = drill.members;
    await drill.fail(failed, 'nothing');
    const list = await drill.cluster.etcdctl(first, 'member', 'list');
    await drill.cluster.etcdctl(first, 'member', 'remove', /^(\w+), started, cp4,/m.exec(list)![1]);
    const file = join(failed.manifests, 'etcd.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('--name=cp4', '--name=cp2'), { mode: 0o600 });
    const before = await drill.cluster.etcdctl(first, 'member', 'list');
    expect(await drill.start(failed, 'copied').summary()).toMatchObject({ status: 1, message: expect.stringMatching(/^the member cp2 \(\w+\) serves at .*: it is not the one of this machine/) });
    expect(await drill.cluster.etcdctl(first, 'member', 'list')).toBe(before);
    await second.client.healthy();
  }));

  test.concurrent('whose data is gone, with the folder and the kubelet, is replaced', () => StubReplacementDrill.with({}, async (drill) => {
    const [failed] = drill.members;
    await drill.fail(failed, 'nothing');
    expect(await drill.start(failed, 'gone').summary()).toMatchObject({ status: 0, fix: 'there was no old data' });
    expect(await drill.faultsOfReplaced(failed, 'gone')).toEqual([]);
  }));

  test.concurrent('that is a unit of systemd is replaced, and the unit is as before', () => StubReplacementDrill.with({ runs: 'unit', api: 'apart' }, async (drill) => {
    const [, failed] = drill.members;
    const { units } = failed.state;
    await drill.fail(failed);
    drill.resume(failed);
    expect(await drill.start(failed, 'unit').summary()).toMatchObject({ status: 0, outcome: 'replaced' });
    expect(await drill.faultsOfReplaced(failed, 'unit')).toEqual([]);
    expect(failed.state.units).toEqual(units);
    expect(failed.dataBefore('unit')).toEqual(['snap', 'wal']);
  }));

  test.concurrent('that serves a cluster of its own comes back to the others', () => StubReplacementDrill.with({}, async (drill) => {
    const [stranger, other] = drill.members;
    await drill.fail(stranger, 'nothing');
    drill.estrange(stranger);
    drill.resume(stranger);
    await until('it serves', () => stranger.client.healthy());
    expect((await drill.cluster.seenBy(stranger)).clusterId).not.toBe(drill.clusterId);
    const unknown = drill.start(stranger, 'stranger');
    expect(await unknown.summary()).toMatchObject({ status: 2, fix: expect.stringContaining('--via https://ADDRESS:') });
    const run = drill.type(stranger, ['--id', 'stranger', '--via', other.clientUrl]);
    expect(await run.summary()).toMatchObject({ status: 0, outcome: 'replaced' });
    expect(run.output).toContain('serves another cluster');
    expect(await drill.faultsOfReplaced(stranger, 'stranger')).toEqual([]);
  }));

  test.concurrent('joins none that has begun a cluster of its own, whether the others serve or are away', () => StubReplacementDrill.with({ members: 5 }, async (drill) => {
    const [stranger, second, third, fourth, dead] = drill.members;
    await drill.fail(stranger, 'nothing');
    drill.estrange(stranger);
    drill.resume(stranger);
    await until('it serves', () => stranger.client.healthy());
    await drill.fail(dead);
    expect(await drill.start(dead, 'two-clusters').summary()).toMatchObject({
      status: 1, outcome: 'aborted', message: expect.stringMatching(/^the other members are of two clusters: \S+ serves .*\(cp1\), and \S+ serves .*\(cp1\) \(cp2\)/),
    });
    expect((await drill.cluster.seenBy(stranger)).members).toEqual(['cp1 voter']);
    for (const machine of [second, third, fourth]) await machine.powerOff();
    expect(await drill.start(dead, 'alone').summary()).toMatchObject({
      status: 1, outcome: 'aborted', message: expect.stringMatching(/^etcd at \S+ lists neither the member of this host nor these: cp2 cp3 cp4\. It may be a cluster that was begun anew/),
    });
    expect((await drill.cluster.seenBy(stranger)).members).toEqual(['cp1 voter']);
    for (const machine of [second, third, fourth]) await machine.powerOn();
    await until('the others serve', () => second.client.healthy());
    // While it answers, no etcd joins the others.
    expect(await drill.type(dead, ['--id', 'named', '--via', second.clientUrl]).summary()).toMatchObject({ status: 1, outcome: 'aborted' });
    const first = drill.type(stranger, ['--id', 'stranger', '--via', second.clientUrl]);
    await until('it has joined', () => stranger.record('stranger').log.includes('finish: begins'), 120);
    expect(await drill.start(dead, 'then').summary()).toMatchObject({ status: 0, outcome: 'replaced' });
    expect(await first.summary()).toMatchObject({ status: 0, outcome: 'replaced' });
    expect(await drill.faultsOfReplaced(dead, 'then')).toEqual([]);
    expect(await drill.faultsOfReplaced(stranger, 'stranger')).toEqual([]);
  }));

  test.concurrent('that somebody has removed already joins again', () => StubReplacementDrill.with({}, async (drill) => {
    const [, other, failed] = drill.members;
    await drill.fail(failed);
    const members = await drill.cluster.etcdctl(other, 'member', 'list');
    await drill.cluster.etcdctl(other, 'member', 'remove', new RegExp(`^(\\w+), started, ${failed.name},`, 'm').exec(members)![1]);
    expect(await drill.start(failed, 'removed').summary()).toMatchObject({ status: 0, removed: 'none' });
    expect(await drill.faultsOfReplaced(failed, 'removed')).toEqual([]);
  }));

  test.concurrent('is replaced together with another one, of five', () => StubReplacementDrill.with({ members: 5 }, async (drill) => {
    const failed = drill.members.slice(3);
    for (const machine of failed) await drill.fail(machine);
    const [first, second] = failed.map((machine) => drill.start(machine, 'two'));
    expect(await first.summary()).toMatchObject({ status: 0, outcome: 'replaced' });
    expect(await second.summary()).toMatchObject({ status: 0, outcome: 'replaced' });
    for (const machine of failed) expect(await drill.faultsOfReplaced(machine, 'two')).toEqual([]);
  }));

  describe('is replaced although the program', () => {
    const times = [
      { what: 'is killed within every step', failpoint: 'every:kill', points: [...steps, ...within] },
      // The last step writes the result: nothing is redone after it.
      { what: 'is killed after every step, which is done twice', failpoint: 'every:redo', points: steps.slice(0, -1) },
    ];
    test.concurrent.each(times)('$what', ({ failpoint, points }) => StubReplacementDrill.with({ kubeletLagMs: 700 }, async (drill) => {
      const [failed] = drill.members;
      await drill.fail(failed);
      drill.start(failed, 'killed', { FAILPOINT: failpoint });
      expect(await drill.faultsOfReplaced(failed, 'killed')).toEqual([]);
      expect(failed.record('killed').failpoints).toEqual(sorted(points));
    }));

    test.concurrent('loses its machine\'s power at every step', () => StubReplacementDrill.with({}, async (drill) => {
      const [, failed] = drill.members;
      await drill.fail(failed);
      drill.start(failed, 'cut', { FAILPOINT: 'every:hold' });
      const hit = await drill.playAtEveryPoint(failed, 'cut', async () => {
        await failed.powerOff();
        await failed.powerOn();
      });
      expect(await drill.faultsOfReplaced(failed, 'cut')).toEqual([]);
      expect(sorted(hit)).toEqual(sorted([...steps, ...within]));
    }));
  });

  describe('is not replaced, and everything is as before, when', () => {
    test.concurrent('it is healthy', () => StubReplacementDrill.with({}, async (drill) => {
      const [, , healthy] = drill.members;
      const { state, running } = healthy;
      expect(await drill.start(healthy, 'healthy').summary()).toMatchObject({
        status: 1, outcome: 'aborted', message: expect.stringMatching(/^the member on cp3 is healthy, it says: .*successfully committed/),
      });
      expect(healthy.state).toEqual(state);
      expect(healthy.running).toEqual(running);
      expect(healthy.leftovers).toEqual([]);
    }));

    test.concurrent('another cluster, by the same CA, is named', () => StubReplacementDrill.with({}, (drill) => StubReplacementDrill.with({ members: 1 }, async (other) => {
      const [, healthy] = drill.members;
      const { state, running } = healthy;
      expect(await drill.type(healthy, ['--id', 'elsewhere', '--via', other.members[0].clientUrl]).summary()).toMatchObject({
        status: 1, outcome: 'aborted', message: expect.stringMatching(/^etcd on cp2 is healthy, and the cluster at https:\S+ is another one, which lists neither the member cp2 nor /),
      });
      expect(healthy.state).toEqual(state);
      expect(healthy.running).toEqual(running);
      expect(await drill.cluster.seenBy(healthy)).toEqual({ clusterId: drill.clusterId, members: ['cp1 voter', 'cp2 voter', 'cp3 voter'] });
      expect((await other.cluster.seenBy(other.members[0])).members).toEqual(['cp1 voter']);
    })));

    test.concurrent('another one is down', () => StubReplacementDrill.with({}, async (drill) => {
      const [, down, failed] = drill.members;
      await drill.fail(failed);
      await drill.fail(down);
      const { state } = failed;
      expect(await drill.start(failed, 'down').summary()).toMatchObject({
        status: 1, outcome: 'aborted', message: expect.stringContaining('none of the other members answers with a quorum'), fix: expect.stringContaining('EtcdRestoreJob'),
      });
      expect(failed.state).toEqual(state);
    }));

    test.concurrent('another one goes down just before it would be removed', () => StubReplacementDrill.with({}, async (drill) => {
      const [, down, failed] = drill.members;
      await drill.fail(failed);
      const { state } = failed;
      drill.start(failed, 'late', { FAILPOINT: 'remove:hold' });
      await drill.holds(failed, 'late', 'remove');
      await drill.fail(down);
      failed.record('late').pass('remove');
      expect(await drill.ended(failed, 'late')).toMatchObject({ status: 1, outcome: 'aborted' });
      expect(failed.state).toEqual(state);
    }));

    test.concurrent('another operation is under way on its machine', () => StubReplacementDrill.with({}, async (drill) => {
      const [, , failed] = drill.members;
      await drill.fail(failed);
      drill.start(failed, 'first', { FAILPOINT: 'stop-etcd:hold' });
      await drill.holds(failed, 'first', 'stop-etcd');
      expect(await drill.start(failed, 'second').summary()).toMatchObject({ status: 2, message: 'operation first is under way on this machine' });
      failed.record('first').pass('stop-etcd');
      expect(await drill.faultsOfReplaced(failed, 'first')).toEqual([]);
    }));
  });

  test.concurrent('joins anew when somebody has removed the learner that seemed to hang', () => StubReplacementDrill.with({}, async (drill) => {
    const [first, , failed] = drill.members;
    await drill.fail(failed);
    drill.start(failed, 'removed', { FAILPOINT: 'promote:hold' });
    await drill.holds(failed, 'removed', 'promote');
    const [learner] = (await drill.cluster.etcdctl(first, 'member', 'list')).split('\n').filter((line) => line.endsWith(' true')).map((line) => line.split(',')[0]);
    await drill.cluster.etcdctl(first, 'member', 'remove', learner);
    failed.record('removed').pass('promote');
    expect(await drill.faultsOfReplaced(failed, 'removed')).toEqual([]);
    expect(failed.record('removed').log).toContain('somebody has removed it: it joins anew');
  }));

  describe('whose replacement a person ends', () => {
    const members = async (drill: StubReplacementDrill) => (await drill.cluster.etcdctl(drill.members[0], 'member', 'list')).split('\n').sort();

    test.concurrent('before it was removed, is as before', () => StubReplacementDrill.with({}, async (drill) => {
      const [, , failed] = drill.members;
      const before = await members(drill);
      await drill.fail(failed);
      const { state } = failed;
      drill.start(failed, 'ended', { FAILPOINT: 'remove:hold' });
      await drill.holds(failed, 'ended', 'remove');
      expect(await drill.type(failed, ['--abort', 'ended']).summary()).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringContaining('at the step remove: no member was removed') });
      expect(await members(drill)).toEqual(before);
      expect(failed.state).toEqual(state);
    }));

    test.concurrent.each<[string, 'static-pod' | 'unit']>([
      ['add-learner', 'static-pod'], ['start-etcd', 'unit'], ['promote', 'static-pod'], ['promote', 'unit'],
    ])('at %s, a %s, starts no empty cluster, not even after a boot, and the next replacement takes it up', (step, runs) => StubReplacementDrill.with(runs === 'unit' ? { runs, api: 'apart' } : {}, async (drill) => {
      const [, , failed] = drill.members;
      await drill.fail(failed);
      drill.start(failed, 'ended', { FAILPOINT: `${step}:hold` });
      await drill.holds(failed, 'ended', step);
      expect(await drill.type(failed, ['--abort', 'ended']).summary()).toMatchObject({
        status: 1, outcome: 'left', message: expect.stringContaining(`at the step ${step}: cp3 has no member any more, and these are stopped there: etcd`),
      });
      await failed.powerOff();
      await failed.powerOn();
      await sleep(3000);
      expect(failed.running.etcd).toBe(0);
      expect(await drill.start(failed, 'next').summary()).toMatchObject({ status: 0, outcome: 'replaced' });
      expect(await drill.faultsOfReplaced(failed, 'next')).toEqual([]);
    }));

    test.concurrent('when it has joined, is replaced', () => StubReplacementDrill.with({}, async (drill) => {
      const [, , failed] = drill.members;
      await drill.fail(failed);
      drill.start(failed, 'joined', { FAILPOINT: 'finish:hold' });
      await drill.holds(failed, 'joined', 'finish');
      expect(await drill.type(failed, ['--abort', 'joined']).summary()).toMatchObject({ status: 2, message: 'the new member on cp3 has joined the others' });
      failed.record('joined').pass('finish');
      expect(await drill.faultsOfReplaced(failed, 'joined')).toEqual([]);
    }));
  });

  test.concurrent('goes on being replaced when the quorum comes back that was lost after it was removed', () => StubReplacementDrill.with({}, async (drill) => {
    const [, down, failed] = drill.members;
    await drill.fail(failed);
    drill.start(failed, 'later', { FAILPOINT: 'add-learner:hold' });
    await drill.holds(failed, 'later', 'add-learner');
    down.kubelet.stop();
    await down.crashEtcd();
    failed.record('later').pass('add-learner');
    await until('it says what it waits for', () => failed.record('later').log.includes('not added yet'), 60);
    down.kubelet.start();
    expect(await drill.faultsOfReplaced(failed, 'later')).toEqual([]);
  }));
}));
