import { writeFileSync } from 'fs';
import { NodeAccess } from '../../lab/node-access';

/** What a snapshot's backup.json says. */
export interface BackupRecord {
  readonly cluster: string;
  readonly member: string;
  readonly endpoint: string;
  readonly etcdVersion: string;
  readonly revision: number;
  readonly keys: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}

const backupName = /^\d{8}T\d{6}Z-r\d+$/;

/** The folder of one cluster on a volume, looked at from the node and not by the library. */
export class BackupFolder {
  constructor(readonly node: NodeAccess, readonly path: string) {}

  /** Everything in it, also what begins with a dot. */
  async entries(): Promise<string[]> {
    const { exitCode, stdout } = await this.node.exec(['ls', '-A', this.path]);
    return exitCode === 0 ? stdout.split('\n').filter((name) => name !== '').sort() : [];
  }

  /** Names of complete backups, the oldest first. */
  async backups(): Promise<string[]> {
    return (await this.entries()).filter((name) => backupName.test(name));
  }

  /** What is being written or deleted, or was when somebody died. */
  async unfinished(): Promise<string[]> {
    return (await this.entries()).filter((name) => /^\.(incomplete|trash)-/.test(name));
  }

  async record(backup: string): Promise<BackupRecord> {
    return JSON.parse(await this.node.readFile(`${this.path}/${backup}/backup.json`));
  }

  /** `MODE OWNER PATH` of everything that a backup consists of, and of the folder around it. */
  async modes(backup: string): Promise<string[]> {
    const listed = await this.node.shell('cd "$1" && find . -maxdepth 0 -printf "%m %U %p\\n" && find "$2" -printf "%m %U %p\\n"', this.path, backup);
    return listed.trim().split('\n').sort();
  }

  /** A digest of every file of every complete backup: the same as long as no backup has changed. */
  async digests(): Promise<string[]> {
    const listed = await this.node.shell('cd "$1" && find . -path "./[0-9]*" -type f -exec sha256sum {} +', this.path);
    return listed.trim().split('\n').sort();
  }

  /** Copies a snapshot to this machine. */
  async fetch(backup: string, target: string): Promise<void> {
    // What a node prints is taken for text.
    const encoded = await this.node.run(['base64', '-w0', `${this.path}/${backup}/snapshot.db`]);
    writeFileSync(target, Buffer.from(encoded, 'base64'));
  }
}
