import { execFileSync } from 'child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { PlainEtcd, startPlainEtcd } from '../support/etcd/plain-etcd';
import { asRoot } from '../support/pod/as-root';
import { BackupsOnDisk } from '../support/pod/backups-on-disk';
import { ownAddress, runByHand } from '../support/pod/by-hand';
import { Shell } from '../support/pod/pod';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const PROGRAMS = join(__dirname, '..', '..', 'programs');

/** What may stand in a person's shell, or in systemd's DefaultEnvironment. */
const FOREIGN: [string, Record<string, string>][] = [
  ['a proxy that is nowhere', { https_proxy: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9', http_proxy: 'http://127.0.0.1:9', all_proxy: 'http://127.0.0.1:9' }],
  ['the address of another etcd', { ETCDCTL_ENDPOINTS: 'http://127.0.0.1:9' }],
  ['flags of etcdctl', { ETCDCTL_WRITE_OUT: 'table', ETCDCTL_DEBUG: 'true', ETCDCTL_DIAL_TIMEOUT: '1s', ETCDCTL_COMMAND_TIMEOUT: '1ms', ETCDCTL_INSECURE_TRANSPORT: 'false' }],
  ['a user of etcd', { ETCDCTL_USER: 'root:wrong' }],
  ['the old API', { ETCDCTL_API: '2' }],
  ['settings of an etcd', { ETCD_DATA_DIR: '/nowhere', ETCD_NAME: 'another' }],
  ['debugging of Go and gRPC', { GODEBUG: 'http2debug=2', GRPC_GO_LOG_SEVERITY_LEVEL: 'info', GRPC_GO_LOG_VERBOSITY_LEVEL: '99', SSLKEYLOGFILE: '/dev/stdout' }],
  ['habits of a shell', { CDPATH: '/:/usr:/tmp', IFS: '/', ENV: '/nowhere', POSIXLY_CORRECT: '1', GREP_OPTIONS: '--color=always', BLOCK_SIZE: '1G', QUOTING_STYLE: 'c' }],
  ['another language', { LC_ALL: 'tr_TR.UTF-8', LANG: 'de_DE.UTF-8', LANGUAGE: 'de', TZ: 'Asia/Kathmandu' }],
  ['a variable of several lines', { ETCDCTL_NOTE: 'one\nETCDCTL_KEY=x\ntwo', NOTE: 'a\nETCD_NAME=b' }],
];

describeWithTools('a snapshot that a person takes', [toolchain.etcd35, toolchain.etcd36, toolchain.busybox], () => asRoot('a snapshot that a person takes', () => {
  let folder: string;
  let etcd: PlainEtcd;
  let volume: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-by-hand-'));
    etcd = await startPlainEtcd(toolchain.etcd35, folder, ownAddress());
  });
  beforeEach(() => {
    volume = mkdtempSync(join(folder, 'volume-'));
  });
  afterAll(async () => {
    await etcd.daemon.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const variables = () => ({ CLUSTER: 'prod', BACKUP_ROOT: volume, ENDPOINTS: etcd.endpoint, KEEP_LAST: '3', ROUNDS: '1' });

  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    test.each(FOREIGN)('with %s in the environment: as without', (_, foreign) => {
      for (const tool of [toolchain.etcd35, toolchain.etcd36]) {
        const program = join(PROGRAMS, 'etcd-snapshot.sh');
        const { exitCode, summary, output } = runByHand({ shell, program, etcd: tool, env: { ...foreign, ...variables() } });
        expect({ exitCode, output, summary }).toMatchObject({ exitCode: 0, summary: { outcome: 'saved', endpoint: etcd.endpoint } });
        expect(new BackupsOnDisk(join(volume, 'prod')).faults(summary.backup)).toEqual([]);
      }
    });

    test('onto a volume whose source has a blank in its name: the right space', () => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'nas/etcd backups', volume]);
      try {
        const program = join(PROGRAMS, 'etcd-snapshot.sh');
        const run = (env = {}) => runByHand({ shell, program, etcd: toolchain.etcd35, env: { ...variables(), ...env } });
        expect(run()).toMatchObject({ exitCode: 0, summary: { outcome: 'saved' } });
        expect(run({ MINIMUM_FREE: '70000000' }).summary.message).toMatch(/^the volume has 6\d{4} KiB free and needs 68360 KiB: \d+ KiB are missing$/);
      } finally {
        execFileSync('umount', ['--lazy', volume]);
      }
    });

    test.each([
      ['programs/etcd-snapshot.sh', '.'],
      ['./programs/etcd-snapshot.sh', '.'],
      ['etcd-snapshot.sh', 'programs'],
      ['../programs/etcd-snapshot.sh', 'elsewhere'],
    ])('by the relative path %s', (program, from) => {
      const there = mkdtempSync(join(folder, 'a package-'));
      cpSync(PROGRAMS, join(there, 'programs'), { recursive: true });
      mkdirSync(join(there, 'elsewhere'));
      const env = { ...variables(), CDPATH: folder };
      const { exitCode, output } = runByHand({ shell, program, cwd: join(there, from), etcd: toolchain.etcd35, env });
      expect({ exitCode, output }).toMatchObject({ exitCode: 0, output: expect.stringContaining('"outcome":"saved"') });
    });
  });
}));
