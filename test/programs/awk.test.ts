import { spawnSync } from 'child_process';
import { join } from 'path';
import { PROGRAMS } from './library';
import { commandsOf, FILES, shellFiles } from './shell-files';

/** Why mawk, the strictest of the awks that nodes have, does not take a program. It reads it, and runs nothing. */
function faultsOf(args: readonly string[]): string {
  const { error, stderr } = spawnSync('mawk', ['-W', 'dump', ...args], { input: '', encoding: 'utf8' });
  if (error) throw new Error(`install mawk: it reads the programs for these tests (${error.message})`);
  return stderr;
}

/** The program in the words of a command: undefined if it is in files, or is not written as it is. */
function programIn([, ...words]: readonly (string | undefined)[]): string | undefined {
  const options = words.findIndex((word, i) => word !== undefined && !word.startsWith('-') && !/^-[vF]$/.test(words[i - 1] ?? ''));
  return words.includes('-f') ? undefined : words[options];
}

const files = shellFiles();

test('mawk takes the files of awk as they are called', () => {
  const calls = files.flatMap(({ text }) => [...text.matchAll(/(?:-f "\$here\/[^"]+\.awk" ?)+/g)].map(([call]) => call));
  const together = calls.map((call) => [...call.matchAll(/\$here\/([^"]+)/g)].map(([, file]) => file));
  expect(new Set(together.flat())).toEqual(new Set(FILES.filter((file) => file.endsWith('.awk'))));
  for (const call of together) expect(faultsOf(call.flatMap((file) => ['-f', join(PROGRAMS, file)]))).toBe('');
});

test('mawk takes what stands in the files of shell', () => {
  const programs = files.flatMap(({ functions, rest }) => [...functions.map(({ body }) => body), ...rest].flatMap(commandsOf)
    .filter(([name]) => name === 'awk').flatMap((words) => programIn(words) ?? []));
  expect(programs.length).toBeGreaterThan(50);
  for (const program of programs) expect({ program, faults: faultsOf([program]) }).toEqual({ program, faults: '' });
});

test('a local variable that is called as a function is: gawk takes that, and mawk does not', () => {
  expect(faultsOf(['function place() { return 1 } function tell(  place) { place = 2 } { tell() }'])).toMatch(/syntax error/);
});
