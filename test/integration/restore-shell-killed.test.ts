import { existsSync, renameSync, writeFileSync } from 'fs';
import { join } from 'path';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { StubMachine } from '../support/stub/machine';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const unitOf = (id: string) => `cdk8s-day2-${id}.service`;

/** Types a line, and kills its shell when it has just stopped the unit of an operation. */
async function killAfterStop(machine: StubMachine, id: string, args: readonly string[]): Promise<void> {
  const systemctl = join(machine.props.folder, 'sbin', 'systemctl');
  const [right, reached, passed] = ['right', 'reached', 'passed'].map((end) => `${systemctl}.${end}`);
  renameSync(systemctl, right);
  writeFileSync(systemctl, `#!/bin/sh
'${right}' "$@"
status=$?
[ "$*" != 'stop ${unitOf(id)}' ] || { : >'${reached}'; until [ -e '${passed}' ]; do sleep 0.1; done; }
exit "$status"
`, { mode: 0o755 });
  const shell = machine.restore(args);
  shell.output.resume();
  shell.errors.resume();
  await until(`${id} stands still`, () => existsSync(reached) && !machine.systemd.isActive(unitOf(id)), 60);
  await shell.signal('SIGKILL');
  renameSync(right, systemctl);
  writeFileSync(passed, '');
  expect(await shell.ended).toBe(137);
  expect(machine.systemd.isActive(unitOf(id))).toBe(false);
}

describeWithTools('a person\'s shell that is killed', [toolchain.etcd36, toolchain.busybox], () => asRoot('a person\'s shell that is killed', () => {
  test.concurrent('while it shows the log: the restore goes on, and the same line shows its end', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const line = ['--at', drill.backup, '--id', 'shown'];
    const shell = machine.restore(line, { FAILPOINT: 'await-quiesced:hold' });
    shell.output.resume();
    shell.errors.resume();
    await drill.holds('shown', machine, 'await-quiesced');
    await shell.signal('SIGKILL');
    expect(await shell.ended).toBe(137);
    expect(machine.systemd.isActive(unitOf('shown'))).toBe(true);
    const again = drill.type(machine, line);
    await until('it is attached', () => again.output.includes('operation shown was begun before, this run attaches to it'), 60);
    machine.record('shown').pass('await-quiesced');
    expect(await again.summary()).toMatchObject({ status: 0, outcome: 'restored' });
    expect(await drill.faultsOfRestored('shown')).toEqual([]);
  }));

  test.concurrent('in an abort, with the unit stopped: it stands still, and the line of the restore lets it go on', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('still', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('still', machine, 'swap');
    await killAfterStop(machine, 'still', ['--abort', 'still']);
    const status = drill.type(machine, ['--status', 'still']);
    expect(await status.ended).toBe(0);
    expect(status.output).toContain('at step swap, and its unit does not run');
    machine.record('still').pass('swap');
    expect(await drill.type(machine, ['--at', drill.backup, '--id', 'still']).summary()).toMatchObject({ status: 0, outcome: 'restored' });
    expect(await drill.faultsOfRestored('still')).toEqual([]);
  }));

  test.concurrent('in an abort, with the unit stopped: the same abort ends it', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('back', { failpoints: { cp1: 'prove:hold' } });
    await drill.holds('back', machine, 'prove');
    await killAfterStop(machine, 'back', ['--abort', 'back']);
    expect(await drill.type(machine, ['--abort', 'back']).summary()).toMatchObject({ status: 1, outcome: 'aborted', message: 'aborted by a person: the old cluster serves as before' });
    expect(await drill.faultsOfReturn('back')).toEqual([]);
  }));

  test.concurrent('while it takes the place of another restore, whose unit it has stopped: the same line goes on', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('first', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('first', machine, 'swap');
    const line = ['--at', drill.backup, '--members', drill.cluster.membersByUrl, '--instead-of', 'first', '--id', 'again'];
    await killAfterStop(machine, 'first', line);
    expect(machine.record('again').begun).toBe(false);
    // Whatever happens before somebody looks: a boot lets the first one go on.
    expect(machine.systemd.enabled).toContain(unitOf('first'));
    expect(await drill.type(machine, line).summary()).toMatchObject({ status: 0, outcome: 'restored' });
    expect(machine.record('first').result).toMatchObject({ outcome: 'superseded' });
    expect(await drill.faultsOfRestored('again')).toEqual([]);
  }));
}));
