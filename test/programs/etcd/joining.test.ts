import { spawnSync } from 'child_process';
import { join } from 'path';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';

const JOINING = join(__dirname, '..', '..', '..', 'programs', 'etcd', 'joining.sh');

/** What systemd makes of words, by systemd.syntax: quotes, backslashes, doubled % and $. */
function readBySystemd(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)]
    .map(([, quoted, plain]) => (quoted ?? plain).replace(/\\(.)|%%|\$\$/g, (whole, escaped?: string) => escaped ?? whole[0]));
}

describeWithTools('the words of a unit\'s command', [toolchain.busybox], () => test.each(['busybox', 'mawk', 'gawk'])('systemd reads them back as they were, with the awk of %s', (awk) => {
  const words = ['--data-dir=/var/lib/etcd', '--name=a b', 'a"b', 'a\\b', 'a\\\\"b', '100%', '%H', '$HOME', '$$', '--initial-cluster=a=https://b:1,c=https://[::1]:2'];
  const override = awk === 'busybox' ? `awk() { '${toolchain.busybox.path()}' awk "$@"; }` : `awk() { ${awk} "$@"; }`;
  const { stdout, stderr } = spawnSync('sh', ['-c', `. "$0"; ${override}; unit_words`, JOINING], { input: words.map((word) => `${word}\n`).join(''), encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(readBySystemd(stdout)).toEqual(words);
}));
