import { Chart, Cron } from 'cdk8s';
import { BackupVolume, EtcdCluster, EtcdSnapshotCronJob, KubernetesVersion, RetentionPolicy } from 'cdk8s-day2';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { FleetCluster } from './clusters';

/** The backups of one cluster of the fleet. */
export class EtcdBackups extends Chart {
  constructor(scope: Construct, id: string, cluster: FleetCluster) {
    super(scope, id, { namespace: 'etcd-backups' });

    // Only a namespace with this label admits pods that read the node's files.
    new kplus.Namespace(this, 'namespace', {
      metadata: { name: 'etcd-backups', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    });

    new EtcdSnapshotCronJob(this, 'snapshots', {
      cluster: EtcdCluster.kubeadm({
        name: cluster.name,
        kubernetesVersion: KubernetesVersion.of(cluster.kubernetesVersion),
        controlPlanes: cluster.controlPlanes,
      }),
      volume: BackupVolume.fromNfs(this, 'backups', { ...cluster.nfs, mountOptions: ['nfsvers=4.1'] }),
      schedule: cluster.production ? Cron.schedule({ minute: '*/15' }) : Cron.schedule({ minute: '0', hour: '*/6' }),
      retention: cluster.production ? RetentionPolicy.recommended() : RetentionPolicy.keepLast(4),
    });
  }
}
