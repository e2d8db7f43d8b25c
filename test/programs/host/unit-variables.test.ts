import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary } from '../library';

describeWithTools('the variables of a unit', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-variables-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** @param environment as systemctl shows it. @param text of an environment file. */
  function read(environment: string, text: string): string {
    writeFileSync(join(folder, 'shown'), environment);
    writeFileSync(join(folder, 'file'), text);
    return callLibrary(shell, 'host/settings.sh', `
      WORK=$1
      unit_says() { if [ "$1" = Environment ]; then cat "$WORK/shown"; else echo "$WORK/file (ignore_errors=no)"; fi; }
      variables_of_unit || echo refused`, [folder]).stdout;
  }

  test('are understood as systemctl shows them, a word with a blank or a bracket in quotes', () => {
    expect(read('ETCD_NAME=cp1 "A=b c" "B=[::1]"\n', '')).toBe('env\tETCD_NAME=cp1\nenv\tA=b c\nenv\tB=[::1]\n');
  });

  // Its letters " \\ $ ` have backslashes before them there.
  test.each(['"ETCD_DATA_DIR=/var/lib/\\"a b\\" c"', '"ETCD_DATA_DIR=/var/lib/a\\$b"', '"ETCD_DATA_DIR=/var/lib/a\\nb"'])('with a letter that means something are refused: %s', (word) => {
    expect(read(`${word}\n`, '')).toBe('refused\n');
  });

  test('of a file may have the ends of lines that Windows has', () => {
    expect(read('', 'ETCD_NAME=cp1\r\n# a\r\n\r\nETCD_DATA_DIR="/data"\r\n')).toBe('env\tETCD_NAME=cp1\nenv\tETCD_DATA_DIR=/data\n');
  });

  test.each([
    ['a carriage return within a line, which ends one', 'ETCD_NAME=cp1\rETCD_DATA_DIR=/data\n'],
    ['a comment with a backslash at its end', '# not yet \\\nETCD_DATA_DIR=/data\n'],
    ['a value over two lines', 'ETCD_NAME="cp1\nETCD_DATA_DIR=/data"\n'],
    ['two quoted texts beside each other', 'ETCD_NAME="cp" "1"\n'],
  ])('of a file with %s are refused', (_, text) => {
    expect(read('', text)).toMatch(/refused\n$/);
  });
}));
