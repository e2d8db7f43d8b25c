import { join } from 'path';
import { App, Chart, Cron, YamlOutputType } from 'cdk8s';
import { EtcdSnapshotCronJob } from '../../src/backup/etcd-snapshot-cron-job';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { Program } from '../../src/runtime/program';
import { BackupVolume } from '../../src/storage/backup-volume';
import { clusterName, EtcdBackups } from '../synth/fleet';

/** How a cluster's objects are divided into files, by the title in the table. */
export const DIVISIONS: Record<string, YamlOutputType> = {
  'a file for each cluster': YamlOutputType.FILE_PER_CHART,
  'a file for each object': YamlOutputType.FILE_PER_RESOURCE,
};

/** What is written for a cluster, by the title in the table. */
export const FLEETS: Record<string, (app: App, name: string) => Chart> = {
  'NFS, one CronJob': (app, name) => new EtcdBackups(app, 'etcd-backups', name),
  'host folders, three CronJobs and the kit': onHostFolders,
};

/** A cluster as in docs/fleet.md. */
function onHostFolders(app: App, name: string): Chart {
  const chart = new Chart(app, 'etcd-backups', { namespace: 'etcd-backups' });
  new EtcdSnapshotCronJob(chart, 'snapshots', {
    cluster: EtcdCluster.kubeadm({
      name,
      kubernetesVersion: KubernetesVersion.of('1.34.4'),
      controlPlanes: [1, 2, 3].map((number) => `${name}-cp${number}`),
    }),
    volume: BackupVolume.fromHostPath(chart, 'backups'),
    nodes: SnapshotNodes.everyMember(),
    schedule: Cron.schedule({ minute: '0', hour: '*/2' }),
  });
  return chart;
}

/** Writes the manifests of `count` clusters into `outdir`, each into a folder of its own. */
export function write(fleet: string, division: string, count: number, outdir: string): void {
  for (let index = 0; index < count; index++) {
    const app = new App({ outdir: join(outdir, clusterName(index)), yamlOutputType: DIVISIONS[division] });
    FLEETS[fleet](app, clusterName(index));
    app.synth();
  }
}

/** Gives this process the programs of a next version: a line is added to a file that all of them have. */
export function update(): void {
  for (const program of [Program.ETCD_SNAPSHOT, Program.BREAK_GLASS]) {
    const file = 'lib/report.sh';
    const contents = { ...program.contents, [file]: `${program.contents[file]}# The next version.\n` };
    Object.defineProperty(program, 'contents', { value: contents });
  }
}
