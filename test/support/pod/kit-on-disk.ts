import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'fs';
import { join } from 'path';
import { modeOf } from './mode-of';
import { Program } from '../../../src/runtime/program';

/** The break-glass kit in a cluster's folder on a volume. */
export class KitOnDisk {
  /** The folder of a kit that an earlier chart's run has left. */
  static readonly PLANTED = '.break-glass-00000000';

  constructor(private readonly folder: string) {}

  /** Where `break-glass` leads; undefined where there is no such link. */
  get target(): string | undefined {
    const link = join(this.folder, 'break-glass');
    return lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(link) : undefined;
  }

  /** All that is there of kits, current or not, complete or not. */
  get names(): string[] {
    return readdirSync(this.folder).filter((name) => /^\.?break-glass/.test(name)).sort();
  }

  path(...names: string[]): string {
    return join(this.folder, 'break-glass', ...names);
  }

  /** The files of the current kit. */
  get files(): string[] {
    return (readdirSync(this.path(), { recursive: true }) as string[]).filter((name) => !lstatSync(this.path(name)).isDirectory()).sort();
  }

  /** Why the kit that `break-glass` leads to is of no use; empty where it is whole, be it the wanted one or the planted one. */
  get faults(): string[] {
    if (this.target === KitOnDisk.PLANTED) return readFileSync(this.path('restore.sh'), 'utf8') === 'an earlier program\n' ? [] : ['the earlier kit is another'];
    if (!this.target || !existsSync(this.path())) return [`break-glass leads to ${this.target ?? 'nothing'}`];
    const missing = KIT_FILES.filter((name) => !this.files.includes(name));
    const strange = this.files.filter((name) => !KIT_FILES.includes(name));
    const other = Program.BREAK_GLASS.files.filter((name) => !missing.includes(name) && readFileSync(this.path(name), 'utf8') !== Program.BREAK_GLASS.contents[name]);
    const open = this.files.filter((name) => modeOf(this.path(name)) !== (name.startsWith('bin/') ? '700' : '600'));
    return [
      ...missing.map((name) => `${name} is missing`), ...strange.map((name) => `${name} is no part of it`),
      ...other.map((name) => `${name} is not the program's`), ...open.map((name) => `${name} has mode ${modeOf(this.path(name))}`),
    ];
  }

  /** Puts a kit there as an earlier chart's run would have left it, as far as anybody looks at it. */
  plant(): void {
    mkdirSync(join(this.folder, KitOnDisk.PLANTED), { mode: 0o700 });
    writeFileSync(join(this.folder, KitOnDisk.PLANTED, 'restore.sh'), 'an earlier program\n');
    symlinkSync(KitOnDisk.PLANTED, join(this.folder, 'break-glass'));
  }
}

const KIT_FILES = [...Program.BREAK_GLASS.files, 'RUNBOOK.md', 'cluster.env', 'SHA256SUMS', 'bin/busybox', 'bin/etcdctl', 'bin/etcdutl'];
