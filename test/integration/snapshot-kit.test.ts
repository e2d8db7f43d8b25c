import { execFileSync } from 'child_process';
import { mkdirSync, readdirSync, statSync } from 'fs';
import { join } from 'path';
import { asRoot } from '../support/pod/as-root';
import { onEtcd } from '../support/pod/etcd-scene';
import { expectSaved } from '../support/pod/failure';
import { KitOnDisk } from '../support/pod/kit-on-disk';
import { Shell } from '../support/pod/pod';
import { SnapshotScene } from '../support/pod/snapshot-scene';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools("a break-glass kit with etcd's own tools", [toolchain.etcd36, toolchain.busybox], () => asRoot("a break-glass kit with etcd's own tools", () => {
  let scene: SnapshotScene;
  onEtcd(toolchain.etcd36, 1, (made) => { scene = made; });

  test.each<Shell>(['busybox', 'dash'])('in %s: a machine that has nothing but the kit can list, check and restore what was saved', async (shell) => {
    const { backup } = await expectSaved(scene, () => scene.run({ breakGlassKit: true }, { shell }));
    const kit = new KitOnDisk(scene.backups.folder);
    expect(kit.faults).toEqual([]);

    const nothingElse = { encoding: 'utf8' as const, env: { PATH: kit.path('bin') }, stdio: ['ignore', 'pipe', 'ignore'] as ('ignore' | 'pipe')[] };
    const snapshot = scene.backups.snapshotFile(backup);
    expect(JSON.parse(execFileSync(kit.path('bin', 'etcdutl'), ['snapshot', 'status', snapshot, '--write-out=json'], nothingElse))).toMatchObject({ totalKey: 1 });
    const restored = join(scene.folder, 'restored');
    execFileSync(kit.path('bin', 'etcdutl'), ['snapshot', 'restore', snapshot, '--data-dir', restored], nothingElse);
    expect(readdirSync(join(restored, 'member'))).toEqual(['snap', 'wal']);
    expect(execFileSync(kit.path('bin', 'etcdctl'), ['version'], nothingElse)).toContain('etcdctl version: 3.6');

    const applets = join(scene.folder, 'applets');
    mkdirSync(applets);
    execFileSync(kit.path('bin', 'busybox'), ['--install', '-s', applets], nothingElse);
    const listed = execFileSync(join(applets, 'sh'), [kit.path('restore.sh'), '--list'], { ...nothingElse, env: { PATH: applets } });
    expect(listed.split('\n')[0]).toMatch(new RegExp(`^${backup} +complete `));
  });

  test('it takes about the 40 MB that a message and the documentation speak of', async () => {
    await expectSaved(scene, () => scene.run({ breakGlassKit: true }));
    const kit = new KitOnDisk(scene.backups.folder);
    const megabytes = kit.files.reduce((sum, name) => sum + statSync(kit.path(name)).size, 0) / 1e6;
    expect(Math.abs(megabytes - 40)).toBeLessThan(8);
  });
}));
