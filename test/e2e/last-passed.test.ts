import { acts } from './acts';
import { groups } from './groups';
import { withPassed } from './last-passed';
import { Result } from './runner';

const passed = (what: string, seconds = 60): Result => ({ what, isScenario: true, seconds });
const failed = (what: string): Result => ({ ...passed(what), error: new Error('it failed') });
const whole = [{ group: 2, cluster: 'single', scenarios: 1 }, { group: 10, cluster: 'single', scenarios: 2 }, { group: 10, cluster: 'ha', scenarios: 1 }];
const today = { day: '2026-11-27', commit: '0123456789' };
const rows = (page: string) => page.split('\n').filter((line) => /^\| \d/.test(line) && !line.includes('| – |'));

test('a group whose every scenario passed has a line with the day, the commit and the minutes', () => {
  expect(rows(withPassed('', whole, [passed('10 on single: one', 61), passed('10 on single: two', 60)], today)))
    .toEqual([`| 10 | ${groups[10]} | single | 2 | 2026-11-27 | 0123456789 | 3 |`]);
});

test.each<[string, Result[]]>([
  ['that was played in part', [passed('10 on single: one')]],
  ['in which one failed', [passed('10 on single: one'), failed('10 on single: two')]],
  ['whose number another one begins with', [passed('1 on single: one'), passed('1 on single: two')]],
  ['of another cluster', [passed('10 on single-1-36-3: one'), passed('10 on single-1-36-3: two')]],
])('a group %s has none, and keeps the line that it had', (_, results) => {
  expect(rows(withPassed('', whole, results, today))).toEqual([]);
  const before = withPassed('', whole, [passed('10 on single: one'), passed('10 on single: two')], { day: '2026-01-01', commit: 'abcdef0123' });
  expect(withPassed(before, whole, results, today)).toBe(before);
});

test('lines are in the order of the groups, and a new one takes the place of the old', () => {
  const first = withPassed('', whole, [passed('10 on single: one'), passed('10 on single: two'), passed('10 on ha: one')], { day: '2026-01-01', commit: 'abcdef0123' });
  const second = withPassed(first, whole, [passed('2 on single: one'), passed('10 on ha: one')], today);
  expect(rows(second).map((line) => line.split('|').map((cell) => cell.trim()).filter((_, i) => [1, 3, 5].includes(i)).join(' ')))
    .toEqual(['2 single 2026-11-27', '10 ha 2026-11-27', '10 single 2026-01-01']);
});

test('every group that is played says what it is about', () => {
  const played = new Set(acts.flatMap(({ scenarios }) => scenarios.map(({ group }) => group)));
  expect(Object.keys(groups).map(Number)).toEqual([...played].sort((a, b) => a - b));
});

test('a group that never passed is there, with dashes', () => {
  expect(withPassed('', whole, [], today).split('\n').filter((line) => line.includes('| – |'))).toEqual([
    `| 2 | ${groups[2]} | single | 1 | – | – | – |`, `| 10 | ${groups[10]} | ha | 1 | – | – | – |`, `| 10 | ${groups[10]} | single | 2 | – | – | – |`,
  ]);
});
