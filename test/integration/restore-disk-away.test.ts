import { mkdirSync, renameSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { StubMachine } from '../support/stub/machine';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const GONE = 'is not there any more: mount its disk';

/** The machine boots without the disk of etcd's data. */
async function bootWithoutDisk(machine: StubMachine, whileOff: () => void): Promise<void> {
  await machine.powerOff();
  renameSync(machine.dataDir, `${machine.dataDir}.disk`);
  mkdirSync(machine.dataDir, { mode: 0o700 });
  whileOff();
  await machine.powerOn();
}

/** Somebody mounts the disk. */
function mountDisk(machine: StubMachine): void {
  rmSync(machine.dataDir, { recursive: true });
  renameSync(`${machine.dataDir}.disk`, machine.dataDir);
}

/** A file of the machine itself has another text until its power is cut. */
async function replaceFile(machine: StubMachine, file: string, text: string): Promise<void> {
  const copy = join(machine.props.folder, 'replaced');
  writeFileSync(copy, text);
  await machine.host.run(['mount', '--bind', copy, file]);
}

describeWithTools('a disk that is away', [toolchain.etcd36, toolchain.busybox], () => asRoot('a disk that is away', () => {
  test.concurrent('after a power cut is waited for: its old data never serves again', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, ...others] = drill.machines;
    drill.start('cut', { failpoints: { cp2: 'set-aside:hold', cp3: 'set-aside:hold' } });
    for (const machine of others) await drill.holds('cut', machine, 'set-aside');
    await until('the holder serves', () => holder.record('cut').log.includes('finish: begins'), 90);
    for (const machine of others) await bootWithoutDisk(machine, () => machine.record('cut').pass('set-aside'));
    for (const machine of others) await until(`${machine.name} says what it waits for`, () => machine.record('cut').log.includes(GONE), 60);
    // Nothing of the restore is on the wrong disk.
    for (const machine of others) await machine.host.run(['sh', '-c', 'test -z "$(ls -A "$1")"', 'sh', machine.dataDir]);
    for (const machine of others) mountDisk(machine);
    expect(await drill.faultsOfRestored('cut')).toEqual([]);
    // Nothing rises again with a boot.
    for (const machine of others) await machine.powerOff();
    for (const machine of others) await machine.powerOn();
    await drill.cluster.waitUntilReady();
    expect(await drill.judge.faultsOfRestored('cut', drill.beginning, drill.machines)).toEqual([]);
  }));

  test.concurrent('is waited for on the way back, too: what it holds serves as before', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('back', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('back', machine, 'swap');
    await bootWithoutDisk(machine, () => undefined);
    await until('it says what it waits for', () => machine.record('back').log.includes(GONE), 60);
    const abort = drill.type(machine, ['--abort', 'back']);
    await until('the abort says it, too', () => abort.output.split(GONE).length > 1, 60);
    expect(machine.record('back').result).toBeUndefined();
    expect(machine.running.etcd).toBe(0);
    mountDisk(machine);
    expect(await abort.summary()).toMatchObject({ outcome: 'aborted', message: 'aborted by a person: the old cluster serves as before' });
    expect(await drill.faultsOfReturn('back')).toEqual([]);
  }));

  test.concurrent('by /etc/fstab, or by a mount unit, is asked for before anything stops', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const { running } = machine;
    const told = async (id: string) => drill.type(machine, ['--at', drill.backup, '--id', id]).summary();
    const asked = { status: 1, outcome: 'aborted', message: expect.stringContaining(`a disk should be mounted at ${machine.dataDir}, by /etc/fstab or a mount unit, and none is`) };
    await replaceFile(machine, '/etc/fstab', `# disks\n/dev/sdb1 ${machine.dataDir}/ ext4 defaults 0 2\n/dev/sda1 / ext4 defaults 0 1\n`);
    expect(await told('by-table')).toMatchObject(asked);
    await machine.host.run(['umount', '/etc/fstab']);
    machine.systemd.mounts = `LoadState=not-found\nWhere=${machine.props.folder}\n\nWhere=${machine.dataDir}\nLoadState=loaded\n\nLoadState=loaded\nWhere=/\n`;
    expect(await told('by-unit')).toMatchObject(asked);
    expect(machine.running).toEqual(running);
    // Nothing but the disk itself was missing.
    machine.systemd.mounts = '';
    expect(await told('no-disk')).toMatchObject({ status: 0, outcome: 'restored' });
  }));
}));
