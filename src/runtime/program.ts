import { createHash } from 'crypto';
import { readFileSync } from 'fs';
import * as path from 'path';
import { Chart } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { volumeOf } from './internals';
import { objectName } from './object-name';
import { verifiedPath } from './verified-files';

/** The folder programs/ is beside src/ in the repository, and beside lib/ in the package. So is docs/, of which the package has one page. */
const FOLDER = path.join(__dirname, '..', '..', 'programs');
const DOCS = path.join(__dirname, '..', '..', 'docs');

/** How a file names another one that it sources or that awk runs: `"$here/lib/report.sh"`. */
const USED = /"\$here\/([^"$*]+\.(?:sh|awk))"/g;

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

  public static readonly UPGRADE_NODE = new Program('node-upgrade', ['upgrade-node.sh']);

  public static readonly MAINTAIN_NODE = new Program('node-maintenance', ['maintain-node.sh']);

  public static readonly NODE_TURN = new Program('node-turn', ['node-turn.sh']);

  /** The programs of the break-glass kit, which a person runs when no Job starts, and the page about all that can be lost. */
  public static readonly BREAK_GLASS = new Program('break-glass', ['restore.sh', 'replace-member.sh', 'upgrade-node.sh', 'maintain-node.sh'],
    { page: 'break-glass.md' });

  /** Where the files are in the pod, laid out as they are in programs/. */
  public static readonly MOUNT_PATH = '/program';

  private cachedContents?: { readonly [file: string]: string };
  private cachedDigest?: string;

  /**
   * @param entries the files that can be run; a pod runs the first one.
   * @param options `folder` is where the files are, `page` a page of docs/ that lies beside them.
   */
  constructor(public readonly name: string, private readonly entries: readonly string[],
    private readonly options: { readonly folder?: string; readonly page?: string } = {}) {}

  /** The path in the pod of the file to run, in the copy that was verified. */
  public get entryPoint(): string {
    return `${verifiedPath(Program.MOUNT_PATH)}/${this.entries[0]}`;
  }

  /** The files that can be run, every file that these use, and the page. */
  public get files(): string[] {
    return Object.keys(this.contents);
  }

  /** The contents of all files. Read once: one process may synthesize thousands of clusters. */
  public get contents(): { readonly [file: string]: string } {
    const { folder = FOLDER, page } = this.options;
    this.cachedContents ??= {
      ...contentsOf(folder, this.entries),
      ...page !== undefined && { [page]: readFileSync(path.join(DOCS, page), 'utf8') },
    };
    return this.cachedContents;
  }

  /** A digest that changes when any of the files does. */
  public get digest(): string {
    this.cachedDigest ??= createHash('sha256').update(JSON.stringify(this.contents)).digest('hex').slice(0, 8);
    return this.cachedDigest;
  }

  /**
   * The program as a volume. All pods of a chart share its immutable ConfigMaps, whose names carry the digest of its content: a running
   * pod never sees half of a new version, and a new version never waits for an old object to be deleted.
   *
   * @param name the volume's name in the pod; must differ where the pod has another program's volume.
   */
  public volumeIn(scope: Construct, name: string = 'program'): kplus.Volume {
    const chart = Chart.of(scope);
    const id = `${this.name}-program`;
    const home = (chart.node.tryFindChild(id) ?? new Construct(chart, id)) as Construct;
    const known = home.node.tryFindChild(name) as kplus.Volume | undefined;
    if (known) return known;
    const parts = packed(this.contents);
    const sources = parts.map((files, i) => ({
      configMap: this.configMapIn(parts.length === 1 ? home : childOf(home, `${i + 1}`), files),
      items: files.map((file) => ({ key: keyOf(file), path: file })),
    }));
    if (sources.length === 1) {
      const [{ configMap, items }] = sources;
      const paths = Object.fromEntries(items.map(({ key, path: file }) => [key, { path: file }]));
      return kplus.Volume.fromConfigMap(home, name, configMap, { name, items: paths });
    }
    const projected = { sources: sources.map(({ configMap, items }) => ({ configMap: { name: configMap.name, items } })) };
    return volumeOf(home, name, name, { projected });
  }

  private configMapIn(home: Construct, files: string[]): kplus.ConfigMap {
    const data = Object.fromEntries(files.map((file) => [keyOf(file), this.contents[file]]));
    if (Object.keys(data).length < files.length) {
      throw new Error(`the program ${this.name} has files whose names differ only in a slash and a hyphen: rename one of them`);
    }
    return home.node.tryFindChild('ConfigMap') as kplus.ConfigMap | undefined ?? new kplus.ConfigMap(home, 'ConfigMap', {
      metadata: { name: objectName(home, this.digest) },
      immutable: true,
      data,
    });
  }
}

/**
 * The most that one ConfigMap holds, in bytes of JSON. `kubectl apply` writes the whole object into an annotation, and no object may have more than
 * 256 KiB of these; it writes some characters longer than here.
 */
const ROOM = 192 * 1024;

/**
 * Folders whose files go into a ConfigMap of their own where one has not room for all: at first what all programs use, then what concerns nodes. Not by
 * size: lists would change too often.
 */
const APART = [['lib', 'host', 'etcd'], ['node', 'packages', 'upgrade', 'maintenance']];

/** The names of the files, for each ConfigMap. */
function packed(contents: { readonly [file: string]: string }): string[][] {
  const sizeOf = (files: string[]) => Buffer.byteLength(JSON.stringify(Object.fromEntries(files.map((file) => [file, contents[file]]))));
  const parts: string[][] = [];
  let rest = Object.keys(contents);
  for (const folders of APART) {
    if (sizeOf(rest) <= ROOM) break;
    const isApart = (file: string) => folders.includes(file.split('/')[0]);
    parts.unshift(rest.filter(isApart));
    rest = rest.filter((file) => !isApart(file));
  }
  return [rest, ...parts];
}

function childOf(home: Construct, id: string): Construct {
  return home.node.tryFindChild(id) as Construct | undefined ?? new Construct(home, id);
}

/** The key of a file in a ConfigMap: keys can't have slashes. */
function keyOf(file: string): string {
  return file.replaceAll('/', '-');
}
