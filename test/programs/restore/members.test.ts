import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary } from '../library';

describeWithTools('members that are compared with those of a restore', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  /** What comes of a list of members. */
  const check = (members: string[], before = '') => callLibrary(shell, 'lib/text.sh', `
    for library in lib/report etcd/membership restore/check; do . "\${0%/*}/../$library.sh"; done
    WORK=$(mktemp -d) NAME=cp1 SELF=cp1 MEMBERS='cp1=https://10.0.0.1:2379' LOST= TERMINATION_MESSAGE=
    for member in "$@"; do echo "8e9e05c52164694d, started, $member, https://10.0.0.1:2380, https://10.0.0.1:2379, false"; done >"$WORK/answer"
    ${before}
    if check_members 2>&1; then echo passed; else echo "not yet"; fi
    rm -rf "$WORK"`, members);

  test('the same ones', () => {
    expect(check(['cp1'])).toEqual({ exitCode: 0, stdout: 'passed\n' });
  });

  test('one more, which takes no part', () => {
    expect(check(['cp1', 'cp9'])).toEqual({ exitCode: 2, stdout: expect.stringContaining('etcd has a member cp9, which takes no part in this restore') });
  });

  test('a list that could not be written, as memory is full, is no list of nobody', () => {
    expect(check(['cp1', 'cp9'], 'awk() { return 1; }')).toEqual({ exitCode: 0, stdout: 'not yet\n' });
  });
}));
