import { Chart, Cron, Size } from 'cdk8s';
import { BackupVolume, EtcdCertificates, EtcdCluster, EtcdSnapshotCronJob, EtcdVersion, RetentionPolicy } from 'cdk8s-day2';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/** etcd on machines of its own. The pod needs nothing of a node, so it runs on any node, and in a namespace that enforces *restricted*. */
export class EtcdBackups extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'etcd-backups' });

    new kplus.Namespace(this, 'namespace', {
      metadata: { name: 'etcd-backups', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });

    // The Secret is made by hand, and is never in git:
    //   kubectl -n etcd-backups create secret generic etcd-client --from-file=ca.crt --from-file=tls.crt --from-file=tls.key
    const certificates = EtcdCertificates.fromSecretName('etcd-client');

    const claim = new kplus.PersistentVolumeClaim(this, 'claim', {
      accessModes: [kplus.PersistentVolumeAccessMode.READ_WRITE_ONCE],
      storage: Size.gibibytes(20),
      storageClassName: 'standard',
    });

    new EtcdSnapshotCronJob(this, 'snapshots', {
      cluster: EtcdCluster.external({
        name: 'billing',
        endpoints: ['https://etcd-1.example.com:2379', 'https://etcd-2.example.com:2379', 'https://etcd-3.example.com:2379'],
        etcdVersion: EtcdVersion.of('3.5.21'),
        certificates,
      }),
      volume: BackupVolume.fromPersistentVolumeClaim(this, 'backups', claim),
      schedule: Cron.schedule({ minute: '15', hour: '*' }),
      retention: RetentionPolicy.of({ hourly: 24, daily: 14, weekly: 8 }),
    });
  }
}
