import { readFileSync, renameSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { runSnapshot } from '../support/drill/run-snapshot';
import { asRoot } from '../support/pod/as-root';
import { sleep, until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools('a restore of the latest backup', [toolchain.etcd36, toolchain.busybox], () => asRoot('a restore of the latest backup', () => {
  const secret = '/registry/secrets/of-today';

  async function list(drill: StubRestoreDrill): Promise<string> {
    const run = drill.type(drill.machines[0], ['--list']);
    await run.ended;
    return run.output;
  }

  test.concurrent('takes none that is dated in the future', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const { backup } = runSnapshot(drill).summary;
    const ahead = backup.replace(/^\d{4}/, '2999');
    renameSync(join(drill.cluster.backups, backup), join(drill.cluster.backups, ahead));
    await machine.client.put(secret, 'precious');
    const newest = runSnapshot(drill).summary.backup;
    expect(await list(drill)).toMatch(new RegExp(`^${ahead}  complete .*, dated in the future: check the clock$`, 'm'));
    drill.chosen.set('ahead', newest);
    expect(await drill.type(machine, ['--latest', '--id', 'ahead']).summary()).toMatchObject({ outcome: 'restored', message: expect.stringContaining(newest) });
    expect((await machine.client.get(secret))?.value).toBe('precious');
  }));

  test.concurrent('takes none while an etcd that has begun anew has some, too; after a restore it knows again', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    for (let i = 0; i < 60; i++) await machine.client.put(secret, 'precious');
    const good = runSnapshot(drill).summary.backup;
    machine.kubelet.stop();
    await machine.crashEtcd();
    await until('etcd has ended', () => machine.running.etcd === 0, 20);
    rmSync(join(machine.dataDir, 'member'), { recursive: true });
    machine.kubelet.start();
    await drill.cluster.waitUntilReady();
    expect(runSnapshot(drill)).toMatchObject({ exitCode: 1, summary: { step: 'compare' } });
    const empty = runSnapshot(drill).summary.backup;

    const { clusterId } = await drill.cluster.seenBy(machine);
    expect(await list(drill)).toMatch(new RegExp(`^${empty}  complete .*, etcd cluster ${clusterId}\\.2, begun anew$`, 'm'));
    expect(await list(drill)).toMatch(new RegExp(`^${good}  complete .*, etcd cluster ${clusterId}$`, 'm'));
    const { running } = machine;
    expect(await drill.type(machine, ['--latest', '--id', 'guessed']).summary()).toMatchObject({
      outcome: 'aborted',
      message: expect.stringContaining(`: ${empty} (etcd cluster ${clusterId}.2); or ${good} (etcd cluster ${clusterId}): nothing was stopped`),
      fix: expect.stringContaining('--at NAME'),
    });
    expect(machine.running).toEqual(running);

    expect(await drill.type(machine, ['--at', good, '--id', 'named']).summary()).toMatchObject({ outcome: 'restored' });
    expect((await machine.client.get(secret))?.value).toBe('precious');
    const restored = runSnapshot(drill).summary.backup;
    expect(JSON.parse(readFileSync(join(drill.cluster.backups, restored, 'backup.json'), 'utf8'))).toMatchObject({ restoreId: 'named' });
    expect(await list(drill)).toMatch(new RegExp(`^${restored}  complete .*, made by the restore named, etcd cluster \\d+$`, 'm'));
    await sleep(1000);
    expect(await drill.type(machine, ['--latest', '--id', 'later', '--dry-run']).summary()).toMatchObject({ outcome: 'dry-run', message: expect.stringContaining(restored) });
  }));

  test.concurrent('takes the newest although a member without a leader has given one that was behind, which is never the newest', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const behind = runSnapshot(drill).summary.backup;
    const record = join(drill.cluster.backups, behind, 'backup.json');
    writeFileSync(record, readFileSync(record, 'utf8').replace('"member"', '"history":0,"member"'));
    await machine.client.put(secret, 'precious');
    const newest = runSnapshot(drill).summary.backup;
    const { clusterId } = await drill.cluster.seenBy(machine);
    expect(await list(drill)).toMatch(new RegExp(`^${behind}  complete .*, etcd cluster ${clusterId}\\.0, of a member that was behind$`, 'm'));
    expect(await list(drill)).toMatch(new RegExp(`^${newest}  complete .*, etcd cluster ${clusterId}$`, 'm'));
    expect(await drill.type(machine, ['--latest', '--id', 'newest', '--dry-run']).summary()).toMatchObject({ outcome: 'dry-run', message: expect.stringContaining(newest) });
    // Without the newest one, the latest is what was behind, and an older one is ahead of it: a person has to look.
    renameSync(join(drill.cluster.backups, newest), join(drill.cluster.backups, newest.replace(/^\d{4}/, '2001')));
    expect(await drill.type(machine, ['--latest', '--id', 'behind', '--dry-run']).summary()).toMatchObject({ outcome: 'aborted', fix: expect.stringContaining('--at NAME') });
  }));
}));
