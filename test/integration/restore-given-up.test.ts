import { existsSync } from 'fs';
import { join } from 'path';
import { StubRestoreDrill, StubRestoreOrder } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

interface Lateness {
  readonly title: string;
  readonly order: StubRestoreOrder;
  /** What everyone who took part is told. */
  readonly message: RegExp;
}

const latenesses: Lateness[] = [
  {
    title: 'starts nowhere on a follower',
    order: { env: { READY_TIMEOUT: '20' } },
    message: /not ready within 20 s: cp3: .*nothing was stopped/,
  },
  {
    title: 'hangs before a follower has stopped its API server',
    order: { env: { STOP_TIMEOUT: '5' }, failpoints: { cp3: 'stopping-kube-apiserver:hold' } },
    message: /(not quiesced within 5 s: cp3|no decision came within \d+ s|abort(ed)? by cp[123])/,
  },
  {
    title: 'hangs on the holder before the decision',
    order: { env: { READY_TIMEOUT: '15', STOP_TIMEOUT: '3' }, failpoints: { cp1: 'await-quiesced:hold' } },
    message: /(no decision came within 18 s|abort(ed)? by cp[123])/,
  },
];

describeWithTools('a restore that takes too long', [toolchain.etcd36, toolchain.busybox], () => asRoot('a restore that takes too long', () => {
  test.concurrent.each(latenesses)('$title: everyone goes back by itself, the old cluster serves, and the reason is told', ({ order, message }) =>
    StubRestoreDrill.with({ members: 3 }, async (drill) => {
      const machines = order.failpoints ? drill.machines : drill.machines.slice(0, 2);
      drill.start('late', { ...order, machines });
      for (const [name, point] of Object.entries(order.failpoints ?? {})) {
        const machine = drill.cluster.machine(name);
        await drill.holds('late', machine, point.split(':')[0]);
        await drill.ended('late', { machines: machines.filter((other) => other !== machine) });
        // The machine has slept until all was over, and wakes up.
        machine.record('late').pass(point.split(':')[0]);
      }
      expect(await drill.faultsOfReturn('late', machines)).toEqual([]);
      for (const machine of machines) expect(machine.record('late').result!.message).toMatch(message);
      if (machines.length < 3) {
        // A machine that comes after the end learns how it ended, and does nothing.
        const run = drill.startOn(drill.machines[2], 'late', {});
        expect(await run.summary()).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringContaining('was aborted before') });
        expect(await drill.faultsOfReturn('late')).toEqual([]);
      }
    }));
}));

describeWithTools('a restore without a machine that is lost', [toolchain.etcd36, toolchain.busybox], () => asRoot('a restore without a machine that is lost', () => {
  test.concurrent('from the beginning: the members that are left are the restored cluster', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const left = drill.machines.slice(0, 2);
    await drill.machines[2].powerOff();
    drill.start('without', { machines: left, everywhere: ['--lost', 'cp3'] });
    expect(await drill.faultsOfRestored('without', left)).toEqual([]);
    expect((await drill.cluster.seenBy(left[0])).members).toEqual(['cp1 voter', 'cp2 voter']);
    // The lost machine, started with its old data against all instructions, finds no member to serve with.
    await drill.machines[2].powerOn();
    await expect(drill.machines[2].client.healthy()).rejects.toThrow();
    expect(await drill.faultsOfRestored('without', left)).toEqual([]);
  }));

  test.concurrent('unnamed: nothing is stopped, and it is asked for', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const left = drill.machines.slice(0, 2);
    const [one, two] = left.map(({ name, clientUrl }) => `${name}=${clientUrl}`);
    const running = left.map((machine) => machine.running);
    const run = drill.startOn(left[0], 'forgotten', { everywhere: ['--members', `${one} ${two}`], env: { READY_TIMEOUT: '3' } });
    expect(await run.summary()).toMatchObject({
      status: 1,
      outcome: 'aborted',
      message: expect.stringMatching(/etcd has a member cp3, which takes no part/),
      fix: expect.stringMatching(/add it to the cluster's members, name it as lost, or remove it from etcd/),
    });
    expect(left.map((machine) => machine.running)).toEqual(running);
  }));

  test.concurrent('on the way: the others end without it when a person says so', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, second, third] = drill.machines;
    const left = [holder, second];
    // The second has not heard of the decision yet.
    const runs = drill.start('lossy', { failpoints: { cp2: 'await-decision:hold', cp3: 'added:hold' } });
    await drill.holds('lossy', third, 'added');
    await third.powerOff();
    // cp3 has been added as a learner, and etcd allows one learner at a time.
    expect(await drill.type(holder, ['--forget', 'lossy', '--lost', 'cp1']).summary()).toMatchObject({ status: 2, message: 'cp1 holds the restore' });
    for (const machine of left) expect(await drill.type(machine, ['--forget', 'lossy', '--lost', 'cp3']).ended).toBe(0);
    second.record('lossy').pass('await-decision');
    expect(await drill.faultsOfRestored('lossy', left)).toEqual([]);
    expect((await drill.cluster.seenBy(holder)).members).toEqual(['cp1 voter', 'cp2 voter']);
    expect(await runs.get('cp1')!.summary()).toMatchObject({ message: expect.stringContaining('all 2 etcd members serve') });
  }));

  test.concurrent('on the way, and it comes back: it joins anew', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, second, third] = drill.machines;
    const left = [holder, second];
    // The third is added first. Otherwise the second could end by itself, and would then have nothing to forget.
    drill.start('returning', { failpoints: { cp2: 'add-learner:hold', cp3: 'promote:hold' } });
    await drill.holds('returning', third, 'promote');
    await drill.holds('returning', second, 'add-learner');
    await third.powerOff();
    for (const machine of left) expect(await drill.type(machine, ['--forget', 'returning', '--lost', 'cp3']).ended).toBe(0);
    second.record('returning').pass('add-learner');
    await drill.ended('returning', { machines: left });
    await third.powerOn();
    third.record('returning').pass('promote');
    expect((await drill.ended('returning', { machines: [third] }))[0]).toMatchObject({ status: 0, outcome: 'restored' });
    expect((await drill.cluster.seenBy(third)).members).toEqual(['cp1 voter', 'cp2 voter', 'cp3 voter']);
    expect(existsSync(join(third.dataDir, 'abandoned-returning', 'member'))).toBe(true);
  }));
}));
