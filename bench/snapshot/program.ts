import { writeFileSync } from 'fs';
import { join } from 'path';
import { Chart, Testing } from 'cdk8s';
import { EtcdSnapshotJob } from '../../src/backup/etcd-snapshot-job';
import { RetentionPolicy } from '../../src/backup/retention-policy';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { BackupVolume } from '../../src/storage/backup-volume';
import { EtcdClusterFixture } from '../../test/support/etcd/etcd-cluster';
import { describeEtcd, etcdImage } from '../../test/support/pod/etcd-scene';
import { Pod } from '../../test/support/pod/pod';
import { withNodeFiles } from '../../test/support/with-node-files';
import { stopwatch } from '../support/stopwatch';

/** The manifests of a snapshot. Only one backup is kept, so that every run but the first deletes one, too. */
export function manifestsFor(cluster: EtcdClusterFixture, volume: string): any[] {
  const chart = new Chart(Testing.app(), 'bench');
  // A snapshot reads two files of the node's PKI: ca.crt, which is among the certificates, and this one.
  writeFileSync(join(cluster.certificates, 'sa.pub'), 'public\n');
  new EtcdSnapshotJob(chart, 'snapshot', {
    cluster: withNodeFiles(describeEtcd(cluster), { pkiFolder: cluster.certificates }),
    volume: BackupVolume.fromHostPath(chart, 'backups', { path: volume }),
    nodes: SnapshotNodes.named(cluster.members[0].name),
    retention: RetentionPolicy.keepLast(1),
    breakGlassKit: false,
  });
  return Testing.synth(chart);
}

/** Seconds that the program takes in the pod of these manifests, from the start of its container. Throws its output when it failed. */
export async function timeProgram(manifests: any[], cluster: EtcdClusterFixture): Promise<number> {
  const pod = await Pod.start(manifests, { image: etcdImage(cluster.tool) });
  const elapsed = stopwatch();
  const { exitCode, stdout, stderr } = await pod.finished();
  if (exitCode !== 0) throw new Error(`the snapshot program ended with ${exitCode}:\n${stdout}${stderr}`);
  return elapsed();
}
