import { Chart, Cron } from 'cdk8s';
import {
  BackupVolume, ContainerImages, EtcdCluster, EtcdSnapshotCronJob, KubernetesVersion, RegistryMirror, RetentionPolicy, SnapshotNodes,
} from 'cdk8s-day2';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** One control plane in a machine room that pulls everything from its own registry: a snapshot every five minutes, onto a second disk. */
export class EtcdBackups extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'etcd-backups' });

    // Only a namespace with this label admits pods that read the node's files.
    new kplus.Namespace(this, 'namespace', {
      metadata: { name: 'etcd-backups', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    });

    new EtcdSnapshotCronJob(this, 'snapshots', {
      cluster: EtcdCluster.kubeadm({ name: 'machine-room', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes: ['master-1'] }),
      // The second disk is mounted there. While it isn't, the pod waits, and doesn't fill etcd's own disk.
      volume: BackupVolume.fromHostPath(this, 'backups', { path: '/mnt/backup', mustExist: true }),
      nodes: SnapshotNodes.named('master-1'),
      schedule: Cron.schedule({ minute: '*/5' }),
      // Every five minutes of an hour, every hour of a day, every day of a week.
      retention: RetentionPolicy.of({ last: 12, hourly: 24, daily: 7 }),
      // The registry holds registry.k8s.io/etcd as 192.168.50.90:5000/registry.k8s.io/etcd.
      images: ContainerImages.of({ mirror: RegistryMirror.keepingReference('192.168.50.90:5000') }),
    });
  }
}
