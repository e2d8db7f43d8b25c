import { rmSync } from 'fs';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools('the id of a restore', [toolchain.etcd36, toolchain.busybox], () => asRoot('the id of a restore', () => {
  test('names one restore, ever', () => StubRestoreDrill.with({ scheduler: true }, async (drill) => {
    const [machine] = drill.machines;
    const scheduler = machine.kubelet.processOf('kube-scheduler')!.pid;
    const first = drill.startOn(machine, 'first', {});
    expect(await drill.faultsOfRestored('first')).toEqual([]);
    // Its cache is of the old state.
    const { pid } = machine.kubelet.processOf('kube-scheduler') ?? {};
    expect(pid).not.toBe(scheduler);
    await until('it runs again', () => machine.kubelet.processOf('kube-scheduler')?.running ?? false, 60);

    // Again on the same machine: the program repeats how it ended, and changes nothing.
    const { running } = machine;
    const again = drill.startOn(machine, 'first', {});
    expect(await again.summary()).toEqual(await first.summary());
    expect(again.output).toContain('operation first has ended before');
    expect(machine.running).toEqual(running);

    // Another restore goes back to before the first one: revisions grow all the same, and the first one's id stays used.
    await drill.remember();
    drill.start('second');
    expect(await drill.faultsOfRestored('second')).toEqual([]);
    const marks = await drill.cluster.client.list('/cdk8s-day2/restores/');
    expect(marks.map(({ key }) => key)).toEqual(['/cdk8s-day2/restores/first', '/cdk8s-day2/restores/second']);
    expect(JSON.parse(marks[0].value)).toMatchObject({ id: 'first', snapshot: expect.stringContaining(drill.backup) });
    rmSync(machine.record('first').folder, { recursive: true });
    expect(await drill.startOn(machine, 'first', {}).summary()).toMatchObject({ status: 0, outcome: 'done-before' });
    expect(await drill.judge.faultsOfRestored('second', drill.beginning, drill.machines)).toEqual([]);
  }));
}));
