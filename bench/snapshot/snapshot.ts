import { mkdirSync } from 'fs';
import { join } from 'path';
import { App, Chart, Cron } from 'cdk8s';
import { BareTiming, timeBareCommands } from './bare';
import { seconds } from './clock';
import { growTo } from './fill';
import { LocalPod } from './local-pod';
import { BackupVolume } from '../../src/backup/backup-volume';
import { EtcdSnapshotCronJob } from '../../src/backup/etcd-snapshot-cron-job';
import { RetentionPolicy } from '../../src/backup/retention-policy';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { EtcdClusterFixture } from '../../test/integration/support/etcd-cluster';
import { toolchain } from '../../test/toolchain/toolchain';
import { figure, table } from '../support/format';
import { withWorkspace } from '../support/workspace';

const { busybox, etcd36 } = toolchain;
const MEGABYTES = [10, 500, 2_000];
const TURNS = 5;

interface Timing extends BareTiming {
  readonly program: number;
}

/** What the snapshot program takes, beside the bare commands that it cannot do without. */
export function snapshot(): Promise<string> {
  return withWorkspace(async (folder) => {
    await Promise.all([busybox, etcd36].map((tool) => tool.ensure()));
    const cluster = await EtcdClusterFixture.start(etcd36);
    try {
      const volume = join(folder, 'volume');
      mkdirSync(volume);
      const pod = new LocalPod(manifests(cluster, volume), join(folder, 'pod'), busybox, etcd36);
      const rows: string[][] = [];
      for (const megabytes of MEGABYTES) {
        await growTo(cluster.members[0], megabytes * 1e6);
        const { dbSizeBytes } = await cluster.client.status();
        rows.push(row(dbSizeBytes, takeTurns(() => timeBareCommands(cluster, busybox, folder), () => pod.run())));
      }
      return table(['seconds for a database of', 'save', 'status', 'one hash', 'sum of these', 'the program', 'difference'], rows);
    } finally {
      await cluster.destroy();
    }
  });
}

/**
 * The bare commands and the program take turns in going first, so that neither always finds what the other one has left in the page cache;
 * both read the file that they have just written. The first turn is not counted: the program has no old backup to delete in it.
 */
function takeTurns(bare: () => BareTiming, runProgram: () => void): Timing[] {
  const program = () => ({ program: seconds(runProgram) });
  return Array.from({ length: TURNS + 1 }, (_, turn) => turn % 2 === 0 ? { ...bare(), ...program() } : { ...program(), ...bare() }).slice(1);
}

/** A user's chart for this cluster. One backup is kept, so that every run deletes one, too. */
function manifests(cluster: EtcdClusterFixture, volume: string): any[] {
  const chart = new Chart(new App(), 'bench');
  new EtcdSnapshotCronJob(chart, 'snapshots', {
    cluster: EtcdCluster.kubeadm({
      name: 'bench',
      kubernetesVersion: KubernetesVersion.of('1.34.4'),
      controlPlanes: Object.keys(cluster.addresses),
      addresses: cluster.addresses,
      clientPort: cluster.clientPort,
      certificates: EtcdCertificates.fromHostFolder(cluster.certificates),
    }),
    volume: BackupVolume.fromHostPath(chart, 'backups', { path: volume }),
    schedule: Cron.schedule({ minute: '0', hour: '*/6' }),
    retention: RetentionPolicy.keepLast(1),
  });
  return chart.toJson();
}

function row(bytes: number, timings: Timing[]): string[] {
  const sum = ({ save, status, hash }: Timing) => save + status + hash;
  const cells = [
    median(timings.map(({ save }) => save)),
    median(timings.map(({ status }) => status)),
    median(timings.map(({ hash }) => hash)),
    median(timings.map(sum)),
    median(timings.map(({ program }) => program)),
    median(timings.map((timing) => timing.program - sum(timing))),
  ];
  return [`${figure(bytes / 1e6)} MB`, ...cells.map(figure)];
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
