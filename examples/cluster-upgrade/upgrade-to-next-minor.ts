import { Chart, Duration } from 'cdk8s';
import {
  BackupVolume, ClusterUpgrade, DrainPolicy, EtcdSnapshotJob, KubeadmCluster, KubernetesVersion, SnapshotNodes, UpgradeStrategy,
} from 'cdk8s-day2';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** A cluster goes to the next minor: a snapshot first, then the control planes one after the other, then the workers, two at a time. */
export class UpgradeToNextMinor extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'cluster-upgrade' });

    // The pods start units on the hosts. They are admitted only where the namespace says so.
    new kplus.Namespace(this, 'namespace', {
      metadata: { name: 'cluster-upgrade', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    });

    const cluster = KubeadmCluster.of({
      name: 'machine-room',
      kubernetesVersion: KubernetesVersion.of('1.35.4'),
      controlPlanes: ['master-1', 'master-2', 'master-3'],
      workers: ['worker-1', 'worker-2', 'worker-3', 'worker-4'],
    });

    new ClusterUpgrade(this, 'to-1-36', {
      cluster,
      to: KubernetesVersion.of('1.36.3'),
      expires: '2026-12-05T18:00:00Z',
      snapshot: new EtcdSnapshotJob(this, 'snapshot', {
        cluster,
        volume: BackupVolume.fromHostPath(this, 'backups', { path: '/mnt/backup' }),
        nodes: SnapshotNodes.named('master-1'),
      }),
      strategy: UpgradeStrategy.rolling({ maxUnavailable: 2 }),
      drain: DrainPolicy.of({ timeout: Duration.minutes(20), moveEmptyDir: true }),
    });
  }
}
