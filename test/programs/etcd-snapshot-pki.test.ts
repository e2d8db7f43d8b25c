import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { join } from 'path';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { asRoot } from '../support/pod/as-root';
import { expectSaved } from '../support/pod/failure';
import { Shell } from '../support/pod/pod';
import { SceneProps, SnapshotScene, summaryOf } from '../support/pod/snapshot-scene';
import { stubImage } from '../support/pod/stub-etcd';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const OWNERS: [string, number, number][] = [['etcd/server.key', 2000, 0o600], ['sa.key', 2001, 0o640], ['ca.key', 0, 0o600], ['apiserver.key', 2001, 0o400]];

/** Of a control plane whose components run as users of their own: kubeadm's RootlessControlPlane. */
describeWithTools('a PKI of several users', [toolchain.busybox], () => asRoot('a PKI of several users', () => {
  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    let scene: SnapshotScene;
    let pki: string;

    beforeEach(() => {
      const options = { image: {}, shell };
      const certificates = join('/var/lib/cdk8s-day2-tests', `certificates-${process.pid}`);
      mkdirSync(certificates, { recursive: true });
      for (const file of ['ca.crt', 'healthcheck-client.crt', 'healthcheck-client.key']) writeFileSync(join(certificates, file), file);
      scene = new SnapshotScene(EtcdCluster.kubeadm({
        name: 'prod', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes: ['cp1'], certificates: EtcdCertificates.fromHostFolder(certificates),
      }), options);
      options.image = stubImage(scene);
      pki = scene.pki;
      mkdirSync(join(pki, 'etcd'));
      for (const [file, owner, mode] of OWNERS) {
        writeFileSync(join(pki, file), `the ${file}\n`);
        chmodSync(join(pki, file), mode);
        chownSync(join(pki, file), owner, owner);
      }
    });
    afterEach(() => scene.remove());
    afterAll(() => rmSync(join('/var/lib/cdk8s-day2-tests', `certificates-${process.pid}`), { recursive: true, force: true }));

    /** Takes away the capability that the chart adds, as in a run by hand or in a changed pod. */
    const bereft = (manifests: any[]) => {
      for (const { kind, spec } of manifests) {
        if (kind === 'Job') delete spec.template.spec.containers[0].securityContext.capabilities.add;
      }
      return manifests;
    };
    const runBereft = (props: SceneProps = {}) => {
      const { manifests } = scene;
      scene.manifests = (given) => bereft(manifests.call(scene, given));
      return scene.run({ includePki: true, ...props }).finally(() => { scene.manifests = manifests; });
    };
    const inBackup = (backup: string, ...path: string[]) => join(scene.backups.folder, backup, ...path);
    const newest = () => scene.backups.complete.at(-1)!;

    test('all of it is kept: the pod may read what isn\'t root\'s', async () => {
      const { backup } = await expectSaved(scene, () => scene.run({ includePki: true }));
      for (const [file] of OWNERS) expect(readFileSync(inBackup(backup, 'pki', file), 'utf8')).toBe(`the ${file}\n`);
      expect(scene.backups.record(backup)).not.toHaveProperty('missing');
    });

    test('a file that can\'t be read: the verified snapshot is kept without the PKI, and the run says so', async () => {
      const result = await runBereft();
      expect({ exitCode: result.exitCode, ...summaryOf(result) }).toEqual({
        exitCode: 1,
        outcome: 'failed',
        step: 'protect',
        message: expect.stringMatching(new RegExp(`^${newest()} is saved, without pki: the PKI can't be copied: .*[Pp]ermission denied$`)),
        fix: expect.stringMatching(/capability DAC_READ_SEARCH/),
      });
      expect(scene.earlier).not.toContain(newest());
      expect(scene.backups.faults(newest())).toEqual([]);
      expect(scene.backups.record(newest()).missing).toEqual(['pki']);
      expect(existsSync(inBackup(newest(), 'pki'))).toBe(false);
      expect(scene.backups.leftovers).toEqual([]);
    });

    test('a link that leads to nothing: the same, and its name is told', async () => {
      symlinkSync('/root/elsewhere.key', join(pki, 'elsewhere.key'));
      const result = await scene.run({ includePki: true });
      expect(summaryOf(result)).toMatchObject({
        outcome: 'failed', step: 'protect', message: expect.stringMatching(/is saved, without pki: .*elsewhere\.key/), fix: expect.stringMatching(/mend or remove what leads to nothing/),
      });
      expect(scene.backups.record(newest()).missing).toEqual(['pki']);
    });

    test('backups without it push out those with it but the newest, which stays until there is another', async () => {
      const { backup: complete } = await expectSaved(scene, () => scene.run({ includePki: true }));
      for (let i = 0; i < 3; i++) await runBereft();
      // The policy keeps two.
      expect(scene.backups.complete).toHaveLength(3);
      expect(scene.backups.complete[0]).toBe(complete);
      const result = await runBereft();
      expect(result.stdout).toContain(`prune: keep ${complete}: newest with the PKI`);
      // A run that does not ask for the PKI keeps no backup for its PKI.
      await expectSaved(scene, () => scene.run());
      expect(scene.backups.complete).toHaveLength(2);
    });

    test('once it can be read again, the policy alone counts', async () => {
      await expectSaved(scene, () => scene.run({ includePki: true }));
      await runBereft();
      await runBereft();
      await expectSaved(scene, () => scene.run({ includePki: true }));
      expect(scene.backups.complete).toHaveLength(2);
      expect(existsSync(inBackup(newest(), 'pki', 'ca.key'))).toBe(true);
    });
  });
}));
