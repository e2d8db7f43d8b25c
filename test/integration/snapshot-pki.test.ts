import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { join } from 'path';
import { writeKubeadmCertificates } from '../support/etcd/certificates';
import { EtcdClusterFixture } from '../support/etcd/etcd-cluster';
import { asRoot } from '../support/pod/as-root';
import { etcdScene } from '../support/pod/etcd-scene';
import { expectSaved } from '../support/pod/failure';
import { modeOf } from '../support/pod/mode-of';
import { Shell } from '../support/pod/pod';
import { SnapshotScene, summaryOf } from '../support/pod/snapshot-scene';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools("a control plane's PKI", [toolchain.etcd36, toolchain.busybox], () => asRoot("a control plane's PKI", () => {
  let etcd: EtcdClusterFixture;
  let scene: SnapshotScene;
  let pkiFolder: string;

  beforeAll(async () => {
    etcd = await EtcdClusterFixture.start(toolchain.etcd36);
    // Shaped as /etc/kubernetes/pki, and open to everybody: what is kept must not be.
    pkiFolder = join(etcd.folder, 'node-pki');
    writeKubeadmCertificates(etcd.ca, pkiFolder, 'cp1', ['127.0.0.1']);
    mkdirSync(join(pkiFolder, 'etcd'));
    etcd.ca.writeTo(join(pkiFolder, 'etcd'));
    writeFileSync(join(pkiFolder, 'sa.pub'), 'public\n');
    for (const file of filesOf(pkiFolder)) chmodSync(join(pkiFolder, file), 0o666);
    symlinkSync('ca.crt', join(pkiFolder, 'front-proxy-ca.crt'));
  });
  beforeEach(() => { scene = etcdScene(etcd); });
  afterEach(() => scene.remove());
  afterAll(() => etcd.destroy());

  function filesOf(folder: string): string[] {
    return (readdirSync(folder, { recursive: true }) as string[]).filter((name) => !lstatSync(join(folder, name)).isDirectory()).sort();
  }

  const kept = (backup: string, ...path: string[]) => join(scene.backups.folder, backup, 'pki', ...path);

  test.each<Shell>(['busybox', 'dash'])('in %s: every file is kept beside the snapshot, private keys too, for root only', async (shell) => {
    const { backup } = await expectSaved(scene, () => scene.run({ includePki: true, pkiFolder }, { shell }));
    expect(filesOf(kept(backup))).toEqual(filesOf(pkiFolder));
    expect(filesOf(kept(backup))).toEqual(expect.arrayContaining(['ca.crt', 'ca.key', 'etcd/ca.crt', 'etcd/ca.key', 'front-proxy-ca.crt']));
    for (const file of filesOf(pkiFolder)) {
      expect(readFileSync(kept(backup, file))).toEqual(readFileSync(join(pkiFolder, file)));
      // A link would point at another machine's file one day.
      expect({ file, link: lstatSync(kept(backup, file)).isSymbolicLink(), mode: modeOf(kept(backup, file)) }).toEqual({ file, link: false, mode: '600' });
    }
    expect([modeOf(kept(backup)), modeOf(kept(backup, 'etcd'))]).toEqual(['700', '700']);
  });

  test('unless the chart asks for it, nothing of it is kept', async () => {
    const { backup } = await expectSaved(scene, () => scene.run());
    expect(readdirSync(join(scene.backups.folder, backup)).sort()).toEqual(['backup.json', 'snapshot.db']);
  });

  test('a link that leads out of the folder: the snapshot is kept without the PKI, and that is said', async () => {
    const link = join(pkiFolder, 'elsewhere.key');
    symlinkSync('/root/elsewhere.key', link);
    try {
      const result = await scene.run({ includePki: true, pkiFolder });
      const written = scene.backups.complete.at(-1)!;
      expect({ exitCode: result.exitCode, ...summaryOf(result) }).toMatchObject({
        exitCode: 1, step: 'protect', message: expect.stringMatching(/is saved, without pki: the PKI can't be copied: .*elsewhere.key/),
      });
      expect(scene.backups.faults(written)).toEqual([]);
    } finally {
      rmSync(link);
    }
  });
}));
