import { Chart, Cron, Size } from 'cdk8s';
import { BackupVolume, EtcdCluster, EtcdSnapshotCronJob, KubernetesVersion, RetentionPolicy } from 'cdk8s-day2';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** The control planes as `kubectl get nodes -L topology.kubernetes.io/zone` lists them. */
const zones = {
  'ip-10-0-1-10.eu-central-1.compute.internal': 'eu-central-1a',
  'ip-10-0-2-10.eu-central-1.compute.internal': 'eu-central-1b',
  'ip-10-0-3-10.eu-central-1.compute.internal': 'eu-central-1c',
};

/** Three control planes on EC2. Backups are on an EBS volume that outlives the cluster, and are kept as grandfathers, fathers and sons. */
export class EtcdBackups extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'etcd-backups' });

    // Only a namespace with this label admits pods that read the node's files.
    new kplus.Namespace(this, 'namespace', {
      metadata: { name: 'etcd-backups', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    });

    new EtcdSnapshotCronJob(this, 'snapshots', {
      cluster: EtcdCluster.kubeadm({
        name: 'shop-production',
        kubernetesVersion: KubernetesVersion.of('1.35.4'),
        controlPlanes: Object.keys(zones),
        zones,
      }),
      // A volume stays in its zone, so the pod runs on the control plane there. If etcd is down there, the other members are asked.
      volume: BackupVolume.fromEbsVolume(this, 'backups', {
        volumeId: 'vol-0f1e2d3c4b5a69788',
        zone: 'eu-central-1a',
        size: Size.gibibytes(100),
      }),
      schedule: Cron.schedule({ minute: '0', hour: '*/2' }),
      retention: RetentionPolicy.of({ last: 6, daily: 7, weekly: 5, monthly: 12 }),
      priorityClassName: 'system-cluster-critical',
    });
  }
}
