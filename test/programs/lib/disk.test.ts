import { execFileSync } from 'child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { asRoot } from '../../support/pod/as-root';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary } from '../library';

describeWithTools('the free space', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  const freeKib = (folder: string) => callLibrary(shell, 'lib/disk.sh', 'free_kib "$1"', [folder]);

  /** With a stat that says the same of every folder. */
  const freeOf = (facts: string, status = 0) => callLibrary(shell, 'lib/disk.sh', `stat() { echo '${facts}'; return ${status}; }; free_kib /backup`);

  test('of a folder of this machine', () => {
    const { bavail, bsize } = statfsSync(tmpdir());
    const { exitCode, stdout } = freeKib(tmpdir());
    expect(exitCode).toBe(0);
    // Others write meanwhile.
    expect(Math.abs(Number(stdout) - bavail * bsize / 1024)).toBeLessThan(2 * 1024 * 1024);
  });

  test.each([
    ['blocks of 4 KiB', '1000 25 4096', '100'],
    ['small blocks', '1000 25 512', '12'],
    ['a full disk', '1000 0 4096', '0'],
    // 2^63 bytes, as Amazon's EFS has.
    ['a file system without a limit', '8796093022208 8796093022207 1048576', `${8796093022207n * 1024n}`],
  ])('%s', (_, facts, expected) => {
    expect(freeOf(facts)).toEqual({ exitCode: 0, stdout: `${expected}\n` });
  });

  test.each([
    ['a file system that doesn\'t count', '0 0 4096'], ['no size of a block', '1000 25 0'], ['no number', '1000 ? 4096'], ['a column missing', '1000 4096'],
    ['a negative number', '1000 -1 4096'], ['words', 'stat: No such file'], ['nothing', ''],
  ])('can\'t be told, and is not taken for 0: %s', (_, facts) => {
    expect(freeOf(facts)).toEqual({ exitCode: 1, stdout: '' });
  });

  test('can\'t be told of what isn\'t there', () => {
    expect(freeKib('/nowhere/at/all')).toEqual({ exitCode: 1, stdout: '' });
  });

  asRoot('a mount', () => {
    test.each([
      ['the source has a blank', 'nas/etcd backups', 'plain'],
      ['the source looks like numbers', '1 2 3 4% 5', 'plain'],
      ['the source is long', 'x'.repeat(200), 'plain'],
      ['the mount point has a blank', 'nas', 'my etcd backups'],
      ['the mount point has a line break', 'nas', 'one\ntwo'],
    ])('%s: the right number', (_, source, name) => {
      const home = mkdtempSync(join(tmpdir(), 'cdk8s-day2-disk-'));
      const folder = join(home, name);
      mkdirSync(folder);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', source, folder]);
      try {
        expect(freeKib(folder)).toEqual({ exitCode: 0, stdout: '65536\n' });
      } finally {
        execFileSync('umount', ['--lazy', folder]);
        rmSync(home, { recursive: true });
      }
    });
  });
}));
