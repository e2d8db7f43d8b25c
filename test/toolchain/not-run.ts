import { appendFileSync, existsSync, readFileSync } from 'fs';
import { Tool } from './tool';

/** A group of tests that could not run, and what each missing tool lacks. */
export interface NotRun {
  readonly file: string;
  readonly suite: string;
  readonly reasons: string[];
}

// Test files run in processes of their own: the environment and a file are what they share with jest's set-up and teardown.
export const NOT_RUN_FILE = 'CDK8S_DAY2_NOT_RUN_FILE';
export const FAILED_BUILDS = 'CDK8S_DAY2_FAILED_BUILDS';

/** What keeps a tool from being there, and the way to get it. */
export function whyAbsent(tool: Tool): string {
  const failures: Record<string, string> = JSON.parse(process.env[FAILED_BUILDS] ?? '{}');
  const reason = failures[tool.title] ?? (tool.obstacles.length > 0 ? tool.obstacles.join('; ') : 'it is not built yet');
  return `${tool.title}: ${reason}`;
}

export function recordNotRun(entry: NotRun): void {
  const file = process.env[NOT_RUN_FILE];
  if (file) appendFileSync(file, `${JSON.stringify(entry)}\n`);
  else process.stderr.write(notRunReport([entry]));
}

export function readNotRun(file: string): NotRun[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
}

/** One block that says which tests did not run and how to get what they need. */
export function notRunReport(entries: NotRun[]): string {
  if (entries.length === 0) return '';
  const rule = '='.repeat(100);
  return [
    '', rule,
    'TESTS THAT DID NOT RUN, for want of the real programs they are about:', '',
    ...entries.map(({ file, suite }) => `  ${file}: ${suite}`), '',
    'What is missing:', '',
    ...[...new Set(entries.flatMap(({ reasons }) => reasons))].map((reason) => `  ${reason.replaceAll('\n', '\n    ')}`), '',
    'Then `npm run toolchain` builds them, once. With CI=true each of these is a failing test.',
    rule, '',
  ].join('\n');
}
