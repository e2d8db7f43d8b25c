import { rmSync } from 'fs';
import { StubDrill } from './support/stub-drill';
import { BEFORE } from './support/stub-judge';
import { asRoot } from '../pod/as-root';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

// Seconds, but for a machine that is busy with other tests.
jest.setTimeout(600_000);

describeWithTools('the id of a restore', [toolchain.etcd36, toolchain.busybox], () => asRoot('the id of a restore', () => {
  test('names one restore, ever', () => StubDrill.with({ members: 3, scheduler: true }, async (drill) => {
    const [holder, follower] = drill.machines;
    const schedulers = drill.machines.map(({ kubelet }) => kubelet.processOf('kube-scheduler')!.pid);
    const [first] = drill.start('first').values();
    expect(await drill.faultsOfRestored('first')).toEqual([]);
    // Their caches are of the old state.
    drill.machines.forEach(({ kubelet }, index) => expect(kubelet.processOf('kube-scheduler')!.pid).not.toBe(schedulers[index]));
    const running = drill.machines.map((machine) => machine.running);
    const { clusterId } = await drill.cluster.seenBy(holder);

    // Again on the same machine: what was, and nothing else.
    const again = drill.startOn(holder, 'first', {});
    expect(await again.summary()).toEqual(await first.summary());
    expect(again.output).toContain('operation first was begun before');

    // On a machine that has forgotten it, the restored etcd knows.
    for (const machine of [holder, follower]) {
      rmSync(machine.record('first').folder, { recursive: true });
      expect(await drill.startOn(machine, 'first', {}).summary()).toMatchObject({ status: 0, outcome: 'done-before', fix: expect.stringContaining('another id') });
    }
    expect(drill.machines.map((machine) => machine.running)).toEqual(running);
    expect((await drill.cluster.seenBy(holder)).clusterId).toBe(clusterId);
    expect(holder.dataBefore('first')).toEqual(['snap', 'wal']);

    // Another restore goes back to before the first one: and still knows of it.
    await drill.remember();
    drill.start('second');
    expect(await drill.faultsOfRestored('second')).toEqual([]);
    const marks = await drill.cluster.client.list('/cdk8s-day2/restores/');
    expect(marks.map(({ key }) => key)).toEqual(['/cdk8s-day2/restores/first', '/cdk8s-day2/restores/second']);
    expect(JSON.parse(marks[0].value)).toMatchObject({ id: 'first', snapshot: expect.stringContaining(drill.backup) });
    rmSync(holder.record('first').folder, { recursive: true, force: true });
    expect(await drill.startOn(holder, 'first', {}).summary()).toMatchObject({ status: 0, outcome: 'done-before' });
    expect(await drill.cluster.client.get(BEFORE)).toBeDefined();
  }));
}));
