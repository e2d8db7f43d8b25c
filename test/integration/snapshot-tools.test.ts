import { readSnapshot } from '../support/etcd/restored-snapshot';
import { asRoot } from '../support/pod/as-root';
import { etcdImage, onEtcd } from '../support/pod/etcd-scene';
import { expectFailure, expectSaved } from '../support/pod/failure';
import { Shell } from '../support/pod/pod';
import { SnapshotScene } from '../support/pod/snapshot-scene';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

// registry.k8s.io/etcd leaves etcdutl out up to 3.5.21-0, and up to 3.6.4-0 in 3.6, whose etcdctl can check no snapshot.
describeWithTools('images that lack a tool', [toolchain.etcd35, toolchain.etcd36, toolchain.busybox], () => asRoot('images that lack a tool', () => {
  let scene: SnapshotScene;
  onEtcd(toolchain.etcd35, 1, (made) => { scene = made; });

  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    test('one of 3.5 without etcdutl: etcdctl alone saves and checks', async () => {
      const { etcdctl } = etcdImage(toolchain.etcd35);
      const { backup, revision } = await expectSaved(scene, () => scene.run({}, { shell, image: { etcdctl } }));
      expect(await readSnapshot(toolchain.etcd35, scene.backups.snapshotFile(backup))).toEqual({ revision, keys: [{ key: 'a', value: '1', modRevision: revision }] });
    });

    test('one of 3.5 without etcdutl finds damage, too', async () => {
      const { etcdctl } = etcdImage(toolchain.etcd35);
      const spoiling = scene.program('etcdctl', `
        etcdctl.real "$@" || exit
        case "$*" in *'snapshot save'*) for file; do :; done; dd if=/dev/zero of="$file" bs=1 count=32 seek=$(($(stat -c %s "$file") - 32)) conv=notrunc 2>/dev/null ;; esac
      `);
      await expectFailure(scene, () => scene.run({}, { shell, image: { 'etcdctl.real': etcdctl, 'etcdctl': spoiling } }), {
        exitCode: 1, step: 'verify', message: /its SHA-256 does not match its content/, fix: /a snapshot arrived damaged/,
      });
    });

    test('one of 3.6 without etcdutl: refused, and an image that has it is named', async () => {
      const { etcdctl } = etcdImage(toolchain.etcd36);
      await expectFailure(scene, () => scene.run({}, { shell, image: { etcdctl } }), {
        exitCode: 2, step: 'check', message: /^the etcd image has no etcdutl, and its etcdctl can't check a snapshot$/, fix: /registry.k8s.io\/etcd from 3.6.5-0 on/,
      });
    });

    test('one without etcdctl: refused', async () => {
      const { etcdctl: _, ...image } = etcdImage(toolchain.etcd36);
      await expectFailure(scene, () => scene.run({}, { shell, image }), {
        exitCode: 2, step: 'check', message: /^the etcd image has no etcdctl$/, fix: /set the etcd image/,
      });
    });
  });
}));
