import { Chart, Cron } from 'cdk8s';
import { BackupAlerts, BackupVolume, EtcdCluster, EtcdSnapshotCronJob, KubernetesVersion, SnapshotNodes } from 'cdk8s-day2';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** Every control plane backs up its own member on working days. Prometheus tells a person when there is no new backup. */
export class WatchedBackups extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'etcd-backups' });

    // Only a namespace with this label admits pods that read the node's files.
    new kplus.Namespace(this, 'namespace', {
      metadata: { name: 'etcd-backups', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    });

    const snapshots = new EtcdSnapshotCronJob(this, 'snapshots', {
      cluster: EtcdCluster.kubeadm({ name: 'office', kubernetesVersion: KubernetesVersion.of('1.36.3'), controlPlanes: ['cp1', 'cp2', 'cp3'] }),
      volume: BackupVolume.fromHostPath(this, 'backups', { path: '/mnt/backup', mustExist: true }),
      nodes: SnapshotNodes.everyMember(),
      schedule: Cron.schedule({ minute: '30', hour: '2', weekDay: '1-5' }),
      timeZone: 'Europe/Berlin',
    });

    // The label is the one that this cluster's kube-prometheus-stack wants. Without it, Prometheus would not load the rules.
    const alerts = new BackupAlerts(this, 'alerts', { ruleLabels: { release: 'kube-prometheus-stack' } });
    alerts.watch(snapshots);
  }
}
