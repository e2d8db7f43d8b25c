import { Result } from './runner';

/** A table of all that was done, what failed with its reason, and a closing line that counts scenarios, and clusters that failed. */
export function summary(results: readonly Result[]): string {
  const width = Math.max(...results.map(({ what }) => what.length));
  const rows = results.map(({ what, seconds, error }) => `${what.padEnd(width)}  ${String(seconds).padStart(4)} s  ${error ? 'FAILED' : 'passed'}`);
  const failures = results.flatMap(({ what, error }) => error ? [`\n${what}\n${error.message}`] : []);
  const passed = results.filter(({ isScenario, error }) => isScenario && !error).length;
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0);
  return ['', ...rows, `${'all'.padEnd(width)}  ${String(total).padStart(4)} s`, ...failures, '', `${passed} passed, ${failures.length} failed`].join('\n');
}
