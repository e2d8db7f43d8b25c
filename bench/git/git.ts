import { execFileSync } from 'child_process';
import { rmSync } from 'fs';
import { join } from 'path';
import { DIVISIONS, FLEETS } from './fleet';
import { filesIn, Repository } from './repository';
import { figure, table, wholeNumber } from '../support/format';
import { withWorkspace } from '../support/workspace';

/** The number of clusters that are written. Every cluster weighs the same, so the weight of more is in proportion. */
const COUNT = 1_000;

/** What a fleet weighs in a git repository, and what an update of the library adds to it. */
export function git(): Promise<string> {
  return withWorkspace(async (folder) => {
    const rows = Object.keys(FLEETS).flatMap((fleet) => Object.keys(DIVISIONS).map((division) => {
      process.stderr.write(`bench: ${fleet}, ${division}\n`);
      const repository = join(folder, 'repository');
      const row = weigh(new Repository(repository), fleet, division);
      rmSync(repository, { recursive: true });
      return [`${fleet}: ${division}`, ...row];
    }));
    return table([
      `MB for ${wholeNumber(COUNT)} clusters`, 'files', 'checked out', 'as committed', 'packed', 'pushed by an update', 'packed then',
    ], rows);
  });
}

function weigh(repository: Repository, fleet: string, division: string): string[] {
  const commit = (...version: string[]) => {
    repository.empty();
    execFileSync(process.execPath, [...process.execArgv, join(__dirname, 'child.ts'), fleet, division, String(COUNT), repository.dist, ...version]);
    repository.commit();
  };
  const megabytes = (bytes: number) => figure(bytes / 1e6);
  commit();
  const first = [wholeNumber(filesIn(repository.dist)), ...[repository.checkedOut(), repository.loose(), repository.packed()].map(megabytes)];
  commit('next');
  return [...first, ...[repository.pushed(), repository.packed()].map(megabytes)];
}
