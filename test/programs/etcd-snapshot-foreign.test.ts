import { existsSync, linkSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { join } from 'path';
import { asRoot } from '../support/pod/as-root';
import { expectFailure, expectSaved } from '../support/pod/failure';
import { Shell } from '../support/pod/pod';
import { SnapshotScene, summaryOf } from '../support/pod/snapshot-scene';
import { NODE, STUB_CLUSTER, stubImage } from '../support/pod/stub-etcd';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const DAY_MS = 24 * 60 * 60 * 1000;
const ODD_NAMES = [
  'notes of the day', ' ', '\n', 'two\nlines', '-rf', '--help', '*', '20*', '$(touch pwned)', '`touch pwned`', "it's", '"', '\\', 'ümläut', '\u0001',
  '20261121T101501Z', '20261121T101501Z-r', '20261121T101501Z-rx', '20261121T101501Z-r96 0', ' 20261121T101501Z-r960', '20261121T101501Z-r960\n',
  '20261121T101501Z-r960.bak', '20261121T101501Z-r960 complete', '20261121-101501', 'x20261121T101501Z-r960', '20269921T101501Z-r960', 'lost+found',
  '.incomplete-', '.incomplete-mine', '.trash-', '.trash-mine', '.trash-20261121T101501Z', '.incomplete-20261121T101501Z ', '.incomplete-\n20261121T101501Z',
];

describeWithTools('a folder that others use, too', [toolchain.busybox], () => asRoot('a folder that others use, too', () => {
  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    let scene: SnapshotScene;
    let outside: string;

    beforeEach(() => {
      const options = { image: {}, shell };
      scene = new SnapshotScene(STUB_CLUSTER, options);
      options.image = stubImage(scene);
      outside = join(scene.volume, 'outside');
      mkdirSync(outside);
      writeFileSync(join(outside, 'precious'), 'data');
    });
    afterEach(() => scene.remove());

    const run = () => scene.run({ nodes: NODE });
    const inFolder = (name: string) => join(scene.backups.folder, name);

    /** Everything outside of the cluster's folder is as it was. */
    function expectNothingOutside(): void {
      expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('data');
      expect(existsSync(join(scene.volume, 'pwned'))).toBe(false);
    }

    test('nothing is wrong: a backup, and two of the earlier ones go', async () => {
      const saved = await expectSaved(scene, run);
      expect(scene.backups.names).toEqual(['.lock', scene.earlier[2], saved.backup]);
    });

    test('folders and files with odd names are neither counted nor touched', async () => {
      for (const [i, name] of ODD_NAMES.entries()) {
        if (i % 2 === 0) mkdirSync(inFolder(name));
        writeFileSync(i % 2 === 0 ? join(inFolder(name), 'precious') : inFolder(name), 'data');
      }
      const before = scene.backups.look(ODD_NAMES);
      expect(await expectSavedBesides(ODD_NAMES)).toMatchObject({ pruned: 2, kept: 2, damaged: 0 });
      expect(scene.backups.look(ODD_NAMES)).toEqual(before);
      expect(existsSync(inFolder('pwned'))).toBe(false);
      expectNothingOutside();
    });

    test('a file that is named as a backup is neither counted nor touched', async () => {
      writeFileSync(inFolder('20200101T000000Z-r5'), 'data');
      const before = scene.backups.look(['20200101T000000Z-r5']);
      expect(await expectSaved(scene, run)).toMatchObject({ pruned: 2, kept: 2, damaged: 0 });
      expect(scene.backups.look(['20200101T000000Z-r5'])).toEqual(before);
    });

    test('a link that is named as a backup is neither counted nor followed', async () => {
      const elsewhere = join(scene.volume, 'elsewhere');
      renameSync(inFolder(scene.earlier[0]), elsewhere);
      symlinkSync('../elsewhere', inFolder(scene.earlier[0]));
      expect(await expectSaved(scene, run)).toMatchObject({ pruned: 1, kept: 2, damaged: 0 });
      expect(lstatSync(inFolder(scene.earlier[0])).isSymbolicLink()).toBe(true);
      expect(existsSync(join(elsewhere, 'snapshot.db'))).toBe(true);
    });

    test('a backup whose snapshot is a link counts as damaged, and nothing is deleted through it', async () => {
      const [oldest] = scene.earlier;
      renameSync(scene.backups.snapshotFile(oldest), join(outside, 'snapshot.db'));
      symlinkSync('../../outside/snapshot.db', scene.backups.snapshotFile(oldest));
      expect(await expectSaved(scene, run)).toMatchObject({ damaged: 1, pruned: 1 });
      expect(existsSync(join(outside, 'snapshot.db'))).toBe(true);
      expectNothingOutside();
    });

    test('links inside of a backup that goes are removed, and what they point to stays', async () => {
      const [oldest] = scene.earlier;
      symlinkSync('../../outside', join(inFolder(oldest), 'folder'));
      symlinkSync('../../outside/precious', join(inFolder(oldest), 'file'));
      linkSync(join(outside, 'precious'), join(inFolder(oldest), 'hard'));
      await expectSaved(scene, run);
      expect(existsSync(inFolder(oldest))).toBe(false);
      expectNothingOutside();
    });

    test.each(['.incomplete-20261121T101501Z', '.trash-20261121T101501Z-r960'])('a stale %s goes, be it full or empty, and is no backup', async (name) => {
      mkdirSync(join(inFolder(name), 'deeper'), { recursive: true });
      writeFileSync(join(inFolder(name), 'snapshot.db.part'), 'half');
      mkdirSync(inFolder(name.replace('101501', '101502')));
      expect(await expectSaved(scene, run)).toMatchObject({ pruned: 2, kept: 2 });
    });

    test.each(['.incomplete-20261121T101501Z', '.trash-20261121T101501Z-r960'])('a link planted as a stale %s is not followed', async (name) => {
      symlinkSync('../outside', inFolder(name));
      expect((await run()).exitCode).toBe(0);
      expect(lstatSync(inFolder(name)).isSymbolicLink()).toBe(true);
      expectNothingOutside();
    });

    test('a trash of the name that a backup to delete would get: the backup goes all the same', async () => {
      mkdirSync(inFolder(`.trash-${scene.earlier[0]}`));
      expect(await expectSaved(scene, run)).toMatchObject({ pruned: 2 });
    });

    test("a link in place of the cluster's folder: refused, nothing is written where it leads", async () => {
      const moved = join(scene.volume, 'moved');
      renameSync(scene.backups.folder, moved);
      symlinkSync('moved', scene.backups.folder);
      await expectFailure(scene, run, { exitCode: 1, step: 'open', message: /^prod on the volume is a link$/, fix: /remove the link/ });
      expectNothingOutside();
    });

    test("a dangling link in place of the cluster's folder: refused, and it stays dangling", async () => {
      rmSync(scene.backups.folder, { recursive: true });
      symlinkSync('nowhere', scene.backups.folder);
      const result = await run();
      expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({ exitCode: 1, message: 'prod on the volume is a link' });
      expect(existsSync(join(scene.volume, 'nowhere'))).toBe(false);
    });

    test("a file in place of the cluster's folder: refused", async () => {
      rmSync(scene.backups.folder, { recursive: true });
      writeFileSync(scene.backups.folder, 'data');
      const result = await run();
      expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({ exitCode: 1, step: 'open', fix: expect.stringMatching(/remove what stands in its place/) });
      expect(readFileSync(scene.backups.folder, 'utf8')).toBe('data');
    });

    test.each([
      ['a link', () => symlinkSync('../outside/precious', inFolder('.lock'))],
      ['a dangling link', () => symlinkSync('../outside/new', inFolder('.lock'))],
      ['a folder', () => mkdirSync(inFolder('.lock'))],
    ])('%s in place of the lock: refused', async (_, plant) => {
      plant();
      await expectFailure(scene, run, { exitCode: 1, step: 'open', message: /^\.lock on the volume is not a plain file$/, fix: /remove it/ });
      expectNothingOutside();
      expect(existsSync(join(outside, 'new'))).toBe(false);
    });

    test('a lock that a dead run left: nobody holds it', async () => {
      writeFileSync(inFolder('.lock'), '');
      await expectSaved(scene, run);
    });

    test('a clock set back by a month: what is dated in the future is kept, and the new backup is, too', async () => {
      const future = [30, 31, 32].map((days) => scene.backups.plant(new Date(Date.now() + days * DAY_MS), 300 + days));
      const before = scene.backups.look(future);
      const saved = await expectSaved(scene, run);
      expect(scene.backups.complete).toContain(saved.backup);
      expect(scene.backups.complete).toContain(future[2]);
      expect(scene.backups.look([future[2]])).toEqual(Object.fromEntries(Object.entries(before).filter(([name]) => name.startsWith(future[2]))));
      // And once more: whatever the clock says, a run keeps what it has just written.
      const again = await expectSaved(scene, run);
      expect(scene.backups.complete).toContain(again.backup);
    });

    test('two runs within one second: each has a name of its own', async () => {
      const results = await Promise.all([run(), run(), run()]);
      expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
      expect(new Set(results.map((result) => summaryOf(result).backup)).size).toBe(3);
      expect(scene.backups.leftovers).toEqual([]);
    });

    test('the list of what would go deletes nothing and writes nothing', async () => {
      const names = scene.backups.names;
      const before = scene.backups.look(names);
      const result = await scene.run({ nodes: NODE }, { extra: { env: { DRY_RUN: '1' } } });
      expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({ exitCode: 0, outcome: 'previewed', pruned: 1, kept: 2 });
      expect(result.stdout).toMatch(new RegExp(`^prune ${scene.earlier[0]} `, 'm'));
      expect(scene.backups.names).toEqual(names);
      expect(scene.backups.look(names)).toEqual(before);
    });

    async function expectSavedBesides(foreign: string[]): Promise<any> {
      const result = await run();
      expect({ exitCode: result.exitCode, stderr: result.stderr }).toEqual({ exitCode: 0, stderr: '' });
      const { backup } = summaryOf(result);
      expect(scene.backups.faults(backup)).toEqual([]);
      expect(scene.backups.names.filter((name) => !foreign.includes(name))).toEqual(['.lock', scene.earlier[2], backup]);
      return summaryOf(result);
    }
  });
}));
