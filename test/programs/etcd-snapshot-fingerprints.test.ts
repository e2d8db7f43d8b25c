import { createHash } from 'crypto';
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { asRoot } from '../support/pod/as-root';
import { expectSaved } from '../support/pod/failure';
import { Shell } from '../support/pod/pod';
import { SceneProps, SnapshotScene, summaryOf } from '../support/pod/snapshot-scene';
import { NODE, STUB_CLUSTER, stubImage } from '../support/pod/stub-etcd';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const KEY = 'c2VjcmV0IGlzIHRoaXMgdGV4dCBvZiAzMiBieXRlcw==';

/** Fingerprints of what a restore needs unchanged: without them, it would notice a change only when everything has stopped. */
describeWithTools('fingerprints', [toolchain.busybox], () => asRoot('fingerprints', () => {
  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    let node: string;
    let scene: SnapshotScene;
    let encryptionConfigFile: string;

    beforeEach(() => {
      node = mkdtempSync(join(tmpdir(), 'cdk8s-day2-node-'));
      for (const file of ['ca.crt', 'healthcheck-client.crt', 'healthcheck-client.key']) writeFileSync(join(node, file), file);
      encryptionConfigFile = join(node, 'enc.yaml');
      writeFileSync(encryptionConfigFile, `kind: EncryptionConfiguration\nsecret: ${KEY}\n`, { mode: 0o600 });
      scene = sceneOf(EtcdCluster.kubeadm({
        name: 'prod', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes: ['cp1'], certificates: EtcdCertificates.fromHostFolder(node),
      }));
    });
    afterEach(() => {
      scene.remove();
      rmSync(node, { recursive: true });
    });

    function sceneOf(cluster: EtcdCluster): SnapshotScene {
      const options = { image: {}, shell };
      const made = new SnapshotScene(cluster, options);
      options.image = stubImage(made);
      return made;
    }

    const run = (props: SceneProps = {}) => scene.run(props);
    const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
    const ofPki = () => ({ 'ca.crt': sha256(join(scene.pki, 'ca.crt')), 'sa.pub': sha256(join(scene.pki, 'sa.pub')) });

    test('of what is public in the PKI, recorded last', async () => {
      const { backup } = await expectSaved(scene, () => run());
      const record = scene.backups.record(backup);
      expect(record.fingerprints).toEqual(ofPki());
      expect(Object.keys(record).at(-1)).toBe('fingerprints');
      expect(record.format).toBe(1);
    });

    test('of the encryption configuration, and nothing else of it', async () => {
      const { backup } = await expectSaved(scene, () => run({ encryptionConfigFile }));
      expect(scene.backups.record(backup).fingerprints).toEqual({ ...ofPki(), 'encryption-config': sha256(encryptionConfigFile) });
      const kept = (readdirSync(scene.backups.folder, { recursive: true }) as string[]).map((name) => join(scene.backups.folder, name));
      for (const file of kept.filter((name) => statSync(name).isFile())) expect(readFileSync(file).includes(KEY)).toBe(false);
    });

    test('none of an external etcd, whose pods see no control plane', async () => {
      scene.remove();
      scene = sceneOf(STUB_CLUSTER);
      const { backup } = await expectSaved(scene, () => run({ nodes: NODE }));
      expect(scene.backups.record(backup)).not.toHaveProperty('fingerprints');
    });

    test('a file that can\'t be read: the backup is saved without it, its record and the run say so', async () => {
      chownSync(encryptionConfigFile, 1000, 1000);
      const result = await run({ encryptionConfigFile });
      const [written] = scene.backups.complete.slice(-1);
      expect({ exitCode: result.exitCode, ...summaryOf(result) }).toEqual({
        exitCode: 1,
        outcome: 'failed',
        step: 'protect',
        message: expect.stringMatching(new RegExp(`^${written} is saved, without fingerprints/encryption-config: /fingerprints/encryption-config can't be read: .*[Pp]ermission denied$`)),
        fix: expect.stringMatching(/the file has to belong to user 0 or be readable by all$/),
      });
      expect(scene.backups.faults(written)).toEqual([]);
      expect(scene.backups.record(written)).toMatchObject({ fingerprints: ofPki(), missing: ['fingerprints/encryption-config'] });
      // As any other backup: the policy keeps two.
      expect(scene.backups.complete).toEqual([scene.earlier[2], written]);
    });

    test('a file that isn\'t there: the pod waits, and no folder appears in its place', async () => {
      rmSync(encryptionConfigFile);
      await expect(run({ encryptionConfigFile })).rejects.toThrow(/hostPath type check failed: .*enc.yaml is not a File/);
    });
  });
}));
