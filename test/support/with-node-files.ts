import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { KubeadmCluster } from '../../src/cluster/kubeadm-cluster';
import { KubeadmNodesProps } from '../../src/cluster/kubeadm-cluster-props';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';

/** Files of the control planes that snapshots look at. */
export type NodeFiles = Pick<KubeadmNodesProps, 'pkiFolder' | 'encryptionConfigFile'>;

/** The cluster of an etcd, with files of its control planes that are elsewhere than with kubeadm. */
export function withNodeFiles(etcd: EtcdCluster, files: NodeFiles): KubeadmCluster {
  return KubeadmCluster.withEtcd({
    name: etcd.name,
    kubernetesVersion: etcd.kubernetesVersion ?? KubernetesVersion.of('1.34.4'),
    controlPlanes: etcd.isExternal ? ['cp1'] : etcd.controlPlanes,
    etcd,
    ...files,
  });
}
