import { createHash } from 'crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'fs';
import { join } from 'path';

/** The name of a complete backup, by the contract on disk. */
export const BACKUP_NAME = /^\d{8}T\d{6}Z-r\d+$/;

/** A file that is built as etcd's snapshots are: pages, then the SHA-256 of them. */
export function snapshotBytes(text: string, pages = 8): Buffer {
  const content = Buffer.alloc(pages * 512, text);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

/** Whether the last 32 bytes are the SHA-256 of those before them. */
export function isTrue(snapshot: Buffer): boolean {
  return snapshot.length % 512 === 32 && createHash('sha256').update(snapshot.subarray(0, -32)).digest().equals(snapshot.subarray(-32));
}

/** The folder of one cluster's backups on a volume. */
export class BackupsOnDisk {
  constructor(readonly folder: string) {}

  /** All names there, hidden ones too. */
  get names(): string[] {
    return readdirSync(this.folder).sort();
  }

  /** The names of what counts as a backup, oldest first. */
  get complete(): string[] {
    return this.names.filter((name) => BACKUP_NAME.test(name));
  }

  /** What a run left half done. */
  get leftovers(): string[] {
    return this.names.filter((name) => /^\.(incomplete|trash)-/.test(name));
  }

  record(name: string): any {
    return JSON.parse(readFileSync(join(this.folder, name, 'backup.json'), 'utf8'));
  }

  snapshotFile(name: string): string {
    return join(this.folder, name, 'snapshot.db');
  }

  /** Why a backup is none, read from the files as a restore would; empty when it is whole. */
  faults(name: string): string[] {
    const snapshot = readFileSync(this.snapshotFile(name));
    const { sizeBytes, sha256, revision } = this.record(name);
    return [
      ...isTrue(snapshot) ? [] : [`${name}: the checksum is not that of the content`],
      ...sizeBytes === snapshot.length ? [] : [`${name}: ${sizeBytes} bytes are recorded, there are ${snapshot.length}`],
      ...sha256 === snapshot.subarray(-32).toString('hex') ? [] : [`${name}: the recorded checksum is another one`],
      ...name.endsWith(`-r${revision}`) ? [] : [`${name}: revision ${revision} is recorded`],
    ];
  }

  /** Puts a whole backup there, as an earlier run would have left it. */
  plant(time: Date, revision: number): string {
    const stamp = time.toISOString().replace(/[-:]|\.\d+/g, '');
    const name = `${stamp}-r${revision}`;
    const snapshot = snapshotBytes(name);
    mkdirSync(join(this.folder, name), { recursive: true, mode: 0o700 });
    writeFileSync(this.snapshotFile(name), snapshot, { mode: 0o600 });
    writeFileSync(join(this.folder, name, 'backup.json'), JSON.stringify({
      format: 1,
      cluster: 'prod',
      member: 'cp1',
      endpoint: 'https://127.0.0.1:2379',
      etcdVersion: '3.6.5',
      storageVersion: '3.6.0',
      takenAt: time.toISOString().replace(/\.\d+/, ''),
      revision,
      keys: 3,
      sizeBytes: snapshot.length,
      sha256: snapshot.subarray(-32).toString('hex'),
      durationSeconds: 1,
    }) + '\n', { mode: 0o600 });
    return name;
  }

  /** All that can be seen of some entries: kinds, modes, owners, times, contents. Equal before and after is "untouched". */
  look(names: string[] = this.complete): Record<string, string> {
    return Object.fromEntries(names.flatMap((name) => describeTree(this.folder, name)));
  }
}

function describeTree(folder: string, name: string): [string, string][] {
  const path = join(folder, name);
  const stat = lstatSync(path);
  const facts = `mode ${stat.mode.toString(8)} owner ${stat.uid} modified ${stat.mtimeMs}`;
  if (stat.isDirectory()) return [[name, facts], ...readdirSync(path).flatMap((entry) => describeTree(folder, join(name, entry)))];
  if (stat.isSymbolicLink()) return [[name, `${facts} link to ${readlinkSync(path)}`]];
  if (stat.isFile()) return [[name, `${facts} content ${createHash('sha256').update(readFileSync(path)).digest('hex')}`]];
  return [[name, facts]];
}
