import { meaningByShell } from './by-shell';
import { isRefused } from './row';
import { TABLE, textOf } from './table';
import { Shell } from '../support/pod/pod';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools('the programs read a manifest rightly, or refuse it', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  test.each(TABLE.map((row) => [row.file, row] as const))('%s', (_, { expect: right, of, ...row }) => {
    const read = () => meaningByShell(shell, textOf({ expect: right, of, ...row }), of);
    if (isRefused(right)) {
      expect(read).toThrow(right.refused);
      return;
    }
    const got = read();
    const known = Object.keys(right.settings).map((flag) => [flag, got.settings[flag] ?? '']);
    expect(Object.fromEntries(known)).toEqual(right.settings);
    expect({ hostDataDir: got.hostDataDir, user: got.user, image: got.image }).toEqual(
      { hostDataDir: right.hostDataDir, user: right.user ?? '0', image: right.image });
    expect(got.hostFiles).toEqual(expect.objectContaining(right.hostFiles ?? {}));
  });
}));
