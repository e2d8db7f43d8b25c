import { Chart, Cron, Duration, Size, Testing } from 'cdk8s';
import { EtcdSnapshotCronJobProps } from '../../src/backup/etcd-snapshot-cron-job';
import { EtcdSnapshotJobProps } from '../../src/backup/etcd-snapshot-job';
import { EtcdSnapshotProps } from '../../src/backup/etcd-snapshot-props';
import { RetentionPolicy } from '../../src/backup/retention-policy';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { ContainerImages, ImagePullPolicy } from '../../src/cluster/container-images';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { RegistryMirror } from '../../src/cluster/registry-mirror';
import { ProgramResources } from '../../src/runtime/program-resources';
import { BackupVolume } from '../../src/storage/backup-volume';
import { EbsStorageClassBackupVolumeProps, EbsBackupVolumeProps, HostPathBackupVolumeProps, NfsBackupVolumeProps } from '../../src/storage/backup-volume-props';
import { withNodeFiles } from '../support/with-node-files';

export function chart(namespace?: string): Chart {
  return new Chart(Testing.app(), 'platform', { namespace });
}

/** The etcd of a kubeadm cluster. */
export function stacked(...controlPlanes: string[]): EtcdCluster {
  return EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes });
}

/** An etcd outside of the cluster, whose certificates are in a Secret. */
export function external(): EtcdCluster {
  return EtcdCluster.external({
    name: 'billing',
    endpoints: ['https://10.0.0.1:2379', 'https://10.0.0.2:2379', 'https://10.0.0.3:2379'],
    etcdVersion: EtcdVersion.of('3.5.21'),
    certificates: EtcdCertificates.fromSecretName('etcd-client'),
  });
}

export const ALL_RESOURCES: Required<ProgramResources> = {
  cpuRequestMillis: 200, cpuLimitMillis: 1000, memoryRequest: Size.mebibytes(100), memoryLimit: Size.gibibytes(1),
};

// `Required`: a new prop breaks the compilation here, until it is given a value and the tests say what becomes of it.

function allSnapshotProps(scope: Chart): Required<EtcdSnapshotProps> {
  return {
    cluster: withNodeFiles(stacked('cp1', 'cp2', 'cp3'), { pkiFolder: '/srv/pki', encryptionConfigFile: '/srv/encryption.yaml' }),
    volume: BackupVolume.fromHostPath(scope, 'backups', ALL_HOST_PATH),
    nodes: SnapshotNodes.named('cp2'),
    snapshotTimeout: Duration.minutes(7),
    rounds: 5,
    activeDeadline: Duration.minutes(20),
    backoffLimit: 1,
    minimumFreeSpace: Size.gibibytes(3),
    includePki: true,
    breakGlassKit: true,
    resources: ALL_RESOURCES,
    priorityClassName: 'system-node-critical',
    labels: { team: 'platform' },
    annotations: { 'example.com/runbook': 'https://example.com/etcd' },
    images: ContainerImages.of({
      mirror: RegistryMirror.replacingHost('registry.example.com'),
      pullSecretNames: ['registry'],
      imagePullPolicy: ImagePullPolicy.NEVER,
    }),
  };
}

export function allCronJobProps(scope: Chart): Required<EtcdSnapshotCronJobProps> {
  return {
    ...allSnapshotProps(scope),
    schedule: Cron.schedule({ minute: '15', hour: '*/4' }),
    timeZone: 'Europe/Berlin',
    startingDeadline: Duration.minutes(30),
    suspend: true,
    successfulJobsRetained: 2,
    failedJobsRetained: 5,
    retention: RetentionPolicy.of({ last: 2, monthly: 6 }),
  };
}

export function allJobProps(scope: Chart): Required<EtcdSnapshotJobProps> {
  return { ...allSnapshotProps(scope), retention: RetentionPolicy.of({ last: 2, monthly: 6 }), ttlAfterFinished: Duration.days(2) };
}

export const ALL_HOST_PATH: Required<HostPathBackupVolumeProps> = { path: '/srv/backups', mustExist: true };

export const ALL_EBS_VOLUME: Required<EbsBackupVolumeProps> = {
  volumeId: 'vol-0123456789abcdef0', zone: 'eu-central-1b', size: Size.gibibytes(200), fsType: 'xfs',
};

export const ALL_EBS_STORAGE_CLASS: Required<EbsStorageClassBackupVolumeProps> = {
  size: Size.gibibytes(50),
  iops: 6_000,
  throughputPerSecond: Size.mebibytes(500),
  kmsKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f',
  tags: { team: 'platform', purpose: 'etcd backups' },
  fsType: 'xfs',
  zone: 'eu-central-1a',
};

export const ALL_NFS: Required<NfsBackupVolumeProps> = { server: 'nas.example.com', path: '/export/etcd', mountOptions: ['nfsvers=4.1', 'hard'] };
