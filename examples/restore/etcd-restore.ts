import { Chart } from 'cdk8s';
import { BackupVolume, EtcdRestoreJob, KubeadmCluster, KubernetesVersion, SnapshotSource } from 'cdk8s-day2';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';

/**
 * Three control planes go back to the last backup before ten o'clock, when somebody deleted a namespace.
 *
 * It is a chart of its own, beside the one of the backups, and leaves the repository when it is done.
 */
export class EtcdRestore extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id, { namespace: 'etcd-restore' });

    // The pods start a unit on the host. They are admitted only where the namespace says so.
    new kplus.Namespace(this, 'namespace', {
      metadata: { name: 'etcd-restore', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    });

    new EtcdRestoreJob(this, 'restore', {
      cluster: KubeadmCluster.of({
        name: 'machine-room',
        kubernetesVersion: KubernetesVersion.of('1.34.4'),
        controlPlanes: ['master-1', 'master-2', 'master-3'],
      }),
      // The backups are in /mnt/backup of the first control plane.
      volume: BackupVolume.fromHostPath(this, 'backups'),
      holder: 'master-1',
      snapshot: SnapshotSource.before('2026-11-21T10:00:00Z'),
      // Used once, for ever. With `dryRun: true` it is not used up.
      restoreId: '2026-11-21-deleted-namespace',
      // After this time it never begins, should anybody apply it again.
      expires: '2026-11-21T18:00:00Z',
    });
  }
}
