import { mkdirSync, readdirSync, renameSync } from 'fs';
import { join } from 'path';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { Shell } from '../support/pod/pod';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/** What may stand in root's shell. */
const FOREIGN = {
  https_proxy: 'http://127.0.0.1:9',
  http_proxy: 'http://127.0.0.1:9',
  ALL_PROXY: 'http://127.0.0.1:9',
  ETCDCTL_ENDPOINTS: 'https://127.0.0.1:9',
  ETCDCTL_CACERT: '/nowhere',
  ETCDCTL_CERT: '/nowhere',
  ETCDCTL_KEY: '/nowhere',
  ETCDCTL_USER: 'root:x',
  ETCDCTL_WRITE_OUT: 'json',
  ETCDCTL_COMMAND_TIMEOUT: '1ms',
  ETCD_DATA_DIR: '/nowhere',
  ETCD_NAME: 'x',
  GODEBUG: 'http2debug=2',
  SSL_CERT_FILE: '/nowhere',
  GREP_OPTIONS: '--color=always',
  CDPATH: '/:/tmp',
  POSIXLY_CORRECT: '1',
  BLOCK_SIZE: '1G',
  LC_ALL: 'tr_TR.UTF-8',
  TZ: 'Asia/Kathmandu',
  SYSTEMD_OFFLINE: '1',
  DATA_MAY_MISS: 'yes',
  IN_POD: '1',
};

describeWithTools('what a person types', [toolchain.etcd36, toolchain.busybox], () => asRoot('what a person types', () => {
  describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
    let drill: StubRestoreDrill;
    beforeAll(async () => { drill = await StubRestoreDrill.begin({ shell }); });
    afterAll(() => drill?.cluster.destroy());

    const type = async (args: string[], env = {}) => {
      const run = drill.type(drill.machines[0], args, env);
      return { status: await run.ended, output: run.output };
    };

    test.each(['--help', '-h', 'help'])('%s: the page at the head of the program', async (option) => {
      for (const program of ['restore.sh', 'replace-member.sh']) {
        const [machine] = drill.machines;
        const text = await machine.host.run(['sh', join(machine.props.kit, program), option]);
        expect(text).toMatch(new RegExp(`^${program}: [^]*\n  sh ${program} [^]*Exit status: 0 [^]*\nOptions, [^]*\n  --id OPERATION +name of [^]*\nVariables `));
      }
    });

    test('--list where there is nothing says so', async () => {
      const names = drill.cluster.backupNames;
      for (const name of names) renameSync(join(drill.cluster.backups, name), join(drill.cluster.backups, `.away-${name}`));
      const { status, output } = await type(['--list']);
      for (const name of names) renameSync(join(drill.cluster.backups, `.away-${name}`), join(drill.cluster.backups, name));
      expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining(`there are no backups in ${drill.cluster.backups}`) });
      expect((await type(['--list'])).output).toMatch(new RegExp(`^${drill.backup}  complete `));
    });

    test('--status and no operation yet', async () => {
      expect(await type(['--status'])).toEqual({ status: 1, output: expect.stringContaining('there has been no operation of restore.sh on this host') });
    });

    test('with a strange environment: a dry run is as without', async () => {
      const { status, output } = await type(['--latest', '--dry-run', '--id', 'strange'], FOREIGN);
      expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining(`"outcome":"dry-run","operation":"strange.dry-run","machine":"cp1","message":"${drill.cluster.backups}/${drill.backup}/`) });
    });

    test('--status without an id: the latest one', async () => {
      await type(['--at', '20200101T000000Z-r1', '--id', 'zz-first']);
      await type(['--at', '20200101T000000Z-r1', '--id', 'aa-second']);
      const { output } = await type(['--status']);
      expect(output).toContain('the latest operation here is aa-second, of all: aa-second zz-first');
      expect(output).toContain('"outcome":"aborted","operation":"aa-second"');
    });

    test('--abort without an id names those that are under way, and ends none', async () => {
      mkdirSync(join(drill.machines[0].operations, 'half', 'program'), { recursive: true });
      await drill.machines[0].host.run(['touch', join(drill.machines[0].operations, 'half', 'program', 'restore.sh')]);
      const { status, output } = await type(['--abort']);
      expect({ status, output }).toEqual({ status: 2, output: expect.stringContaining('under way here: half') });
      expect(readdirSync(join(drill.machines[0].operations, 'half'))).toEqual(['program']);
    });
  });
}));
