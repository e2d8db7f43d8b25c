import { createHash } from 'crypto';
import { readFileSync } from 'fs';
import * as path from 'path';
import { Chart } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { objectName } from './object-name';
import { verifiedPath } from './verified-files';

/** The folder programs/ is beside src/ in the repository, and beside lib/ in the package. */
const FOLDER = path.join(__dirname, '..', '..', 'programs');

/** How a file names another one that it sources or that awk runs: `"$here/lib/report.sh"`. */
const USED = /"\$here\/([a-z-]+\/[a-z-]+\.(?:sh|awk))"/g;

/** The contents of these files and of all files that they use, by path below `folder`. */
function contentsOf(folder: string, files: readonly string[], read: { [file: string]: string } = {}): { [file: string]: string } {
  for (const file of files.filter((name) => !(name in read))) {
    read[file] = readFileSync(path.join(folder, file), 'utf8');
    contentsOf(folder, [...read[file].matchAll(USED)].map(([, used]) => used), read);
  }
  return read;
}

/**
 * A program of programs/ with the files that it uses, as a pod gets it.
 */
export class Program {
  public static readonly ETCD_SNAPSHOT = new Program('etcd-snapshot', ['etcd-snapshot.sh']);

  public static readonly RESTORE = new Program('etcd-restore', ['restore.sh']);

  public static readonly REPLACE_MEMBER = new Program('etcd-member-replacement', ['replace-member.sh']);

  /** The programs of the break-glass kit, which a person runs when no Job starts. */
  public static readonly BREAK_GLASS = new Program('break-glass', ['restore.sh', 'replace-member.sh']);

  /** Where the files are in the pod, laid out as they are in programs/. */
  public static readonly MOUNT_PATH = '/program';

  private cachedContents?: { readonly [file: string]: string };
  private cachedDigest?: string;

  /**
   * @param entries the files that can be run; a pod runs the first one.
   * @param folder where the files are.
   */
  constructor(public readonly name: string, private readonly entries: readonly string[], private readonly folder: string = FOLDER) {}

  /** The path in the pod of the file to run, in the copy that was verified. */
  public get entryPoint(): string {
    return `${verifiedPath(Program.MOUNT_PATH)}/${this.entries[0]}`;
  }

  /** The files that can be run, and every file that these use. */
  public get files(): string[] {
    return Object.keys(this.contents);
  }

  /** The contents of all files. Read once: one process may synthesize thousands of clusters. */
  public get contents(): { readonly [file: string]: string } {
    this.cachedContents ??= contentsOf(this.folder, this.entries);
    return this.cachedContents;
  }

  /** A digest that changes when any of the files does. */
  public get digest(): string {
    this.cachedDigest ??= createHash('sha256').update(JSON.stringify(this.contents)).digest('hex').slice(0, 8);
    return this.cachedDigest;
  }

  /**
   * The program as a volume. All pods of a chart share one immutable ConfigMap whose name carries the digest of its content: a running
   * pod never sees half of a new version, and a new version never waits for an old object to be deleted.
   *
   * @param name the volume's name in the pod; must differ where the pod has another program's volume.
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

/** The key of a file in a ConfigMap: keys can't have slashes. */
function keyOf(file: string): string {
  return file.replaceAll('/', '-');
}
