import { cpSync, rmSync } from 'fs';
import { join } from 'path';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const STATE = '/registry/state';

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

  test('is refused where its old data lies, although nothing else knows of it', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    await machine.client.put(STATE, 'ancient');
    drill.startOn(machine, 'ticket', {});
    expect(await drill.faultsOfRestored('ticket')).toEqual([]);
    await machine.client.put(STATE, 'today');
    // The machine was imaged anew, and etcd can't be asked.
    rmSync(machine.operations, { recursive: true });
    machine.kubelet.stop();
    await machine.crashEtcd();
    await until('etcd has ended', () => machine.running.etcd === 0, 20);
    const typed = (...args: string[]) => drill.startOn(machine, 'ticket', { everywhere: ['--members', drill.cluster.membersByUrl, ...args] }).summary();
    const used = { status: 1, outcome: 'aborted', message: expect.stringContaining('before-ticket is there: this id was used before: nothing was stopped') };
    expect(await typed('--dry-run')).toMatchObject(used);
    expect(await typed()).toMatchObject(used);
    machine.kubelet.start();
    await drill.cluster.waitUntilReady();
    expect((await machine.client.get(STATE))?.value).toBe('today');
    // Its records are gone.
    drill.end = { restored: 'ticket', machines: [machine] };
  }));

  test('puts nothing back that this restore has not set aside', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('foreign', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('foreign', machine, 'swap');
    const foreign = join(machine.dataDir, 'before-foreign');
    cpSync(join(machine.dataDir, 'member'), join(foreign, 'member'), { recursive: true });
    machine.record('foreign').pass('swap');
    await until('it says so', () => machine.record('foreign').log.includes('is there already, and is not overwritten'), 60);
    expect(await drill.type(machine, ['--abort', 'foreign']).summary()).toMatchObject({ outcome: 'aborted' });
    expect(machine.dataBefore('foreign')).toEqual(['snap', 'wal']);
    rmSync(foreign, { recursive: true });
    expect(await drill.faultsOfReturn('foreign')).toEqual([]);
  }));
}));
