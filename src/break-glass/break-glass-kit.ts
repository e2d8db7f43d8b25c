import { createHash } from 'crypto';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { BackupsByHand, runbook } from './runbook';
import { ContainerImages } from '../cluster/container-images';
import { EtcdCluster } from '../cluster/etcd-cluster';
import { objectName } from '../runtime/object-name';
import { Program } from '../runtime/program';
import { VerifiedFiles, verifiedPath } from '../runtime/verified-files';

/** Where the pod that writes the kit finds its files. */
const SOURCE_PATH = '/break-glass';

/**
 * What a restore needs when nothing else is left, as the pods get it that keep it beside the backups (programs/backup/break-glass.sh).
 */
export class BreakGlassKit {
  public readonly mounts: kplus.VolumeMount[];
  /** What root will run one day: looked at before it is kept. */
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

/** What restore.sh would otherwise have to be told: shell assignments. */
function clusterEnvironment(cluster: EtcdCluster): string {
  const members = cluster.members.map(({ name, clientUrl }) => `${name}=${clientUrl}`);
  return `CLUSTER='${cluster.name}'\n${members.length > 0 ? `MEMBERS='${members.join(' ')}'\n` : ''}`;
}
