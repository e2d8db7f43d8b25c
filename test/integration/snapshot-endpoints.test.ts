import { chownSync, renameSync, rmSync } from 'fs';
import { join } from 'path';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { writeExpiredClient, writeForeignClient, writeKubeadmCertificates } from '../support/etcd/certificates';
import { EtcdClusterFixture } from '../support/etcd/etcd-cluster';
import { asRoot } from '../support/pod/as-root';
import { etcdScene, onEtcd } from '../support/pod/etcd-scene';
import { expectFailure, expectSaved } from '../support/pod/failure';
import { SnapshotScene } from '../support/pod/snapshot-scene';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const ON_CP1 = { nodes: SnapshotNodes.named('cp1') };

describeWithTools('members that fail', [toolchain.etcd36, toolchain.busybox], () => asRoot('members that fail', () => {
  let etcd: EtcdClusterFixture;
  let scene: SnapshotScene;
  onEtcd(toolchain.etcd36, 3, (made, cluster) => { [scene, etcd] = [made, cluster]; });
  afterEach(async () => {
    for (const member of etcd.members) if (!member.running) member.start();
    await Promise.all(etcd.members.map((member) => member.waitUntilHealthy()));
  });

  test('nothing is wrong: the local member gives the snapshot', async () => {
    expect(await expectSaved(scene, () => scene.run(ON_CP1))).toMatchObject({ member: 'cp1', endpoint: `https://127.0.0.1:${etcd.clientPort}`, pruned: 2 });
  });

  test('the first of three is down: the second gives it', async () => {
    await etcd.members[0].stop();
    expect(await expectSaved(scene, () => scene.run(ON_CP1))).toMatchObject({ member: 'cp2', endpoint: etcd.endpoints[1] });
  });

  test('the first of three hangs: the second gives it', async () => {
    etcd.members[0].pause();
    try {
      expect(await expectSaved(scene, () => scene.run(ON_CP1))).toMatchObject({ member: 'cp2', endpoint: etcd.endpoints[1] });
    } finally {
      etcd.members[0].resume();
    }
  });

  test('two of three are down: the one that is left gives it, and it is said that its data may be behind', async () => {
    await etcd.members[1].stop();
    await etcd.members[2].stop();
    await until('the loss of the leader is noticed', async () => Number((await etcd.client.status()).leaderId ?? 0) === 0);
    let stdout = '';
    const saved = await expectSaved(scene, async () => {
      const result = await scene.run(ON_CP1);
      ({ stdout } = result);
      return result;
    });
    expect(saved.endpoint).toBe(`https://127.0.0.1:${etcd.clientPort}`);
    expect(stdout).toMatch(/warning: .* knows no leader: its data may be behind/);
  });

  test('no endpoint answers: each is named with its reason', async () => {
    for (const member of etcd.members) await member.stop();
    const { stderr } = await expectFailure(scene, () => scene.run(ON_CP1), {
      exitCode: 1, step: 'probe', message: /^no member gave a good snapshot: .*connection refused/, fix: /nothing listens there: check that etcd runs/,
    });
    for (const endpoint of [`https://127.0.0.1:${etcd.clientPort}`, etcd.endpoints[1], etcd.endpoints[2]]) expect(stderr).toContain(`${endpoint}: connection refused`);
  });
}));

