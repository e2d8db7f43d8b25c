import { Result } from './runner';

/** A table of all that was done, what failed with its reason, and a closing line. */
export function summary(results: readonly Result[]): string {
  const width = Math.max(...results.map(({ what }) => what.length));
  const rows = results.map(({ what, seconds, error }) => `${what.padEnd(width)}  ${String(seconds).padStart(4)} s  ${error ? 'FAILED' : 'passed'}`);
  const failures = results.flatMap(({ what, error }) => error ? [`\n${what}\n${error.message}`] : []);
  return [
    '', ...rows, ...failures, '',
    `${results.length - failures.length} passed, ${failures.length} failed`,
  ].join('\n');
}
