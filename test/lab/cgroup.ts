import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'fs';
import { join } from 'path';

/** Mount points of every hierarchy of control groups: one with version 2, one for each controller with version 1. */
export function hierarchies(mounts: string = readFileSync('/proc/self/mounts', 'utf8')): string[] {
  return mounts.split('\n').map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, mountPoint]) => mountPoint);
}

/** A group of the same name in every hierarchy: what belongs to one node, and nothing else. */
export class ControlGroup {
  constructor(readonly name: string) {}

  /** The group's folder in each hierarchy. */
  get folders(): string[] {
    return hierarchies().map((hierarchy) => join(hierarchy, this.name));
  }

  /** The processes of the group itself and of those below it. */
  get processes(): number[] {
    return [...new Set(this.folders.flatMap((folder) => tree(folder)).flatMap((folder) => processesIn(folder)))];
  }

  create(): void {
    for (const hierarchy of hierarchies()) {
      const parts = this.name.split('/');
      parts.forEach((_, index) => makeGroup(join(hierarchy, ...parts.slice(0, index + 1))));
    }
  }

  /** Removes the group, the ones below it, and those above that are empty. Processes must have ended before. */
  remove(): void {
    for (const hierarchy of hierarchies()) {
      for (const folder of tree(join(hierarchy, this.name))) rmdirSync(folder);
      for (let parts = this.name.split('/').slice(0, -1); parts.length > 0; parts = parts.slice(0, -1)) removeIfEmpty(join(hierarchy, ...parts));
    }
  }

  /** Stops every process where it stands, until `thaw`. */
  freeze(): void {
    this.setFrozen(true);
  }

  thaw(): void {
    this.setFrozen(false);
  }

  private setFrozen(frozen: boolean): void {
    const version1 = this.file('freezer.state');
    if (version1) writeFileSync(version1, frozen ? 'FROZEN' : 'THAWED');
    else writeFileSync(this.file('cgroup.freeze')!, frozen ? '1' : '0');
  }

  /** A control file, in whichever hierarchy has it. */
  file(name: string): string | undefined {
    return this.folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  }
}

function makeGroup(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder);
  // In version 1 a new group has no processors and no memory unless it copies those of its parent.
  const copyParent = join(folder, 'cgroup.clone_children');
  if (existsSync(copyParent)) writeFileSync(copyParent, '1');
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    if (existsSync(copyParent) && existsSync(join(folder, file))) writeFileSync(join(folder, file), readFileSync(join(folder, '..', file)));
  }
}

/** A folder and all below it, the deepest first. */
function tree(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const below = folders.flatMap((entry) => tree(join(folder, entry.name)));
  return [...below, folder];
}

function processesIn(folder: string): number[] {
  return readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter((line) => line !== '').map(Number);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!['ENOENT', 'EBUSY', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
