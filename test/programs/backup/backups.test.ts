import { createHash } from 'crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { snapshotBytes } from '../../support/pod/backups-on-disk';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary } from '../library';

describeWithTools('the checksum in a snapshot', [toolchain.busybox], () => {
  let folder: string;

  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-checksum-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    function checksumOf(snapshot: Buffer): { exitCode: number | null; stdout: string } {
      const file = join(folder, 'a snapshot.db');
      writeFileSync(file, snapshot);
      return callLibrary(shell, 'backup/backups.sh', 'checksum_of "$1"', [file]);
    }

    // A megabyte is the size of the blocks that are read.
    test.each([['one page', 1], ['some pages', 8], ['a megabyte', 2048], ['a megabyte and a page', 2049]])('of %s is true: it is told', (_, pages) => {
      const snapshot = snapshotBytes('a snapshot', pages);
      expect(checksumOf(snapshot)).toEqual({ exitCode: 0, stdout: `${createHash('sha256').update(snapshot.subarray(0, -32)).digest('hex')}\n` });
    });

    const whole = snapshotBytes('a snapshot', 2049);
    const spoiled = (position: number) => {
      const copy = Buffer.from(whole);
      copy[position] = 255 - copy[position];
      return copy;
    };
    test.each([
      ['the first byte is wrong', spoiled(0)],
      ['the last byte of the last page is wrong', spoiled(whole.length - 33)],
      ['the last byte of the checksum is wrong', spoiled(whole.length - 1)],
      ['the last page is missing', Buffer.concat([whole.subarray(0, -544), whole.subarray(-32)])],
      ['the checksum is missing', whole.subarray(0, -32)],
      ['a byte is missing', whole.subarray(0, -1)],
      ['a byte follows', Buffer.concat([whole, Buffer.from('\n')])],
      ['there is nothing but a checksum', snapshotBytes('', 0)],
      ['there is nothing', Buffer.alloc(0)],
    ])('%s: nothing is told, and it counts for false', (_, snapshot) => {
      expect(checksumOf(snapshot)).toEqual({ exitCode: 1, stdout: '' });
    });
  });
});
