import { createHash } from 'crypto';
import { readFileSync } from 'fs';
import * as path from 'path';
import { Chart } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { objectName } from './object-name';
import { verifiedPath } from './verified-files';

/** Beside src/ in the repository, beside lib/ in the package. */
const FOLDER = path.join(__dirname, '..', '..', 'programs');

/**
 * A program of programs/ with the files that it sources, as it comes into a pod.
 */
export class Program {
  public static readonly ETCD_SNAPSHOT = new Program('etcd-snapshot', [
    'etcd-snapshot.sh', 'retention.awk', 'lib/environment.sh', 'lib/report.sh', 'lib/process.sh', 'lib/disk.sh', 'lib/etcd.sh', 'lib/backup.sh',
    'lib/break-glass.sh',
  ]);

  public static readonly RESTORE = new Program('etcd-restore', [
    'restore.sh', 'lib/environment.sh', 'lib/report.sh', 'lib/process.sh', 'lib/disk.sh', 'lib/etcd.sh', 'lib/backup.sh', 'lib/trust.sh',
    'lib/kit.sh', 'lib/host-operation.sh', 'lib/unit.sh', 'lib/settings.awk', 'lib/static-pod.awk', 'lib/settings.sh', 'lib/running.sh',
    'lib/machine.sh', 'lib/node.sh', 'lib/data-folder.sh', 'lib/proof.sh', 'lib/membership.sh', 'lib/restore-keys.sh', 'lib/restore-trial.sh',
    'lib/restore-proof.sh', 'lib/restore-snapshot.sh', 'lib/restore-steps.sh', 'lib/restore-back.sh', 'lib/restore-by-hand.sh',
  ]);

  public static readonly REPLACE_MEMBER = new Program('etcd-member-replacement', [
    'replace-member.sh', 'lib/environment.sh', 'lib/report.sh', 'lib/process.sh', 'lib/disk.sh', 'lib/etcd.sh', 'lib/trust.sh', 'lib/kit.sh',
    'lib/host-operation.sh', 'lib/unit.sh', 'lib/settings.awk', 'lib/static-pod.awk', 'lib/settings.sh', 'lib/running.sh', 'lib/machine.sh',
    'lib/node.sh', 'lib/data-folder.sh', 'lib/proof.sh', 'lib/membership.sh', 'lib/replace-steps.sh',
  ]);

  /** What a person has at hand when no Job starts. */
  public static readonly BREAK_GLASS = new Program('break-glass', [...new Set([...Program.RESTORE.files, ...Program.REPLACE_MEMBER.files])]);

  /** Where the files are in the pod, laid out as they are in programs/. */
  public static readonly MOUNT_PATH = '/program';

  private cachedContents?: { readonly [file: string]: string };
  private cachedDigest?: string;

  /** The first file is the one that is run. */
  private constructor(public readonly name: string, public readonly files: string[]) {}

  /** The file to run, in the pod: of the copy that was verified. */
  public get entryPoint(): string {
    return `${verifiedPath(Program.MOUNT_PATH)}/${this.files[0]}`;
  }

  /** Read once: one process may synthesize thousands of clusters. */
  public get contents(): { readonly [file: string]: string } {
    this.cachedContents ??= Object.fromEntries(this.files.map((file) => [file, readFileSync(path.join(FOLDER, file), 'utf8')]));
    return this.cachedContents;
  }

  /** Changes when any of the files does. */
  public get digest(): string {
    this.cachedDigest ??= createHash('sha256').update(JSON.stringify(this.contents)).digest('hex').slice(0, 8);
    return this.cachedDigest;
  }

  /**
   * The program as a volume. All pods of a chart share one immutable ConfigMap whose name carries the digest of its content: a running
   * pod never sees half of a new version, and a new version never waits for an old object to be deleted.
   *
   * @param name the volume's in the pod, where it is beside another program's.
   */
  public volumeIn(scope: Construct, name: string = 'program'): kplus.Volume {
    const chart = Chart.of(scope);
    const id = `${this.name}-program`;
    const home = chart.node.tryFindChild(id) as Construct | undefined ?? new Construct(chart, id);
    return home.node.tryFindChild(name) as kplus.Volume | undefined ?? kplus.Volume.fromConfigMap(home, name, this.configMapIn(home), {
      name,
      items: Object.fromEntries(this.files.map((file) => [keyOf(file), { path: file }])),
    });
  }

  private configMapIn(home: Construct): kplus.IConfigMap {
    return home.node.tryFindChild('ConfigMap') as kplus.ConfigMap | undefined ?? new kplus.ConfigMap(home, 'ConfigMap', {
      metadata: { name: objectName(home, this.digest) },
      immutable: true,
      data: Object.fromEntries(this.files.map((file) => [keyOf(file), this.contents[file]])),
    });
  }
}

/** A ConfigMap's keys have no slash. */
function keyOf(file: string): string {
  return file.replace('/', '-');
}
