import { FAILED_BUILDS, notRunReport, whyAbsent } from './not-run';
import { Tool } from './tool';

const tool = (needs: Record<string, string>) => new Tool({ name: 'anvil', version: '9', programs: [], how: '', needs, build: async () => undefined }, '/nowhere');
const before = process.env[FAILED_BUILDS];
afterEach(() => { process.env[FAILED_BUILDS] = before ?? '{}'; });

test('a tool is absent for the reason that is nearest: its build failed, something is missing, or nobody built it', () => {
  process.env[FAILED_BUILDS] = '{}';
  expect(whyAbsent(tool({}))).toBe('anvil 9: it is not built yet');
  expect(whyAbsent(tool({ 'no-such-forge': 'buy one' }))).toBe('anvil 9: no-such-forge is not on the PATH: buy one');
  process.env[FAILED_BUILDS] = JSON.stringify({ 'anvil 9': 'the fire went out' });
  expect(whyAbsent(tool({}))).toBe('anvil 9: the fire went out');
});

test('a run in which everything ran has nothing to report', () => {
  expect(notRunReport([])).toBe('');
});

test('a reason that several suites share is given once', () => {
  const report = notRunReport([
    { file: 'a.test.ts', suite: 'saves', reasons: ['etcd 3.6.16: no go'] },
    { file: 'b.test.ts', suite: 'restores', reasons: ['etcd 3.6.16: no go'] },
  ]);
  expect(report).toContain('a.test.ts: saves');
  expect(report).toContain('b.test.ts: restores');
  expect(report.split('etcd 3.6.16: no go')).toHaveLength(2);
});
