import { SnapshotScene } from './snapshot-scene';
import { EtcdCertificates } from '../../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../../src/cluster/etcd-cluster';
import { KubernetesVersion } from '../../../src/cluster/kubernetes-version';
import { Tool } from '../../toolchain/tool';
import { EtcdClusterFixture } from '../etcd/etcd-cluster';

/** A running etcd as a chart describes it, certificates from a folder of the node. */
export function describeEtcd(etcd: EtcdClusterFixture, certificates: string = etcd.certificates): EtcdCluster {
  return EtcdCluster.kubeadm({
    name: 'prod',
    kubernetesVersion: KubernetesVersion.of('1.34.4'),
    controlPlanes: etcd.members.map(({ name }) => name),
    addresses: etcd.addresses,
    clientPort: etcd.clientPort,
    certificates: EtcdCertificates.fromHostFolder(certificates),
  });
}

/** etcd's own programs, as its image has them. */
export function etcdImage(tool: Tool): Record<string, string> {
  return Object.fromEntries(tool.recipe.programs.filter((name) => name !== 'etcd').map((name) => [name, tool.path(name)]));
}

/** Snapshots of a running etcd. */
export function etcdScene(etcd: EtcdClusterFixture, certificates?: string): SnapshotScene {
  return new SnapshotScene(describeEtcd(etcd, certificates), { image: etcdImage(etcd.tool) });
}

/** Gives the suite around it a running etcd with data in it, and each test a scene of its own. */
export function onEtcd(tool: Tool, members: number, begin: (scene: SnapshotScene, etcd: EtcdClusterFixture) => void): void {
  let etcd: EtcdClusterFixture;
  let scene: SnapshotScene;
  beforeAll(async () => {
    etcd = await EtcdClusterFixture.start(tool, { members });
    await etcd.client.put('a', '1');
  });
  beforeEach(() => {
    scene = etcdScene(etcd);
    begin(scene, etcd);
  });
  afterEach(() => scene.remove());
  afterAll(() => etcd.destroy());
}
