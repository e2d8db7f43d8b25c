import { execFileSync } from 'child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { ContainerImages } from '../../src/cluster/container-images';
import { asRoot } from '../support/pod/as-root';
import { expectSaved } from '../support/pod/failure';
import { KitOnDisk } from '../support/pod/kit-on-disk';
import { modeOf } from '../support/pod/mode-of';
import { Shell } from '../support/pod/pod';
import { SmallDisk } from '../support/pod/small-disk';
import { SceneProps, SnapshotScene, summaryOf } from '../support/pod/snapshot-scene';
import { NODE, STUB_CLUSTER, stubImage } from '../support/pod/stub-etcd';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/** The image's name is in the kit's digest, so this makes another kit. */
const OTHER_IMAGE = { images: ContainerImages.of({ etcd: 'registry.k8s.io/etcd:3.6.6-0' }) };

describeWithTools('the break-glass kit', [toolchain.busybox], () => asRoot('the break-glass kit', () => {
  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    let scene: SnapshotScene;
    let kit: KitOnDisk;
    let image: Record<string, string>;

    beforeEach(() => {
      const options = { image: {}, shell };
      scene = new SnapshotScene(STUB_CLUSTER, options);
      options.image = image = stubImage(scene);
      kit = new KitOnDisk(scene.backups.folder);
    });
    afterEach(() => scene.remove());

    const run = (props: SceneProps = {}) => scene.run({ nodes: NODE, breakGlassKit: true, ...props });
    const inFolder = (...names: string[]) => join(scene.backups.folder, ...names);
    /** Everything of a kit, with what changes when a file is written again. */
    const look = () => kit.names.map((name) => ({ ...scene.backups.look([name]), inode: lstatSync(inFolder(name)).ino }));

    /** A run that saves and can't write the kit: the backup counts, its Job fails and says what to do. */
    async function expectNoKit(message: RegExp, fix: RegExp): Promise<void> {
      const result = await run();
      const [written] = scene.backups.complete.slice(-1);
      expect({ exitCode: result.exitCode, ...summaryOf(result) }).toEqual({
        exitCode: 1, outcome: 'failed', step: 'kit', message: expect.stringMatching(message), fix: expect.stringMatching(fix),
      });
      expect(summaryOf(result).message).toMatch(new RegExp(`^${written} is saved, but the break-glass kit can't be written: `));
      expect(scene.earlier).not.toContain(written);
      expect(scene.backups.faults(written)).toEqual([]);
    }

    test('the first run writes all of it, for root only', async () => {
      await expectSaved(scene, () => run());
      expect(kit.faults).toEqual([]);
      expect(kit.names).toEqual([kit.target, 'break-glass']);
      expect(['', 'lib', 'restore', 'bin'].map((folder) => modeOf(inFolder(kit.target!, folder)))).toEqual(['700', '700', '700', '700']);
    });

    test('its page and its names are those of the chart, its tools those of the images', async () => {
      await expectSaved(scene, () => run());
      const { data } = scene.manifests({ nodes: NODE, breakGlassKit: true }).find(({ kind, data: files }) => kind === 'ConfigMap' && 'RUNBOOK.md' in files);
      for (const [name, text] of Object.entries(data)) expect(readFileSync(kit.path(name), 'utf8')).toBe(text);
      for (const tool of ['etcdctl', 'etcdutl']) expect(readFileSync(kit.path('bin', tool))).toEqual(readFileSync(image[tool]));
      expect(execFileSync(kit.path('bin', 'busybox'), ['echo', 'it runs'], { encoding: 'utf8' })).toBe('it runs\n');
    });

    test('on the machine, with the cluster down, it lists the backups', async () => {
      const { backup } = await expectSaved(scene, () => run());
      const listed = execFileSync('sh', [kit.path('restore.sh'), '--list'], { encoding: 'utf8', env: { PATH: process.env.PATH } });
      for (const name of [backup, scene.earlier[2]]) expect(listed).toContain(name);
      expect(listed).not.toMatch(/break-glass|damaged/);
    });

    test('a second run writes nothing and says nothing', async () => {
      await expectSaved(scene, () => run());
      const before = look();
      let said = '';
      await expectSaved(scene, async () => {
        const result = await run();
        said = result.stdout;
        return result;
      });
      expect(look()).toEqual(before);
      expect(said).not.toMatch(/kit|break-glass/);
    });

    test('another one replaces it when anything in it changes, and the earlier one goes', async () => {
      await expectSaved(scene, () => run());
      const earlier = kit.target!;
      await expectSaved(scene, () => run(OTHER_IMAGE));
      expect(kit.target).not.toBe(earlier);
      expect(kit.faults).toEqual([]);
      expect(kit.names).toEqual([kit.target, 'break-glass']);
    });

    test('it is left alone where the chart wants none', async () => {
      kit.plant();
      const before = look();
      await expectSaved(scene, () => run({ breakGlassKit: false }));
      expect(look()).toEqual(before);
    });

    test('one that somebody has emptied is written again', async () => {
      await expectSaved(scene, () => run());
      rmSync(inFolder(kit.target!), { recursive: true });
      await expectSaved(scene, () => run());
      expect(kit.faults).toEqual([]);
    });

    test.each<[string, () => void, RegExp]>([
      ['changed', () => writeFileSync(kit.path('restore.sh'), 'touch /tmp/owned\n'), /^restore\.sh is changed$/],
      ['emptied', () => writeFileSync(kit.path('host', 'components.sh'), ''), /^host\/components\.sh is changed$/],
      ['missing', () => rmSync(kit.path('bin', 'etcdctl')), /^bin\/etcdctl is missing$/],
      ['too many', () => writeFileSync(kit.path('bin', 'stat'), ''), /^bin\/stat is no part of it$/],
      ['replaced by a link', () => {
        rmSync(kit.path('bin', 'etcdutl'));
        symlinkSync('/tmp/theirs', kit.path('bin', 'etcdutl'));
      }, /^bin\/etcdutl is changed$/],
      ['changed together with its sum', () => {
        writeFileSync(kit.path('cluster.env'), 'CLUSTER=prad\n');
        execFileSync('sh', ['-c', 'sha256sum $(cut -c67- SHA256SUMS) >sums && mv sums SHA256SUMS'], { cwd: kit.path() });
      }, /^SHA256SUMS is changed, cluster\.env is changed$/],
    ])('a file of it is %s: it is written anew, and log and summary say so', async (_, spoil, fault) => {
      await expectSaved(scene, () => run());
      const earlier = kit.target!;
      spoil();
      let log = '';
      const { kit: said } = await expectSaved(scene, async () => {
        const result = await run();
        log = result.stdout;
        return result;
      });
      expect(said.replace('written anew: ', '')).toMatch(fault);
      expect(log).toMatch(/kit: warning: the kit in \.break-glass-[0-9a-f]{8} is not as it was written: /);
      expect(kit.faults).toEqual([]);
      expect(kit.target).not.toBe(earlier);
      expect(kit.names).toEqual([kit.target, 'break-glass'].sort());
      // And again, in the place of the first one.
      spoil();
      await expectSaved(scene, () => run());
      expect([kit.faults, kit.target]).toEqual([[], earlier]);
      const before = look();
      expect(await expectSaved(scene, () => run())).not.toHaveProperty('kit');
      expect(look()).toEqual(before);
    });

    test('an image without etcdutl, as of 3.5: its etcdctl can restore by itself', async () => {
      const etcdctl = scene.program('etcdctl', `
        case "$*" in
          'snapshot --help') echo 'restore save status' ;;
          'snapshot status '*) echo '{"hash":1,"revision":200,"totalKey":3,"totalSize":4096}' ;;
          *) exec etcdctl.real "$@" ;;
        esac
      `);
      const { etcdutl: _, ...rest } = image;
      await expectSaved(scene, () => scene.run({ nodes: NODE, breakGlassKit: true }, { image: { ...rest, etcdctl, 'etcdctl.real': image.etcdctl } }));
      expect(kit.faults).toEqual(['bin/etcdutl is missing']);
      // By its own sums, it is whole.
      expect(await expectSaved(scene, () => scene.run({ nodes: NODE, breakGlassKit: true }, { image: { ...rest, etcdctl, 'etcdctl.real': image.etcdctl } }))).not.toHaveProperty('kit');
    });

    describe('on a volume with little space', () => {
      let disk: SmallDisk;
      afterEach(() => disk.unmount());

      /** Room for a kit and some backups, and not for two kits. */
      async function mount(share: number): Promise<void> {
        const kilobytes = statSync(toolchain.busybox.path('busybox')).size / 1024;
        disk = await SmallDisk.mount(scene.volume, Math.ceil(kilobytes * share / 1024));
        mkdirSync(scene.backups.folder, { mode: 0o700 });
        scene.plantEarlier();
      }

      test('no room: it is said, and nothing of it is left to take what room there is', async () => {
        await mount(0.5);
        await expectNoKit(/[Nn]o space left on device$/, /free about 70 MB on the volume/);
        expect(kit.names).toEqual([]);
      });

      test('no room for a second one: the earlier one stays', async () => {
        await mount(1.5);
        await expectSaved(scene, () => run(OTHER_IMAGE));
        const before = look();
        await expectNoKit(/[Nn]o space left on device$/, /free about 70 MB on the volume/);
        expect(look()).toEqual(before);
        expect(kit.faults).toEqual([]);
      });
    });

    test.each<[string, () => void]>([
      ['a folder', () => mkdirSync(inFolder('break-glass'))],
      ['a file', () => writeFileSync(inFolder('break-glass'), 'precious')],
      ['a link elsewhere', () => symlinkSync('..', inFolder('break-glass'))],
      ['a link to nothing', () => symlinkSync('../nowhere', inFolder('break-glass'))],
      ['a link to a folder that is named nearly as ours', () => symlinkSync('.break-glass-0A1B2C3D', inFolder('break-glass'))],
    ])('%s in its place: it stays, and the fix is named', async (_, plant) => {
      plant();
      const before = look();
      await expectNoKit(/break-glass is in its place, and not a link of this program's$/, /move break-glass on the volume elsewhere/);
      expect(look()).toEqual(before);
      expect(existsSync(join(scene.volume, 'nowhere'))).toBe(false);
    });

    test('what only looks like a kit is not touched, what a dead run left is removed', async () => {
      const outside = join(scene.volume, 'outside');
      const foreign = ['.break-glass', '.break-glass-', '.break-glass-mine', '.break-glass-0A1B2C3D', '.break-glass-0a1b2c3d.bak', '.break-glass-0a1b2c3', '.break-glass-0a1b2c3d4'];
      for (const name of [...foreign.map((entry) => inFolder(entry)), outside]) mkdirSync(name);
      symlinkSync('../outside', inFolder('.break-glass-11111111'));
      writeFileSync(inFolder('.break-glass-22222222'), 'precious');
      for (const name of ['.break-glass-33333333', '.break-glass-44444444.draft']) mkdirSync(inFolder(name, 'bin'), { recursive: true });
      const kept = [...foreign, '.break-glass-11111111', '.break-glass-22222222'];
      const before = scene.backups.look(kept);
      await expectSaved(scene, () => run());
      expect(scene.backups.look(kept)).toEqual(before);
      expect(existsSync(outside)).toBe(true);
      expect(kit.names.filter((name) => !kept.includes(name))).toEqual([kit.target, 'break-glass'].sort());
    });

    test.each<[string, (name: string) => void]>([
      ['a file', (name) => writeFileSync(name, 'precious')],
      ['a link', (name) => symlinkSync('..', name)],
    ])('%s under the very name that the kit will have: it stays, and is named', async (_, plant) => {
      await expectSaved(scene, () => run());
      const name = kit.target!;
      rmSync(inFolder(name), { recursive: true });
      rmSync(inFolder('break-glass'));
      plant(inFolder(name));
      const before = look();
      await expectNoKit(new RegExp(name.replace(/\./g, '\\.')), /volume/);
      expect(look()).toEqual(before);
      expect(dirname(inFolder(name))).toBe(scene.backups.folder);
    });
  });
}));
