import { createHash } from 'crypto';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { BackupsByHand, runbook } from './runbook';
import { ContainerImages } from '../cluster/container-images';
import { EtcdCluster } from '../cluster/etcd-cluster';
import { objectName } from '../runtime/object-name';
import { Program } from '../runtime/program';
import { VerifiedFiles, verifiedPath } from '../runtime/verified-files';

/** The folder in which the pod that writes the kit finds the kit's files. */
const SOURCE_PATH = '/break-glass';

/**
 * The kit is all that a restore needs when nothing else is left. Pods get it in ConfigMaps, and write it beside the backups: see
 * programs/backup/break-glass.sh.
 */
export class BreakGlassKit {
  public readonly mounts: kplus.VolumeMount[];
  /** Root may run these files one day, so the pod verifies them before it keeps them. */
  public readonly verifiedFiles: VerifiedFiles[];
  public readonly env: { [name: string]: string };

  constructor(scope: Construct, cluster: EtcdCluster, images: ContainerImages, backups: BackupsByHand) {
    if (cluster._restoreObstacle !== undefined) {
      console.warn(`cdk8s-day2: the break-glass kit of ${cluster.name} would refuse to restore it: ${cluster._restoreObstacle}`);
    }
    const files = { 'RUNBOOK.md': runbook(cluster, backups), 'cluster.env': clusterEnvironment(cluster) };
    const digest = createHash('sha256')
      .update(JSON.stringify([Program.BREAK_GLASS.digest, files, images.etcdFor(cluster), images.busybox])).digest('hex').slice(0, 8);
    const configMap = new kplus.ConfigMap(scope, 'break-glass', {
      metadata: { name: objectName(scope, 'break-glass', digest) },
      immutable: true,
      data: files,
    });
    this.mounts = [
      { volume: Program.BREAK_GLASS.volumeIn(scope, 'break-glass-program'), path: `${SOURCE_PATH}/program`, readOnly: true },
      { volume: kplus.Volume.fromConfigMap(scope, 'break-glass-volume', configMap, { name: 'break-glass' }), path: `${SOURCE_PATH}/cluster`, readOnly: true },
    ];
    this.verifiedFiles = [
      { path: `${SOURCE_PATH}/program`, contents: Program.BREAK_GLASS.contents },
      { path: `${SOURCE_PATH}/cluster`, contents: files },
    ];
    this.env = { KIT_DIGEST: digest, KIT_SOURCE: verifiedPath(SOURCE_PATH) };
  }
}

/** Shell assignments of what restore.sh would otherwise have to be told by options. */
function clusterEnvironment(cluster: EtcdCluster): string {
  const members = cluster._membersByUrl;
  return `CLUSTER='${cluster.name}'\n${members === '' ? '' : `MEMBERS='${members}'\n`}`;
}
