import { Duration, Size } from 'cdk8s';
import { Construct } from 'constructs';
import { EtcdSnapshotJob } from '../../src/backup/etcd-snapshot-job';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { ContainerImages } from '../../src/cluster/container-images';
import { KubeadmCluster } from '../../src/cluster/kubeadm-cluster';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { BackupVolume } from '../../src/storage/backup-volume';
import { ClusterUpgradeProps } from '../../src/upgrade/cluster-upgrade';
import { DrainPolicy, DrainPolicyProps, OnDrainTimeout } from '../../src/upgrade/drain-policy';
import { Gate } from '../../src/upgrade/gate';
import { MaintenanceWindow, Weekday } from '../../src/upgrade/maintenance-window';
import { NodeMaintenanceCronJobProps } from '../../src/upgrade/node-maintenance-cron-job';
import { NodeMaintenanceJobProps } from '../../src/upgrade/node-maintenance-job';
import { NodeMaintenanceProps } from '../../src/upgrade/node-maintenance-props';
import { NodeUpgradeJobProps } from '../../src/upgrade/node-upgrade-job';
import { OsPackages } from '../../src/upgrade/os-packages';
import { PackageSource } from '../../src/upgrade/package-source';
import { RebootPolicy } from '../../src/upgrade/reboot-policy';
import { UpgradeStrategy } from '../../src/upgrade/upgrade-strategy';

export const cluster = KubeadmCluster.of({
  name: 'prod', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes: ['cp1', 'cp2', 'cp3'], workers: ['w1', 'w2', 'w3'],
});

const allDrainProps: Required<DrainPolicyProps> = {
  timeout: Duration.minutes(5),
  onTimeout: OnDrainTimeout.DELETE,
  gracePeriod: Duration.seconds(20),
  moveEmptyDir: true,
  deleteUnmanaged: true,
  keepPods: 'app=agent',
};

/** Every prop, so that a new one without a test doesn't compile. */
export function allUpgradeProps(): Required<NodeUpgradeJobProps> {
  return {
    cluster,
    node: 'w1',
    to: KubernetesVersion.of('1.35.4'),
    expires: '2026-12-01T00:00:00Z',
    packages: PackageSource.apt({ repository: 'https://mirror.example.com/v{minor}/deb/', keyFingerprint: 'de15b14486cd377b9e876e1a234654da9a296436' }),
    drain: DrainPolicy.of(allDrainProps),
    ignorePreflightErrors: ['SystemVerification', 'CoreDNSMigration'],
    patchesFolder: '/etc/kubernetes/patches',
    renewCertificates: false,
    upgradeEtcd: false,
    dropHandMadeChanges: true,
    dryRun: false,
    kubeadmTimeout: Duration.minutes(10),
    readyTimeout: Duration.minutes(2),
    attempt: 2,
    images: ContainerImages.defaults(),
    resources: { memoryLimit: Size.gibibytes(1) },
    labels: { team: 'platform' },
    annotations: { why: 'upgrade' },
    priorityClassName: 'system-cluster-critical',
    backoffLimit: 3,
    ttlAfterFinished: Duration.days(1),
  };
}

/** Every prop of a cluster's upgrade. The snapshot before it is in the same chart. */
export function allClusterUpgradeProps(scope: Construct): Required<ClusterUpgradeProps> {
  const { node, ...ofNodes } = allUpgradeProps();
  const volume = BackupVolume.fromHostPath(scope, 'backups', { path: '/mnt/backup' });
  return {
    ...ofNodes,
    strategy: UpgradeStrategy.rolling({ maxUnavailable: 2 }),
    skip: ['w3'],
    settle: Duration.seconds(90),
    gates: [Gate.longhornVolumes(), Gate.noFiringAlerts()],
    snapshot: new EtcdSnapshotJob(scope, 'before', { cluster: cluster.etcd, volume, nodes: SnapshotNodes.named('cp1') }),
  };
}

const allMaintenanceProps: Required<NodeMaintenanceProps> = {
  cluster,
  packages: OsPackages.all({ containerRuntime: true }),
  packagesTimeout: Duration.minutes(20),
  command: 'echo "$(date) $HOME" && fwupdmgr update',
  commandTimeout: Duration.minutes(10),
  reboot: RebootPolicy.always(),
  drain: DrainPolicy.of(allDrainProps),
  readyTimeout: Duration.minutes(2),
  images: ContainerImages.defaults(),
  resources: { memoryLimit: Size.gibibytes(1) },
  labels: { team: 'platform' },
  annotations: { why: 'patches' },
  priorityClassName: 'system-cluster-critical',
  backoffLimit: 3,
};

/** Every prop of the maintenance of a node. */
export const allMaintenanceJobProps: Required<NodeMaintenanceJobProps> = {
  ...allMaintenanceProps, node: 'w1', maintenanceId: 'firmware-2026-12', expires: '2026-12-01T00:00:00Z', ttlAfterFinished: Duration.days(1),
};

/** Every prop of the maintenance of all nodes. */
export const allMaintenanceCronJobProps: Required<NodeMaintenanceCronJobProps> = {
  ...allMaintenanceProps,
  window: MaintenanceWindow.weekly({ days: [Weekday.SUNDAY, Weekday.SATURDAY], start: '02:30', duration: Duration.hours(4), timeZone: 'Europe/Berlin' }),
  expected: Duration.minutes(20),
  strategy: UpgradeStrategy.rolling({ maxUnavailable: 2 }),
  skip: ['w3'],
  settle: Duration.seconds(90),
  gates: [Gate.rookCephClusters()],
  suspend: true,
};