describeWithTools('certificates that fail', [toolchain.etcd36, toolchain.busybox], () => asRoot('certificates that fail', () => {
  let etcd: EtcdClusterFixture;
  let scene: SnapshotScene;

  beforeAll(async () => { etcd = await EtcdClusterFixture.start(toolchain.etcd36); });
  afterEach(() => scene.remove());
  afterAll(() => etcd.destroy());

  function certificates(): string {
    const folder = join(etcd.folder, 'certificates');
    rmSync(folder, { recursive: true, force: true });
    writeKubeadmCertificates(etcd.ca, folder, 'cp1', ['127.0.0.1']);
    return folder;
  }

  test('another CA: it is said which file was given', async () => {
    const folder = certificates();
    writeForeignClient(folder);
    scene = etcdScene(etcd, folder);
    await expectFailure(scene, () => scene.run(), {
      exitCode: 1, step: 'probe', message: /x509: certificate signed by unknown authority/, fix: /give the CA that signed this etcd's certificates/,
    });
  });

  // By TLS 1.3 a client learns of the refusal after its own handshake, so whether it reads the reason or only sees the connection
  // closed is a matter of microseconds: this much always holds.
  test.each([
    ['an expired client certificate', (folder: string) => writeExpiredClient(etcd.ca, folder)],
    ['a client certificate of another CA', (folder: string) => {
      writeForeignClient(join(folder, 'foreign'));
      for (const file of ['healthcheck-client.crt', 'healthcheck-client.key']) renameSync(join(folder, 'foreign', file), join(folder, file));
    }],
  ])('%s: the run fails and names the member', async (_, spoil) => {
    const folder = certificates();
    spoil(folder);
    scene = etcdScene(etcd, folder);
    await expectFailure(scene, () => scene.run(), {
      exitCode: 1, step: 'probe', message: new RegExp(`^no member gave a good snapshot: https://127.0.0.1:${etcd.clientPort}: .`), fix: /./,
    });
  });

  test('a missing file: the kubelet does not start the pod, and no empty folder appears in its place', async () => {
    const folder = certificates();
    rmSync(join(folder, 'healthcheck-client.crt'));
    scene = etcdScene(etcd, folder);
    await expect(scene.run()).rejects.toThrow(/hostPath type check failed: .*healthcheck-client.crt is not a File/);
  });

  test.each(['busybox', 'dash'] as const)('a file that is not mounted, in %s: refused before anything is touched', async (shell) => {
    scene = etcdScene(etcd, certificates());
    await expectFailure(scene, () => scene.run({}, { shell, without: '/certificates/client.crt' }), {
      exitCode: 2, step: 'check', message: /^the certificate file \/certificates\/client.crt \(ETCDCTL_CERT\) can't be read$/, fix: /check that it exists on this node/,
    });
  });

  test("a key of another user's: root without capabilities may not read it, and that is said", async () => {
    const folder = certificates();
    chownSync(join(folder, 'healthcheck-client.key'), 1000, 1000);
    scene = etcdScene(etcd, folder);
    await expectFailure(scene, () => scene.run({}, { shell: 'dash' }), {
      exitCode: 2, step: 'check', message: /^the certificate file \/certificates\/client.key \(ETCDCTL_KEY\) can't be read$/, fix: /user 0 may read it/,
    });
  });

  describe('certificates that are there and no good', () => {
    test("a key of another user's, in busybox, whose [ -r ] takes root for almighty", async () => {
      const folder = certificates();
      chownSync(join(folder, 'healthcheck-client.key'), 1000, 1000);
      scene = etcdScene(etcd, folder);
      await expectFailure(scene, () => scene.run(), {
        exitCode: 2, step: 'check', message: /^the certificate file \/certificates\/client.key \(ETCDCTL_KEY\) can't be read$/, fix: /user 0 may read it/,
      });
    });

    test('a certificate without its key: the advice is about the certificate', async () => {
      const folder = certificates();
      renameSync(join(folder, 'peer.key'), join(folder, 'healthcheck-client.key'));
      scene = etcdScene(etcd, folder);
      await expectFailure(scene, () => scene.run(), {
        exitCode: 1, step: 'probe', message: /private key does not match public key/, fix: /certificate/,
      });
    });
  });
}));

describeWithTools('certificates that etcd 3.4 refuses', [toolchain.etcd34, toolchain.busybox], () => asRoot('certificates that etcd 3.4 refuses', () => {
  test('an expired client certificate: its etcdctl only says that the connection was closed, in several ways, and the advice has to name the likely cause', async () => {
    const etcd = await EtcdClusterFixture.start(toolchain.etcd34);
    const folder = join(etcd.folder, 'certificates');
    writeExpiredClient(etcd.ca, folder);
    const scene = etcdScene(etcd, folder);
    try {
      await expectFailure(scene, () => scene.run(), { exitCode: 1, step: 'probe', message: /connection closed|closed network connection|broken pipe|reset by peer/, fix: /client certificate/ });
    } finally {
      scene.remove();
      await etcd.destroy();
    }
  });
}));
