import { execFileSync } from 'child_process';
import { chmodSync, chownSync, lstatSync, mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Chart, Testing } from 'cdk8s';
import { PersistentVolumeClaim, Secret } from 'cdk8s-plus-28';
import { EtcdSnapshotJob } from '../../src/backup/etcd-snapshot-job';
import { RetentionPolicy } from '../../src/backup/retention-policy';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { BackupVolume } from '../../src/storage/backup-volume';
import { readIdentity } from '../support/etcd/certificates';
import { EtcdClient } from '../support/etcd/etcd-client';
import { EtcdClusterFixture } from '../support/etcd/etcd-cluster';
import { PlainEtcd, startPlainEtcd } from '../support/etcd/plain-etcd';
import { readSnapshot } from '../support/etcd/restored-snapshot';
import { asRoot } from '../support/pod/as-root';
import { etcdImage } from '../support/pod/etcd-scene';
import { expectSaved } from '../support/pod/failure';
import { KitOnDisk } from '../support/pod/kit-on-disk';
import { modeOf } from '../support/pod/mode-of';
import { Pod, Shell } from '../support/pod/pod';
import { podOf } from '../support/pod/pod-of';
import { SnapshotScene } from '../support/pod/snapshot-scene';
import { STUB_CLUSTER } from '../support/pod/stub-etcd';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const NOBODY = 65532;

describeWithTools('an external etcd and a claim', [toolchain.etcd35, toolchain.busybox], () => asRoot('an external etcd and a claim', () => {
  let scene: SnapshotScene;

  beforeEach(() => {
    // Only the volume of the scene is used: the cluster is each test's own.
    scene = new SnapshotScene(STUB_CLUSTER, { image: {} });
    // What earlier runs wrote, on a volume that the kubelet has given to the pod's group: root's, group may write, new files inherit the group.
    execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, scene.backups.folder]);
    chownSync(scene.volume, 0, NOBODY);
    chmodSync(scene.volume, 0o2775);
    scene.planted = scene.backups.look();
  });
  afterEach(() => scene.remove());

  function manifests(endpoint: string, certificatesFrom?: string): any[] {
    const chart = new Chart(Testing.app(), 'platform');
    new EtcdSnapshotJob(chart, 'snapshot', {
      cluster: EtcdCluster.external({
        name: 'prod',
        endpoints: [endpoint],
        etcdVersion: EtcdVersion.of(toolchain.etcd35.recipe.version),
        certificates: certificatesFrom ? EtcdCertificates.fromSecret(Secret.fromSecretName(chart, 'secret', certificatesFrom)) : undefined,
      }),
      volume: BackupVolume.fromPersistentVolumeClaim(chart, 'backups', PersistentVolumeClaim.fromClaimName(chart, 'claim', 'backups')),
      retention: RetentionPolicy.keepLast(2),
      breakGlassKit: true,
    });
    return Testing.synth(chart);
  }

  /** A pod without root: it saves, deletes what its policy says, and what it wrote is its own and nobody else's. */
  async function expectSavedWithoutRoot(shell: Shell, docs: any[], secrets: Record<string, Record<string, string>> = {}): Promise<any> {
    const { spec } = docs.map((manifest) => podOf(manifest) as any).find((pod) => pod !== undefined);
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: NOBODY, fsGroup: NOBODY });
    const options = { image: etcdImage(toolchain.etcd35), shell, secrets, claims: { backups: scene.volume } };
    const saved = await expectSaved(scene, () => Pod.run(docs, options));
    expect(scene.backups.complete).toEqual([scene.earlier[2], saved.backup]);
    for (const [name, mode] of [['.', '700'], ['snapshot.db', '600'], ['backup.json', '600']]) {
      const path = join(scene.backups.folder, saved.backup, name);
      const { uid, gid } = lstatSync(path);
      expect({ name, uid, gid, mode: modeOf(path) }).toEqual({ name, uid: NOBODY, gid: NOBODY, mode });
    }
    expect(new KitOnDisk(scene.backups.folder).faults).toEqual([]);
    return saved;
  }

  test.each<Shell>(['busybox', 'dash'])('plain HTTP, in %s', async (shell) => {
    const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-plain-'));
    let etcd: PlainEtcd | undefined;
    try {
      etcd = await startPlainEtcd(toolchain.etcd35, folder);
      const revision = await new EtcdClient(etcd.endpoint).put('a', '1');
      expect(await expectSavedWithoutRoot(shell, manifests(etcd.endpoint))).toMatchObject({ endpoint: etcd.endpoint, revision });
    } finally {
      await etcd?.daemon.stop('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test.each<Shell>(['busybox', 'dash'])('certificates from a Secret, in %s', async (shell) => {
    const etcd = await EtcdClusterFixture.start(toolchain.etcd35);
    try {
      const revision = await etcd.client.put('a', '1');
      const { ca, cert, key } = readIdentity(etcd.certificates);
      const secrets = { 'etcd-client': { 'ca.crt': ca, 'tls.crt': cert, 'tls.key': key } };
      const saved = await expectSavedWithoutRoot(shell, manifests(etcd.endpoints[0], 'etcd-client'), secrets);
      expect(saved).toMatchObject({ member: 'cp1', endpoint: etcd.endpoints[0], revision });
      expect((await readSnapshot(toolchain.etcd35, scene.backups.snapshotFile(saved.backup))).keys).toEqual([{ key: 'a', value: '1', modRevision: revision }]);
    } finally {
      await etcd.destroy();
    }
  });
}));
