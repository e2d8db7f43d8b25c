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

/** A file that another one names, to source it or to have awk run it: `"$here/lib/report.sh"`. */
const USED = /"\$here\/([a-z-]+\/[a-z-]+\.(?:sh|awk))"/g;

/** Files by their name, relative to programs/: these, and what they use. */
function contentsOf(folder: string, files: readonly string[], read: { [file: string]: string } = {}): { [file: string]: string } {
  for (const file of files.filter((name) => !(name in read))) {
    read[file] = readFileSync(path.join(folder, file), 'utf8');
    contentsOf(folder, [...read[file].matchAll(USED)].map(([, used]) => used), read);
  }
  return read;
}

/**
 * A program of programs/ with the files that it uses, as it comes into a pod.
 */
export class Program {
  public static readonly ETCD_SNAPSHOT = new Program('etcd-snapshot', ['etcd-snapshot.sh']);

  public static readonly RESTORE = new Program('etcd-restore', ['restore.sh']);

  public static readonly REPLACE_MEMBER = new Program('etcd-member-replacement', ['replace-member.sh']);

  /** What a person has at hand when no Job starts. */
  public static readonly BREAK_GLASS = new Program('break-glass', ['restore.sh', 'replace-member.sh']);

  /** Where the files are in the pod, laid out as they are in programs/. */
  public static readonly MOUNT_PATH = '/program';

  private cachedContents?: { readonly [file: string]: string };
  private cachedDigest?: string;

  /**
   * @param entries what can be run; the first one is what a pod runs.
   * @param folder where the files stand.
   */
  constructor(public readonly name: string, private readonly entries: readonly string[], private readonly folder: string = FOLDER) {}

  /** The file to run, in the pod: of the copy that was verified. */
  public get entryPoint(): string {
    return `${verifiedPath(Program.MOUNT_PATH)}/${this.entries[0]}`;
  }

  /** What can be run, and every file that these use. */
  public get files(): string[] {
    return Object.keys(this.contents);
  }

  /** Read once: one process may synthesize thousands of clusters. */
  public get contents(): { readonly [file: string]: string } {
    this.cachedContents ??= contentsOf(this.folder, this.entries);
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
    const home = chart.node.tryFindChild(id) ?? new Construct(chart, id);
    return home.node.tryFindChild(name) as kplus.Volume | undefined ?? kplus.Volume.fromConfigMap(home, name, this.configMapIn(home as Construct), {
      name,
      items: Object.fromEntries(this.files.map((file) => [keyOf(file), { path: file }])),
    });
  }

  private configMapIn(home: Construct): kplus.ConfigMap {
    return home.node.tryFindChild('ConfigMap') as kplus.ConfigMap | undefined ?? new kplus.ConfigMap(home, 'ConfigMap', {
      metadata: { name: objectName(home, this.digest) },
      immutable: true,
      data: Object.fromEntries(this.files.map((file) => [keyOf(file), this.contents[file]])),
    });
  }
}

/** A key of a ConfigMap has no slashes. */
function keyOf(file: string): string {
  return file.replaceAll('/', '-');
}
