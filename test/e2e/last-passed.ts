import { execFileSync } from 'child_process';
import { existsSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { groups } from './groups';
import { Result } from './runner';

const FILE = join(__dirname, '..', '..', 'docs', 'last-passed.md');

const HEAD = `# When each group of e2e last passed

Written by \`npm run e2e\` itself: a line is written when every scenario of its group passed on its cluster, from a commit without changes beside it. A dash
stands where that has not been seen since this page began, on 2026-11-27.

| group | about | cluster | scenarios | passed on | commit | minutes |
| ---: | --- | --- | ---: | --- | --- | ---: |
`;

/** A group on a cluster of the lab, and how many scenarios it has there. */
export interface Played {
  readonly group: number;
  readonly cluster: string;
  readonly scenarios: number;
}

/** Where and when something passed. */
export interface Occasion {
  /** The day, such as 2026-11-27. */
  readonly day: string;
  readonly commit: string;
}

/**
 * The page with the lines of all that passed whole; other lines stay as they are.
 *
 * @param page the page so far; empty when there is none.
 * @param whole every group with all the scenarios that there are, whether played or not.
 */
export function withPassed(page: string, whole: readonly Played[], results: readonly Result[], { day, commit }: Occasion): string {
  const lines = new Map(page.split('\n').filter((line) => /^\| +\d/.test(line)).map((line) => [keyOf(line), line]));
  for (const { group, cluster, scenarios } of whole) {
    const never = `| ${group} | ${groups[group]} | ${cluster} | ${scenarios} | – | – | – |`;
    if (!lines.has(keyOf(never))) lines.set(keyOf(never), never);
    const passed = results.filter(({ isScenario, what, error }) => isScenario && error === undefined && what.startsWith(`${group} on ${cluster}: `));
    if (passed.length < scenarios) continue;
    const minutes = Math.ceil(passed.reduce((sum, { seconds }) => sum + seconds, 0) / 60);
    const line = `| ${group} | ${groups[group]} | ${cluster} | ${scenarios} | ${day} | ${commit} | ${minutes} |`;
    lines.set(keyOf(line), line);
  }
  const groupOf = (line: string) => Number(line.split('|')[1]);
  return HEAD + [...lines.values()].sort((a, b) => groupOf(a) - groupOf(b) || (keyOf(a) < keyOf(b) ? -1 : 1)).join('\n') + '\n';
}

function keyOf(line: string): string {
  const [, group, , cluster] = line.split('|').map((cell) => cell.trim());
  return `${group} ${cluster}`;
}

/** Writes the page anew. Returns what was done, or why nothing was: a result of uncommitted code belongs to no commit. */
export function noteLastPassed(whole: readonly Played[], results: readonly Result[]): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: __dirname, encoding: 'utf8' }).trim();
  // The page itself changes from run to run.
  const changes = git('status', '--porcelain', '--', ':/', ':!/docs/last-passed.md');
  if (changes !== '') return `docs/last-passed.md stays as it is, since there are changes that are in no commit:\n${changes}`;
  const page = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
  writeFileSync(FILE, withPassed(page, whole, results, { day: new Date().toISOString().slice(0, 10), commit: git('rev-parse', '--short=10', 'HEAD') }));
  return 'docs/last-passed.md has the day and the commit of each group that passed whole';
}
