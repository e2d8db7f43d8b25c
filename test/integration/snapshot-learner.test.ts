import { join } from 'path';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { writeKubeadmCertificates } from '../support/etcd/certificates';
import { EtcdClusterFixture } from '../support/etcd/etcd-cluster';
import { EtcdMember } from '../support/etcd/etcd-member';
import { freePorts } from '../support/etcd/loopback';
import { asRoot } from '../support/pod/as-root';
import { etcdImage } from '../support/pod/etcd-scene';
import { expectFailure, expectSaved } from '../support/pod/failure';
import { SnapshotScene } from '../support/pod/snapshot-scene';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { runOrThrow } from '../toolchain/run';
import { toolchain } from '../toolchain/toolchain';

const TOOL = toolchain.etcd36;
const ON_ANY_NODE = { nodes: SnapshotNodes.named('worker-1') };

describeWithTools('a learner among the members', [TOOL, toolchain.busybox], () => asRoot('a learner among the members', () => {
  let etcd: EtcdClusterFixture;
  let learner: EtcdMember;
  let scene: SnapshotScene;

  beforeAll(async () => {
    etcd = await EtcdClusterFixture.start(TOOL);
    await etcd.client.put('a', '1');
    learner = await addLearner(etcd);
  });
  afterEach(() => scene.remove());
  afterAll(async () => {
    await learner?.kill();
    await etcd.destroy();
  });

  function sceneWith(endpoints: string[]): SnapshotScene {
    return new SnapshotScene(EtcdCluster.external({
      name: 'prod', endpoints, etcdVersion: EtcdVersion.of(TOOL.recipe.version), certificates: EtcdCertificates.fromHostFolder(etcd.certificates),
    }), { image: etcdImage(TOOL) });
  }

  test('it stands first: it is passed over, and a voter gives the snapshot', async () => {
    // The third endpoint only makes their number odd; it is never asked.
    scene = sceneWith([learner.endpoint, etcd.endpoints[0], `https://127.0.0.3:${etcd.clientPort}`]);
    let stdout = '';
    const saved = await expectSaved(scene, async () => {
      const result = await scene.run(ON_ANY_NODE);
      ({ stdout } = result);
      return result;
    });
    expect(saved).toMatchObject({ member: 'cp1', endpoint: etcd.endpoints[0] });
    expect(stdout).toContain(`${learner.endpoint}: it is a learner that still follows the others`);
  });

  test('it is the only one that was named: no backup of it', async () => {
    scene = sceneWith([learner.endpoint]);
    await expectFailure(scene, () => scene.run(ON_ANY_NODE), {
      exitCode: 1, step: 'probe', message: new RegExp(`${learner.endpoint}: it is a learner`), fix: /./,
    });
  });
}));

/** A member that has the data and no vote. */
async function addLearner(etcd: EtcdClusterFixture): Promise<EtcdMember> {
  const [address, folder] = ['127.0.0.2', join(etcd.folder, 'cp2')];
  const [clientPort, peerPort, metricsPort] = await freePorts(3);
  writeKubeadmCertificates(etcd.ca, join(folder, 'pki'), 'cp2', [address]);
  const [first] = etcd.members;
  const learner = new EtcdMember({
    tool: etcd.tool,
    name: 'cp2',
    address,
    clientPort,
    peerPort,
    metricsPort,
    initialCluster: `cp1=${first.peerUrl},cp2=https://${address}:${peerPort}`,
    initialClusterToken: etcd.folder,
    initialClusterState: 'existing',
    folder,
  });
  const file = (name: string) => join(etcd.certificates, name);
  await runOrThrow(etcd.tool.path('etcdctl'), [
    `--endpoints=${first.endpoint}`, `--cacert=${file('ca.crt')}`, `--cert=${file('healthcheck-client.crt')}`, `--key=${file('healthcheck-client.key')}`,
    'member', 'add', 'cp2', '--learner', `--peer-urls=${learner.peerUrl}`,
  ]);
  learner.start();
  const { revision } = await etcd.client.status();
  await until('the learner has the data', async () => (await learner.client.status()).revision >= revision);
  return learner;
}
