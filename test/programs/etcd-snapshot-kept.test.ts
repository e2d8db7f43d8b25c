import { chmodSync, readdirSync, rmSync } from 'fs';
import { join } from 'path';
import { RetentionPolicy } from '../../src/backup/retention-policy';
import { asRoot } from '../support/pod/as-root';
import { expectSaved } from '../support/pod/failure';
import { modeOf } from '../support/pod/mode-of';
import { Shell } from '../support/pod/pod';
import { SceneProps, SnapshotScene } from '../support/pod/snapshot-scene';
import { NODE, STUB_CLUSTER, stubImage } from '../support/pod/stub-etcd';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools('what a run leaves on the volume', [toolchain.busybox], () => asRoot('what a run leaves on the volume', () => {
  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    let scene: SnapshotScene;
    let umask: number;

    beforeEach(() => {
      const options = { image: {}, shell };
      scene = new SnapshotScene(STUB_CLUSTER, options);
      options.image = stubImage(scene);
      umask = process.umask();
    });
    afterEach(() => {
      process.umask(umask);
      scene.remove();
    });

    const run = (props: SceneProps = {}) => expectSaved(scene, () => scene.run({ nodes: NODE, ...props }));
    const mode = (...path: string[]) => modeOf(join(scene.volume, ...path));

    test('nobody else may read it, even if the volume and the umask allow everything', async () => {
      rmSync(scene.backups.folder, { recursive: true });
      chmodSync(scene.volume, 0o777);
      process.umask(0);
      const { backup } = await run();
      expect(readdirSync(join(scene.backups.folder, backup)).sort()).toEqual(['backup.json', 'snapshot.db']);
      expect({
        cluster: mode('prod'),
        lock: mode('prod', '.lock'),
        backup: mode('prod', backup),
        snapshot: mode('prod', backup, 'snapshot.db'),
        record: mode('prod', backup, 'backup.json'),
      }).toEqual({ cluster: '700', lock: '600', backup: '700', snapshot: '600', record: '600' });
      expect(mode()).toBe('777');
    });

    test('a second run: the folder is closed again if it was opened meanwhile, and the first backup is as it was', async () => {
      rmSync(scene.backups.folder, { recursive: true });
      const first = await run();
      const before = scene.backups.look([first.backup]);
      chmodSync(scene.backups.folder, 0o777);
      const second = await run();
      expect(scene.backups.complete).toEqual([first.backup, second.backup]);
      expect(scene.backups.look([first.backup])).toEqual(before);
      expect(mode('prod')).toBe('700');
    });

    test("the chart's policy says what stays", async () => {
      for (const name of scene.earlier) rmSync(join(scene.backups.folder, name), { recursive: true });
      const plant = (time: string) => scene.backups.plant(new Date(`${time}:00:00Z`), 100);
      const wednesday = plant('2021-03-10T18');
      const tuesday = plant('2021-03-09T18');
      const weekBefore = plant('2021-03-07T12');
      const yearBefore = plant('2020-12-31T12');
      const lastOf2019 = plant('2019-06-01T12');
      const veryFirst = plant('2019-01-15T12');
      const others = ['2021-03-10T06', '2021-03-09T06', '2021-03-08T18', '2021-03-08T06'].map(plant);

      const saved = await run({ retention: RetentionPolicy.of({ last: 2, daily: 3, weekly: 3, yearly: 5 }) });
      expect(scene.backups.complete).toEqual([veryFirst, lastOf2019, yearBefore, weekBefore, tuesday, wednesday, saved.backup]);
      expect(saved).toMatchObject({ pruned: others.length, kept: 7 });
    });

    test('without a policy, a single snapshot deletes nothing', async () => {
      const saved = await run({ retention: undefined });
      expect(scene.backups.complete).toEqual([...scene.earlier, saved.backup]);
      expect(saved).toMatchObject({ pruned: 0, kept: 4 });
    });
  });
}));
