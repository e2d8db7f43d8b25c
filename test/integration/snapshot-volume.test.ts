import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { Size } from 'cdk8s';
import { EtcdClusterFixture } from '../support/etcd/etcd-cluster';
import { fillDatabase } from '../support/etcd/fill-database';
import { asRoot } from '../support/pod/as-root';
import { etcdImage, etcdScene } from '../support/pod/etcd-scene';
import { expectFailure, expectSaved } from '../support/pod/failure';
import { Shell } from '../support/pod/pod';
import { SmallDisk } from '../support/pod/small-disk';
import { SnapshotScene, summaryOf } from '../support/pod/snapshot-scene';
import { sleep } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/** With its default, the space check would refuse before the volume fills up. */
const UNCHECKED = { minimumFreeSpace: Size.kibibytes(1) };
const SHELLS: Shell[] = ['busybox', 'dash'];

describeWithTools('a volume that fails', [toolchain.etcd36, toolchain.busybox], () => asRoot('a volume that fails', () => {
  let etcd: EtcdClusterFixture;
  let scene: SnapshotScene;
  let disk: SmallDisk;
  /** How large a snapshot is, in megabytes: the same data fill a database more or less, as writes happen to be batched. */
  let size: number;

  beforeAll(async () => {
    etcd = await EtcdClusterFixture.start(toolchain.etcd36);
    await fillDatabase(etcd.client, 10);
    // etcd commits ten times a second, and the file grows then.
    await sleep(1000);
    size = Math.ceil((await etcd.client.status()).dbSizeBytes / 1024 / 1024);
  });
  beforeEach(() => { scene = etcdScene(etcd); });
  afterEach(async () => {
    await disk.unmount();
    scene.remove();
  });
  afterAll(() => etcd.destroy());

  async function mount(megabytes: number): Promise<void> {
    disk = await SmallDisk.mount(scene.volume, megabytes);
    mkdirSync(scene.backups.folder, { mode: 0o700 });
    scene.plantEarlier();
  }

  /** The image, with an etcdutl that fills the volume after it has checked the snapshot. */
  function imageThatFillsTheVolume(): Record<string, string> {
    const image = etcdImage(etcd.tool);
    const etcdutl = scene.program('etcdutl', 'etcdutl.real "$@"; status=$?; cat /dev/zero >/backup/filler 2>/dev/null; exit $status');
    return { ...image, 'etcdutl.real': image.etcdutl, etcdutl };
  }

  test('too little space: known before the save begins, and how much is missing', async () => {
    await mount(Math.floor(1.5 * size));
    await expectFailure(scene, () => scene.run(), {
      exitCode: 1, step: 'space', message: /^the volume has \d+ KiB free and needs \d+ KiB: \d+ KiB are missing$/, fix: /free space on the volume, keep fewer backups/,
    });
  });

  test.each(SHELLS)('full in the middle of a save, in %s: it is said, what was saved is removed, and the next run with room goes well', async (shell) => {
    await mount(Math.floor(size / 2));
    await expectFailure(scene, () => scene.run(UNCHECKED, { shell }), {
      exitCode: 1, step: 'save', message: /^the volume filled up while the snapshot was being saved$/, fix: /free space on the volume/,
    });
    await disk.unmount();
    await mount(4 * size);
    await expectSaved(scene, () => scene.run(undefined, { shell }));
  });

  test.each(SHELLS)('full once the snapshot is there, in %s: without its record it is no backup', async (shell) => {
    await mount(size + 2);
    await expectFailure(scene, () => scene.run(UNCHECKED, { shell, image: imageThatFillsTheVolume() }), {
      exitCode: 1, step: 'keep', message: /^can't write backup.json: .*/, fix: /free space on the volume/,
    });
  });

  test('full while the PKI is copied: the snapshot is kept without it, and not with half of it', async () => {
    await mount(size + 2);
    const pki = join(scene.folder, 'pki');
    mkdirSync(pki);
    writeFileSync(join(pki, 'ca.crt'), 'x'.repeat(8_000_000));
    writeFileSync(join(pki, 'sa.pub'), 'x');
    const result = await scene.run({ ...UNCHECKED, includePki: true, pkiFolder: pki });
    const written = scene.backups.complete.at(-1)!;
    expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({
      exitCode: 1,
      outcome: 'failed',
      step: 'protect',
      message: expect.stringMatching(new RegExp(`^${written} is saved, without pki: the PKI can't be copied: .*[Nn]o space left`)),
      fix: expect.stringMatching(/free space on the volume/),
    });
    expect(scene.earlier).not.toContain(written);
    expect(scene.backups.faults(written)).toEqual([]);
    expect(readdirSync(join(scene.backups.folder, written)).sort()).toEqual(['backup.json', 'snapshot.db']);
  });

  test.each(SHELLS)('read-only from the start, in %s', async (shell) => {
    await mount(4 * size);
    await disk.makeReadOnly();
    await expectFailure(scene, () => scene.run({}, { shell }), {
      exitCode: 1, step: 'open', message: /[Rr]ead-only file system/, fix: /make the volume writable/,
    });
  });

  test('read-only from the start, and no folder of this cluster yet', async () => {
    await mount(4 * size);
    rmSync(scene.backups.folder, { recursive: true });
    await disk.makeReadOnly();
    const result = await scene.run();
    expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({
      exitCode: 1, outcome: 'failed', step: 'open', message: expect.stringMatching(/^can't write to the volume: .*[Rr]ead-only file system/), fix: expect.stringMatching(/make the volume writable/),
    });
    expect(readdirSync(scene.volume)).toEqual([]);
  });

  test("a folder of another user's: root without capabilities can't enter it, and that is said", async () => {
    await mount(4 * size);
    chownSync(scene.backups.folder, 1000, 1000);
    await expectFailure(scene, () => scene.run(), {
      exitCode: 1, step: 'open', message: /^prod on the volume is not a folder that user 0 can enter$/, fix: /give it to user 0/,
    });
  });

  test("a backup that can't be deleted: the new one counts, the run fails and names the old one", async () => {
    await mount(4 * size);
    const [oldest, , newest] = scene.earlier;
    giveAway(oldest);
    const before = scene.backups.look([newest]);
    const result = await scene.run();
    expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({
      exitCode: 1,
      outcome: 'failed',
      step: 'prune',
      message: expect.stringMatching(new RegExp(`is saved, but ${oldest} can't be deleted: .*[Pp]ermission denied`)),
      fix: expect.stringMatching(/delete it by hand/),
    });
    const written = scene.backups.complete[scene.backups.complete.length - 1];
    expect(scene.backups.faults(written)).toEqual([]);
    expect(scene.backups.look([newest])).toEqual(before);
  });

  test("what one run couldn't delete doesn't keep the next from saving", async () => {
    await mount(4 * size);
    giveAway(scene.earlier[0]);
    await scene.run();
    const [left] = scene.backups.leftovers;
    const result = await scene.run();
    expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({ exitCode: 0, outcome: 'saved' });
    expect(result.stdout).toContain(`warning: ${left} can't be removed`);
  });

  /** Makes a backup one that can be read and renamed, but not emptied. */
  function giveAway(name: string): void {
    const folder = join(scene.backups.folder, name);
    chmodSync(folder, 0o755);
    chownSync(folder, 1000, 1000);
  }
}));
