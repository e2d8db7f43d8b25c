import { Chart, Duration, Size } from 'cdk8s';
import { ContainerImages } from '../../src/cluster/container-images';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { EtcdMemberReplacementJobProps } from '../../src/restore/etcd-member-replacement-job';
import { EtcdRestoreJobProps } from '../../src/restore/etcd-restore-job-props';
import { SnapshotSource } from '../../src/restore/snapshot-source';
import { HostOperationJobProps } from '../../src/runtime/host-operation-job-props';
import { BackupVolume } from '../../src/storage/backup-volume';

// `Required`: a new prop breaks the compilation here, until it is given a value and the tests say what becomes of it.

const ALL_JOB: Required<Omit<HostOperationJobProps, 'annotations'>> = {
  images: ContainerImages.of({ etcd: 'example.com/etcd:v3.6.8' }),
  resources: { cpuRequestMillis: 100, cpuLimitMillis: 2000, memoryRequest: Size.mebibytes(128), memoryLimit: Size.gibibytes(1) },
  priorityClassName: 'system-cluster-critical',
  backoffLimit: 3,
  ttlAfterFinished: Duration.days(1),
  labels: { team: 'platform' },
};

/** What a Job renders of ALL_JOB. */
export const ALL_JOB_RENDERED = {
  backoffLimit: 3,
  ttlSecondsAfterFinished: 24 * 3600,
  template: {
    spec: {
      priorityClassName: 'system-cluster-critical',
      containers: [{ image: 'example.com/etcd:v3.6.8', resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '2000m', memory: '1024Mi' } } }],
    },
  },
};

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
    ...ALL_JOB,
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
    ...ALL_JOB,
    annotations: { why: 'disk failed' },
  };
}
