import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary } from '../library';

describeWithTools('what a pod passes on to the unit', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let record: string;
  beforeEach(() => { record = mkdtempSync(join(tmpdir(), 'cdk8s-day2-record-')); });
  afterEach(() => rmSync(record, { recursive: true }));

  const passOn = (file: string) => callLibrary(shell, 'lib/follow.sh', 'RECORD=$1 PASS_ON=$2; pass_on; cat "$RECORD/passed-on" 2>/dev/null || echo nothing', [record, file]);

  test('is a line of text, as it was written', () => {
    writeFileSync(join(record, 'verdict'), 'wait w1 (patches-2026), as not more than 1: it\'s "so"\n');
    expect(passOn(join(record, 'verdict')).stdout).toBe('wait w1 (patches-2026), as not more than 1: it\'s "so"\n');
  });

  test('has no bytes that a terminal would obey, and is not long', () => {
    writeFileSync(join(record, 'verdict'), `wait \u001b[2J${'x'.repeat(5000)}\n`);
    expect(passOn(join(record, 'verdict')).stdout).toMatch(/^wait \[2Jx{1900,2000}$/);
  });

  test('is nothing where there is no file', () => {
    expect(passOn(join(record, 'verdict')).stdout).toBe('nothing\n');
    symlinkSync('/dev/zero', join(record, 'verdict'));
    expect(passOn(join(record, 'verdict')).stdout).toBe('nothing\n');
    expect(() => readFileSync(join(record, 'passed-on'))).toThrow();
  });
}));
