import { Cron } from 'cdk8s';
import { BackupFolder } from './backup-folder';
import { kubeadmCluster, namesOf, synthesized } from './chart';
import { EtcdSnapshotCronJob, EtcdSnapshotCronJobProps } from '../../../src/backup/etcd-snapshot-cron-job';
import { SnapshotNodes } from '../../../src/backup/snapshot-nodes';
import { ContainerImages } from '../../../src/cluster/container-images';
import { BackupVolume } from '../../../src/storage/backup-volume';
import { Stage } from '../../e2e/stage';
import { NodeAccess } from '../../lab/node-access';

/** CronJobs for scenarios about failures: they run only when asked, and never try again. */
export interface HostBackups {
  readonly node: NodeAccess;
  readonly folder: BackupFolder;
  /** The CronJobs' names. */
  readonly cronJobs: string[];
}

/**
 * Applies CronJobs that keep backups in a folder of the first control plane.
 *
 * @param name of the cluster, and of its folder.
 * @param ids of the CronJobs, all of which share the volume.
 */
export async function hostBackups(stage: Stage, name: string, props: Partial<EtcdSnapshotCronJobProps> = {}, ids = ['snapshots']): Promise<HostBackups> {
  const { cluster, kubernetes } = stage;
  const [node] = cluster.controlPlanes;
  const path = `/mnt/${name}`;
  const etcd = kubeadmCluster(stage, name);
  await stage.loadImages(ContainerImages.defaults().listFor(etcd), [node]);
  stage.atTheEnd(() => node.run(['rm', '-rf', `${path}/${name}`]));
  const objects = synthesized(stage, (chart) => {
    const volume = BackupVolume.fromHostPath(chart, 'backups', { path });
    for (const id of ids) {
      new EtcdSnapshotCronJob(chart, id, {
        cluster: etcd, volume, nodes: SnapshotNodes.named(node.name), schedule: Cron.annually(), suspend: true, backoffLimit: 0, rounds: 1, ...props,
      });
    }
  });
  await kubernetes.createNamespace();
  await kubernetes.apply(objects);
  return { node, folder: new BackupFolder(node, `${path}/${name}`), cronJobs: namesOf(objects, 'CronJob') };
}
