import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary, PROGRAMS } from '../library';

describeWithTools('a time that is over', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-record-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const call = (commands: string) => callLibrary(shell, 'lib/text.sh', `
    for library in lib/report lib/record; do . "$1/$library.sh"; done
    RECORD=$2
    ${commands}`, [PROGRAMS, folder]).stdout;

  test.each<[string, number, string]>([
    ['long ago', -1000, 'over'], ['just now', 0, 'waits'], ['in the future, by a clock that was ahead', 1000000, 'waits'],
  ])('is one that began %s, or not', (_, since, expected) => {
    writeFileSync(join(folder, 'since-x'), `${Math.floor(Date.now() / 1000) + since}\n`);
    expect(call('if overdue x 600; then echo over; else echo waits; fi')).toBe(`${expected}\n`);
  });

  test('is counted anew when a clock that was ahead is set back', () => {
    writeFileSync(join(folder, 'since-x'), `${Math.floor(Date.now() / 1000) + 1000000}\n`);
    expect(call('overdue x 600 || :; [ "$(fact since-x)" -le "$(date +%s)" ] && echo anew')).toBe('anew\n');
  });
}));
