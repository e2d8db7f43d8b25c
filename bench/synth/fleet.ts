import { App, Chart, Cron } from 'cdk8s';
import { Construct } from 'constructs';
import { EtcdSnapshotCronJob } from '../../src/backup/etcd-snapshot-cron-job';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { BackupVolume } from '../../src/storage/backup-volume';

/** The name of one cluster of the fleet. Everything that differs between two clusters is derived from it. */
export function clusterName(index: number): string {
  return `cluster-${String(index).padStart(5, '0')}`;
}

/** One cluster as a user writes it: a volume, a CronJob, and the ConfigMap of the program. */
export class EtcdBackups extends Chart {
  constructor(scope: Construct, id: string, name: string) {
    super(scope, id, { namespace: 'etcd-backups' });
    new EtcdSnapshotCronJob(this, 'snapshots', {
      cluster: EtcdCluster.kubeadm({
        name,
        kubernetesVersion: KubernetesVersion.of('1.34.4'),
        controlPlanes: [1, 2, 3].map((number) => `${name}-cp${number}`),
      }),
      volume: BackupVolume.fromNfs(this, 'backups', { server: `nas.${name}.example.com`, path: '/export/etcd' }),
      schedule: Cron.schedule({ minute: '0', hour: '*/6' }),
    });
  }
}

/** The name that stands for every cluster's in the equivalents for other tools. */
export const PLACEHOLDER = clusterName(0);

export function manifestsOf(name: string): any[] {
  return new EtcdBackups(new App(), 'etcd-backups', name).toJson();
}
