import { join } from 'path';
import { EtcdClusterFixture } from '../support/etcd/etcd-cluster';
import { asRoot } from '../support/pod/as-root';
import { etcdScene } from '../support/pod/etcd-scene';
import { expectFailure, expectSaved } from '../support/pod/failure';
import { SnapshotScene } from '../support/pod/snapshot-scene';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { runOrThrow } from '../toolchain/run';
import { toolchain } from '../toolchain/toolchain';

const { etcd34, etcd35, etcd36, etcd37, busybox } = toolchain;
const REFUSED = { exitCode: 1, step: 'save', message: /it has authentication on and refuses this client: (etcdserver|auth): (permission denied|user (name )?not found)$/, fix: /CN, is a user of etcd with the role root.*user grant-role CN root/ };

describeWithTools('an etcd with authentication', [etcd34, etcd35, etcd36, etcd37, busybox], () => asRoot('an etcd with authentication', () => {
  describe.each([etcd34, etcd35, etcd36, etcd37].map((tool) => [tool.title, tool] as const))('%s', (_, tool) => {
    let etcd: EtcdClusterFixture;
    let scene: SnapshotScene;

    beforeAll(async () => {
      etcd = await EtcdClusterFixture.start(tool);
      await etcd.client.put('a', '1');
      await etcdctl('user', 'add', 'root:x');
      await etcdctl('user', 'grant-role', 'root', 'root');
      await etcdctl('auth', 'enable');
    });
    beforeEach(() => { scene = etcdScene(etcd); });
    afterEach(() => scene.remove());
    afterAll(() => etcd.destroy());

    const etcdctl = (...args: string[]) => runOrThrow(tool.path('etcdctl'), [
      `--endpoints=${etcd.endpoints[0]}`, `--cacert=${join(etcd.certificates, 'ca.crt')}`, `--cert=${join(etcd.certificates, 'healthcheck-client.crt')}`,
      `--key=${join(etcd.certificates, 'healthcheck-client.key')}`, ...args,
    ], { env: { ETCDCTL_API: '3' } });
    const asItsRoot = (...args: string[]) => etcdctl('--user=root:x', ...args);

    test('that doesn\'t know the certificate\'s name, or gives it no role: that is said, and by following the fix the next run saves', async () => {
      await expectFailure(scene, () => scene.run(), REFUSED);
      await asItsRoot('user', 'add', 'kube-etcd-healthcheck-client', '--no-password');
      await expectFailure(scene, () => scene.run(), REFUSED);
      await asItsRoot('user', 'grant-role', 'kube-etcd-healthcheck-client', 'root');
      await expectSaved(scene, () => scene.run());
    });
  });
}));
