import { truncateSync, writeFileSync } from 'fs';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { EtcdClusterFixture } from '../support/etcd/etcd-cluster';
import { asRoot } from '../support/pod/as-root';
import { etcdImage, onEtcd } from '../support/pod/etcd-scene';
import { expectFailure, expectSaved } from '../support/pod/failure';
import { SnapshotScene, summaryOf } from '../support/pod/snapshot-scene';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools('snapshots that arrive damaged', [toolchain.etcd36, toolchain.busybox], () => asRoot('snapshots that arrive damaged', () => {
  let etcd: EtcdClusterFixture;
  let scene: SnapshotScene;
  onEtcd(toolchain.etcd36, 3, (made, cluster) => { [scene, etcd] = [made, cluster]; });

  /** The image, with an etcdctl that does something to what it saved (`$file`) from the endpoints that match a shell pattern. */
  function imageThatSpoils(what: string, endpoints = '*'): Record<string, string> {
    const image = etcdImage(etcd.tool);
    return {
      ...image,
      'etcdctl.real': image.etcdctl,
      'etcdctl': scene.program('etcdctl', `
        etcdctl.real "$@" || exit
        for file; do :; done
        case "$1 $*" in --endpoints=${endpoints}' '*' snapshot save '*) ${what} ;; esac
      `),
    };
  }

  const onCp1 = { nodes: SnapshotNodes.named('cp1') };
  // The 32 bytes of the checksum are the last ones.
  const damages: [string, string, RegExp][] = [
    ['a wrong checksum', 'head -c -32 "$file" >"$file.x" && head -c 32 /dev/zero >>"$file.x" && mv "$file.x" "$file"', /its SHA-256 does not match its content/],
    ['one wrong byte among the last pages', 'printf x | dd of="$file" bs=1 seek=$(($(stat -c %s "$file") - 700)) conv=notrunc 2>/dev/null', /SHA-256 does not match|status failed/],
    ['no checksum', 'truncate -s $(($(stat -c %s "$file") - 32)) "$file"', /its SHA-256 does not match its content/],
    ['half of the file', 'truncate -s $(($(stat -c %s "$file") / 2)) "$file"', /SHA-256 does not match|status failed/],
    ['an empty file', ': >"$file"', /the snapshot it gave is damaged/],
    ['text in place of a database', 'echo hello >"$file"', /the snapshot it gave is damaged: etcdutl snapshot status failed/],
    ['no file at all', 'rm "$file"', /the snapshot it gave is damaged: etcdutl snapshot status failed/],
  ];

  test.each(damages)('%s, from every member: no backup', async (_, what, message) => {
    await expectFailure(scene, () => scene.run(onCp1, { image: imageThatSpoils(what) }), {
      exitCode: 1, step: 'verify', message, fix: /a snapshot arrived damaged/,
    });
  });

  test.each(damages)('%s, from the first member: the second gives the backup', async (_, what, message) => {
    let said = '';
    const saved = await expectSaved(scene, async () => {
      const result = await scene.run(onCp1, { image: imageThatSpoils(what, 'https://127.0.0.1:*') });
      said = result.stdout;
      return result;
    });
    expect(saved).toMatchObject({ member: 'cp2', endpoint: etcd.endpoints[1] });
    expect(said).toMatch(message);
  });

  test('`snapshot status` fails on a good file: no backup', async () => {
    const image = { ...etcdImage(etcd.tool), etcdutl: scene.program('etcdutl', 'echo "bolt: the tool is broken" >&2; exit 1') };
    await expectFailure(scene, () => scene.run(onCp1, { image }), {
      exitCode: 1, step: 'verify', message: /etcdutl snapshot status failed: bolt: the tool is broken/, fix: /./,
    });
  });

  test('`snapshot status` says nothing that is understood: no backup', async () => {
    const image = { ...etcdImage(etcd.tool), etcdutl: scene.program('etcdutl', 'echo "all is well"') };
    await expectFailure(scene, () => scene.run(onCp1, { image }), {
      exitCode: 1, step: 'verify', message: /its status was not understood: all is well/, fix: /./,
    });
  });

  describe('of earlier backups', () => {
    test('the newest one is truncated when it comes to pruning: it is kept and said, and counts for none', async () => {
      const [oldest, middle, newest] = scene.earlier;
      truncateSync(scene.backups.snapshotFile(newest), 100);
      const before = scene.backups.look([newest]);
      const saved = await expectSaved(scene, () => scene.run(onCp1));
      expect(saved).toMatchObject({ damaged: 1, pruned: 1 });
      expect(scene.backups.complete).toEqual([middle, newest, saved.backup]);
      expect(scene.backups.names).not.toContain(oldest);
      expect(scene.backups.look([newest])).toEqual(before);
    });

    test('all of them are damaged: none is deleted', async () => {
      for (const name of scene.earlier) truncateSync(scene.backups.snapshotFile(name), 100);
      const before = scene.backups.look(scene.earlier);
      expect(await expectSaved(scene, () => scene.run(onCp1))).toMatchObject({ damaged: 3, pruned: 0 });
      expect(scene.backups.look(scene.earlier)).toEqual(before);
    });

    test('one has no readable record: it is kept and said', async () => {
      const [oldest] = scene.earlier;
      writeFileSync(`${scene.backups.folder}/${oldest}/backup.json`, 'not JSON\n');
      const before = scene.backups.look([oldest]);
      expect(await expectSaved(scene, () => scene.run(onCp1))).toMatchObject({ damaged: 1 });
      expect(scene.backups.look([oldest])).toEqual(before);
    });

    test('the one just written is lost by the volume before it comes to pruning: nothing is pruned, and the run fails', async () => {
      // `member list` is asked between the check and the renaming.
      const image = etcdImage(etcd.tool);
      const etcdctl = scene.program('etcdctl', `
        case "$*" in *'member list'*) truncate -s 100 /backup/prod/.incomplete-*/snapshot.db ;; esac
        exec etcdctl.real "$@"
      `);
      const before = scene.backups.look(scene.earlier);
      const result = await scene.run(onCp1, { image: { ...image, 'etcdctl.real': image.etcdctl, etcdctl } });
      expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({
        exitCode: 1, outcome: 'failed', step: 'prune', message: expect.stringMatching(/is not as it was written: nothing is pruned$/), fix: expect.stringMatching(/volume's health/),
      });
      expect(scene.backups.look(scene.earlier)).toEqual(before);
    });
  });
}));
