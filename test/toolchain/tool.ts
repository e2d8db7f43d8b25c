import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'fs';
import { homedir } from 'os';
import { basename, delimiter, dirname, join } from 'path';
import { withLock } from './lock';

/** How one tool is made. */
export interface Recipe {
  /** Also the name of its main program. */
  readonly name: string;
  readonly version: string;
  /** The programs that the finished folder holds. */
  readonly programs: string[];
  /** For the reader who waits: "from Go modules, once, about 5 min". */
  readonly how: string;
  /** Commands that must be on the PATH for it, each with the way to get it. */
  readonly needs: Record<string, string>;
  /** Puts the programs into an empty folder. */
  readonly build: (folder: string) => Promise<void>;
}

// The number stands for how recipes build: raise it when what is cached should be built anew.
function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cdk8s-day2', 'tools-1');
}

function onPath(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, command)));
}

/** A real program that tests run: built once for a machine, then found in the cache. */
export class Tool {
  readonly title: string;
  /** Where the programs are, or will be. */
  readonly folder: string;

  constructor(readonly recipe: Recipe, readonly cache: string = cacheFolder()) {
    this.title = `${recipe.name} ${recipe.version}`;
    this.folder = join(cache, `${recipe.name}-${recipe.version}-${process.platform}-${process.arch}`);
  }

  get cached(): boolean {
    return existsSync(this.folder);
  }

  /** Why this machine can't build it; empty when it can. */
  get obstacles(): string[] {
    return Object.entries({ flock: 'part of util-linux', ...this.recipe.needs })
      .filter(([command]) => !onPath(command))
      .map(([command, remedy]) => `${command} is not on the PATH: ${remedy}`);
  }

  /** The path of one of its programs, the main one unless named. Throws when the tool isn't there yet. */
  path(program: string = this.recipe.name): string {
    const file = join(this.folder, program);
    if (!existsSync(file)) throw new Error(`no ${program} at ${file}: build it by \`npm run toolchain\``);
    return file;
  }

  /** Builds the tool unless it is cached. Any number of processes may ask at the same time: one builds, the others wait. */
  async ensure(): Promise<void> {
    if (this.cached) return;
    if (this.obstacles.length > 0) throw new Error(`${this.title} can't be built: ${this.obstacles.join('; ')}`);
    mkdirSync(this.cache, { recursive: true });
    await withLock(`${this.folder}.lock`, async () => {
      if (!this.cached) await this.build();
    });
  }

  /** The folder appears under its name by one rename, when it is complete. */
  private async build(): Promise<void> {
    const prefix = `${this.folder}.building-`;
    this.discardDraftsOfDeadBuilds(prefix);
    const draft = mkdtempSync(prefix);
    const started = Date.now();
    const say = (text: string) => process.stderr.write(`toolchain: ${text}\n`);
    const seconds = () => Math.round((Date.now() - started) / 1000);
    say(`building ${this.title} ${this.recipe.how}`);
    const ticker = setInterval(() => say(`still building ${this.title}, ${seconds()} s so far`), 30_000);
    try {
      await this.recipe.build(draft);
      const absent = this.recipe.programs.filter((program) => !existsSync(join(draft, program)));
      if (absent.length > 0) throw new Error(`building ${this.title} left no ${absent.join(', ')}`);
      renameSync(draft, this.folder);
      say(`built ${this.title} in ${seconds()} s`);
    } finally {
      clearInterval(ticker);
      rmSync(draft, { recursive: true, force: true });
    }
  }

  private discardDraftsOfDeadBuilds(prefix: string): void {
    for (const entry of readdirSync(dirname(prefix))) {
      if (entry.startsWith(basename(prefix))) rmSync(join(dirname(prefix), entry), { recursive: true, force: true });
    }
  }
}
