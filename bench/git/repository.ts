import { execFileSync } from 'child_process';
import { mkdirSync, readdirSync, rmSync } from 'fs';
import { join } from 'path';

/** In place of the user's own settings. Without automatic packing, objects stay as a commit writes them until they are packed here. */
const SETTINGS = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', '-c', 'gc.auto=0', '-c', 'maintenance.auto=false', '-c', 'core.autocrlf=false'];

/** A git repository with a folder `dist` that is written anew for each commit. */
export class Repository {
  readonly dist: string;

  constructor(private readonly folder: string) {
    this.dist = join(folder, 'dist');
    mkdirSync(folder);
    this.git('init', '--quiet');
  }

  /** Empties `dist`, as `cdk8s synth` does. */
  empty(): void {
    rmSync(this.dist, { recursive: true, force: true });
    mkdirSync(this.dist);
  }

  /** Bytes of all files in `dist`, which a checkout has. */
  checkedOut(): number {
    return Number(this.shell('find dist -type f -printf "%s\\n" | awk \'{ sum += $1 } END { print sum }\''));
  }

  commit(): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message=synth');
  }

  /** Bytes on the disk of the objects that are not packed yet. */
  loose(): number {
    return this.count('size') * 1024;
  }

  /** Packs everything, and returns the bytes of the one pack, as a clone gets it. */
  packed(): number {
    this.git('gc', '--quiet', '--prune=now');
    return this.count('size-pack') * 1024;
  }

  /** Bytes that a push of the last commit sends to a remote that has all commits before it. */
  pushed(): number {
    return Number(this.shell('printf "HEAD\\n^HEAD~1\\n" | git pack-objects --quiet --revs --thin --delta-base-offset --stdout | wc -c'));
  }

  private count(what: string): number {
    return Number(new RegExp(`^${what}: (\\d+)$`, 'm').exec(this.git('count-objects', '-v'))![1]);
  }

  private git(...args: string[]): string {
    return execFileSync('git', [...SETTINGS, '-C', this.folder, ...args], { encoding: 'utf8' });
  }

  private shell(script: string): string {
    return execFileSync('sh', ['-c', script], { cwd: this.folder, encoding: 'utf8' });
  }
}

/** How many files a folder has, folders not counted. */
export function filesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}
