import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { Chart, Testing } from 'cdk8s';
import { BackupsOnDisk } from './backups-on-disk';
import { ContainerResult } from './container';
import { Pod, PodOptions } from './pod';
import { rootsFolder } from './roots-folder';
import { EtcdSnapshotJob, EtcdSnapshotJobProps } from '../../../src/backup/etcd-snapshot-job';
import { RetentionPolicy } from '../../../src/backup/retention-policy';
import { EtcdCluster } from '../../../src/cluster/etcd-cluster';
import { BackupVolume } from '../../../src/storage/backup-volume';
import { NodeFiles, withNodeFiles } from '../with-node-files';

const DAY_MS = 24 * 60 * 60 * 1000;

export type SceneProps = Omit<EtcdSnapshotJobProps, 'cluster' | 'volume'> & NodeFiles;

/**
 * A volume with three earlier backups, and snapshot Jobs that run on it as a chart says. The policy keeps two, so that a run which goes
 * well has something to delete, and one that doesn't has something to spare.
 */
export class SnapshotScene {
  readonly folder = rootsFolder('scene-');
  readonly volume = join(this.folder, 'volume');
  readonly backups = new BackupsOnDisk(join(this.volume, 'prod'));
  /** What of a node's PKI every snapshot of a stacked cluster looks at. */
  readonly pki = join(this.folder, 'node-pki');
  readonly earlier: string[] = [];
  /** How the earlier ones looked when they were planted. */
  planted: Record<string, string> = {};

  constructor(private readonly cluster: EtcdCluster, private readonly options: PodOptions) {
    mkdirSync(this.backups.folder, { recursive: true, mode: 0o700 });
    this.plantEarlier();
    mkdirSync(this.pki);
    for (const file of ['ca.crt', 'sa.pub']) writeFileSync(join(this.pki, file), `the ${file} of prod\n`);
  }

  /** Three days' backups; call it again for a volume that was mounted over the first ones. */
  plantEarlier(): void {
    this.earlier.splice(0, Infinity, ...[3, 2, 1].map((days) => this.backups.plant(new Date(Date.now() - days * DAY_MS), 100 - days)));
    this.planted = this.backups.look();
  }

  /** What a chart gives for this scene. */
  manifests({ pkiFolder = this.pki, encryptionConfigFile, ...props }: SceneProps = {}): any[] {
    const chart = new Chart(Testing.app(), 'platform');
    new EtcdSnapshotJob(chart, 'snapshot', {
      cluster: withNodeFiles(this.cluster, { pkiFolder, encryptionConfigFile }),
      volume: BackupVolume.fromHostPath(chart, 'backups', { path: this.volume }),
      retention: RetentionPolicy.keepLast(2),
      rounds: 1,
      // Its tools are far larger than the snapshots of these tests: those that are about it turn it on.
      breakGlassKit: false,
      ...props,
    });
    return Testing.synth(chart);
  }

  start(props?: SceneProps, options?: Partial<PodOptions>): Promise<Pod> {
    return Pod.start(this.manifests(props), { ...this.options, ...options });
  }

  run(props?: SceneProps, options?: Partial<PodOptions>): Promise<ContainerResult> {
    return Pod.run(this.manifests(props), { ...this.options, ...options });
  }

  /** Writes a program that stands in the image in place of a real one. */
  program(name: string, script: string): string {
    const file = join(mkdtempSync(join(this.folder, 'program-')), name);
    writeFileSync(file, `#!/toolbox/busybox sh\n${script}`);
    chmodSync(file, 0o755);
    return file;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The last word of a run, as `kubectl describe pod` shows it: a line break at its end would be an empty line there. */
export function summaryOf(result: ContainerResult): any {
  const { terminationMessage } = result;
  if (/^$|\n/.test(terminationMessage)) throw new Error(`the termination message must be one line without a break, got ${JSON.stringify(result)}`);
  return JSON.parse(terminationMessage);
}
