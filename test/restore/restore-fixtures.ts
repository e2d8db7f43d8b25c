import { Chart, Duration } from 'cdk8s';
import { ContainerImages } from '../../src/cluster/container-images';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { EtcdMemberReplacementJobProps } from '../../src/restore/etcd-member-replacement-job';
import { EtcdRestoreJobProps } from '../../src/restore/etcd-restore-job';
import { SnapshotSource } from '../../src/restore/snapshot-source';
import { BackupVolume } from '../../src/storage/backup-volume';

// `Required`: a new prop breaks the compilation here, until it is given a value and the tests say what becomes of it.

export function clusterOf(kubernetesVersion: string, ...controlPlanes: string[]): EtcdCluster {
  return EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion: KubernetesVersion.of(kubernetesVersion), controlPlanes });
}

export function allRestoreProps(scope: Chart): Required<EtcdRestoreJobProps> {
  return {
    restoreId: '2026-11-21-lost-namespace',
    expires: '2026-11-22T00:00:00Z',
    cluster: clusterOf('1.34.4', 'cp1', 'cp2', 'cp3'),
    volume: BackupVolume.fromNfs(scope, 'nfs', { server: 'nfs.example.com', path: '/backups' }),
    snapshot: SnapshotSource.at('20261121T101501Z-r960'),
    holder: 'cp1',
    lostMembers: ['cp3'],
    dryRun: true,
    readyTimeout: Duration.minutes(5),
    stopTimeout: Duration.seconds(61),
    finishTimeout: Duration.hours(1),
    apiServerGrace: Duration.seconds(3),
    acceptChangedKeys: true,
    images: ContainerImages.of({ etcd: 'example.com/etcd:v3.6.8' }),
    labels: { team: 'platform' },
    annotations: { why: 'drill' },
  };
}

export function allReplacementProps(): Required<EtcdMemberReplacementJobProps> {
  return {
    replacementId: '2026-11-21-cp3-disk',
    expires: '2026-11-22T00:00:00Z',
    cluster: clusterOf('1.34.4', 'a', 'b', 'c', 'd', 'e'),
    node: 'e',
    readyTimeout: Duration.minutes(2),
    images: ContainerImages.of({ etcd: 'example.com/etcd:v3.6.8' }),
    labels: { team: 'platform' },
    annotations: { why: 'disk failed' },
  };
}
