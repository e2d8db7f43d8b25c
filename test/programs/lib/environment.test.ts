import { spawnSync } from 'child_process';
import { join } from 'path';
import { Shell } from '../../support/pod/pod';
import { describeWithTools } from '../../toolchain/describe-with-tools';
import { toolchain } from '../../toolchain/toolchain';

const LIBRARY = join(__dirname, '..', '..', '..', 'programs', 'lib', 'environment.sh');

type Interpreter = Shell | 'bash';

describeWithTools('the environment of a program', [toolchain.busybox], () => describe.each<Interpreter>(['busybox', 'dash', 'bash'])('in %s', (shell) => {
  const interpreter: Record<Interpreter, string[]> = { busybox: [toolchain.busybox.path('busybox'), 'sh'], dash: ['dash'], bash: ['sh'] };

  /** What commands print after the environment was cleaned. */
  function after(commands: string, env: Record<string, string>, stay: string[] = []): string {
    const [, ...args] = interpreter[shell];
    // bash as /bin/sh, which it is on many hosts.
    const command = shell === 'bash' ? '/bin/bash' : interpreter[shell][0];
    const { status, stdout, stderr } = spawnSync(command, [...args.filter(() => shell !== 'bash'), '-euc', `. "$0"; clean_environment 'ETCD_ ETCDCTL_ ETCDUTL_' "$@"; ${commands}`, LIBRARY, ...stay], {
      argv0: shell === 'bash' ? 'sh' : undefined, encoding: 'utf8', env: { PATH: process.env.PATH, ...env },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout;
  }
  const namesAfter = (env: Record<string, string>, stay?: string[]) => after('env', env, stay).trim().split('\n').map((line) => line.split('=')[0]);

  test.each([
    'https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', 'no_proxy', 'NO_PROXY', 'all_proxy', 'ALL_PROXY', 'ftp_proxy', 'FTP_PROXY',
    'ETCDCTL_API', 'ETCDCTL_ENDPOINTS', 'ETCDCTL_CACERT', 'ETCDCTL_USER', 'ETCDCTL_A_FLAG_THAT_COMES', 'ETCD_NAME', 'ETCD_DATA_DIR', 'ETCDUTL_X',
    'GODEBUG', 'SSLKEYLOGFILE', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'GRPC_GO_LOG_SEVERITY_LEVEL', 'SYSTEMD_OFFLINE', 'LD_PRELOAD_X', 'CDPATH', 'GREP_OPTIONS',
    'POSIXLY_CORRECT', 'TAR_OPTIONS', 'BLOCK_SIZE', 'ENV', 'BASH_ENV', 'TZ',
  ])('%s goes', (name) => {
    expect(namesAfter({ [name]: 'x' })).not.toContain(name);
  });

  test('what a program is given stays, and so does the rest', () => {
    const names = namesAfter({ ETCDCTL_KEY: 'k', ETCD_UNIT: 'u', CLUSTER: 'c', TMPDIR: '/tmp', MY_ETCD_NAME: 'x' }, ['ETCDCTL_KEY', 'ETCD_UNIT']);
    expect(names).toEqual(expect.arrayContaining(['ETCDCTL_KEY', 'ETCD_UNIT', 'CLUSTER', 'TMPDIR', 'MY_ETCD_NAME']));
  });

  test('a value of several lines takes nothing else along', () => {
    const text = after('echo "$ETCDCTL_KEY"; echo "${ETCDCTL_NOTE:-gone}"', { ETCDCTL_KEY: 'mine', ETCDCTL_NOTE: 'x\nETCDCTL_KEY=y\nPATH=z' }, ['ETCDCTL_KEY']);
    expect(text).toBe('mine\ngone\n');
  });

  test('words are split as usual, and sorted by their bytes', () => {
    expect(after('set -- $WORDS; echo $#; printf "%s\\n" b A a | sort | tr -d "\\n"', { IFS: ',', WORDS: 'a b,c d', LC_ALL: 'C.UTF-8' })).toBe('3\nAab');
  });

  test.each(['rm', 'awk', 'command', 'a-b'])('a function called %s, exported by a shell, is none of ours', (name) => {
    expect(after('rm -f /nonexistent/file; command echo "no" | awk "{ print \\$1 }"', { [`BASH_FUNC_${name}%%`]: '() {  echo yes; }' })).toBe('no\n');
  });

  test('bash goes on as POSIX says, as which it was begun', () => {
    if (shell === 'bash') expect(after('set -o | grep posix | tr -d "\\t "', { POSIXLY_CORRECT: '1' })).toBe('posixon\n');
  });
}));
