import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';
import { callLibrary } from '../library';

describeWithTools('a member is named for a person', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  test.each([
    ['https://10.0.0.2:2379', 'cp2 (https://10.0.0.2:2379)'],
    ['https://10.0.0.2:23790', 'https://10.0.0.2:23790'],
    ['https://10.0.0.9:2379', 'https://10.0.0.9:2379'],
  ])('%s is %s', (url, words) => {
    const members = 'MEMBERS=\'cp1=https://10.0.0.1:2379 cp2=https://10.0.0.2:2379\'';
    expect(callLibrary(shell, 'etcd/membership.sh', `${members}\nnamed "$1"`, [url])).toEqual({ exitCode: 0, stdout: `${words}\n` });
  });
}));
