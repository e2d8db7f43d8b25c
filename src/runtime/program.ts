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
function contentsOf(files: readonly string[], read: { [file: string]: string } = {}): { [file: string]: string } {
  for (const file of files.filter((name) => !(name in read))) {
    read[file] = readFileSync(path.join(FOLDER, file), 'utf8');
    contentsOf([...read[file].matchAll(USED)].map(([, used]) => used), read);
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

  /** The first one of what can be run is what a pod runs. */
  private constructor(public readonly name: string, private readonly entries: readonly string[]) {}

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
    this.cachedContents ??= contentsOf(this.entries);
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
   */
  public volumeIn(scope: Construct): kplus.Volume {
    const chart = Chart.of(scope);
    const id = `${this.name}-program`;
    const existing = chart.node.tryFindChild(id)?.node.tryFindChild('Volume') as kplus.Volume | undefined;
    return existing ?? this.addVolume(new Construct(chart, id));
  }

  private addVolume(scope: Construct): kplus.Volume {
    const key = (file: string) => file.replace(/\//g, '-');
    const configMap = new kplus.ConfigMap(scope, 'ConfigMap', {
      metadata: { name: objectName(scope, this.digest) },
      immutable: true,
      data: Object.fromEntries(this.files.map((file) => [key(file), this.contents[file]])),
    });
    return kplus.Volume.fromConfigMap(scope, 'Volume', configMap, {
      name: 'program',
      items: Object.fromEntries(this.files.map((file) => [key(file), { path: file }])),
    });
  }
}
