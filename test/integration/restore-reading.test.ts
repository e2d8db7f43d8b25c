import { ChildProcess, spawn } from 'child_process';
import { once } from 'events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { parse } from 'yaml';
import { callLibrary } from '../programs/library';
import { Shell } from '../support/pod/pod';
import { staticPod } from '../support/stub/manifests';
import { readUnit } from '../support/stub/unit-file';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const FIXTURES = join(__dirname, '..', 'cluster', 'fixtures');
const fixtures = readdirSync(FIXTURES).filter((name) => name.endsWith('.yaml'));
const PROGRAMS = join(__dirname, '..', '..', 'programs');
const CLUSTER = 'cp1=https://10.0.0.1:2380,cp2=https://10.0.0.2:2380';

describeWithTools('what a restore reads of a machine', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  let folder: string;
  let manifest: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-reading-'));
    manifest = join(folder, 'manifests', 'etcd.yaml');
    mkdirSync(join(folder, 'manifests'));
    mkdirSync(join(folder, 'record', 'manifests'), { recursive: true });
    for (const name of ['units', 'work']) mkdirSync(join(folder, name));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Calls functions for the machine in the folder; systemctl answers with what is given. */
  function call(commands: string, { execStart = '', pid = 0 } = {}): string[] {
    const known = `
      here=$2 MANIFESTS=$1/manifests RECORD=$1/record UNITS=$1/units WORK=$1/work ETCD_UNIT=etcd.service VIA=https://10.0.0.1:2379 NAME=cp2 PEER_URL=https://10.0.0.2:2380
      for library in lib/text lib/record lib/report host/proc host/running etcd/data-folder etcd/joining; do . "$here/$library.sh"; done
      initial_cluster() { echo '${CLUSTER}'; }
      cluster_id() { echo c1; }
      member_here() { echo '2a cp2 https://10.0.0.2:2380'; }
      put_in_place() { mv "$1" "$2"; }
      systemctl() {
        case $* in
          'show --property MainPID'*) echo ${pid} ;;
          'show --property ExecStart'*)
            if [ -f "$UNITS/etcd.service.d/zz-cdk8s-day2-join.conf" ]; then
              echo "{ path=/usr/bin/etcd ; argv[]=$(sed -n 's/^ExecStart=\\(..*\\)/\\1/p' "$UNITS/etcd.service.d/zz-cdk8s-day2-join.conf") ; ignore_errors=no }"
            else
              echo '${execStart}'
            fi
            ;;
          *) [ -n '${execStart}' ] || [ ${pid} -ne 0 ] ;;
        esac
      }
      look() ( ${commands} )
      status=0
      look || status=$?
      [ "$status" -ne 4 ] || echo "refused: $(paste -s -d : "$WORK/not-understood")"`;
    const { exitCode, stdout } = callLibrary(shell, 'host/settings.sh', known, [folder, PROGRAMS]);
    expect(exitCode).toBe(0);
    return stdout.trimEnd().split('\n');
  }

  const SETTINGS = ['name', 'data-dir', 'listen-client-urls', 'initial-advertise-peer-urls', 'trusted-ca-file', 'wal-dir'];
  const settings = (from = {}) => {
    const lines = call(`discover etcd || echo 'nothing is told'; ! is_static_pod etcd || refuse_second_manifest etcd; for name in ${SETTINGS.join(' ')}; do echo "$name=$(setting etcd "$name")"; done`, from);
    return lines.length === SETTINGS.length ? Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2))) : lines;
  };

  const edited = (...lines: string[]) => staticPod('etcd', 'registry.k8s.io/etcd:3.6.5-0', []).replace('    - etcd\n\n', `    - etcd\n${lines.map((line) => `    ${line}\n`).join('')}`)
    .replace(/ *volume(Mount)?s:\n\n/g, '');
  const usual = ['- --name=cp2', '- --data-dir=/var/lib/etcd'];

  test.each([
    ['under the name that people give it', 'etcd.yaml.backup', edited(...usual)],
    ['with its name in quotes', 'etcd.yaml.bak', edited(...usual).replaceAll('name: etcd', 'name: "etcd"')],
    ['started by a shell', 'old', edited(...usual).replace(/command:\n(?: *- .*\n)+/, 'command: [sh, -c, "exec /usr/local/bin/etcd --name=cp2"]\n').replaceAll('name: etcd', 'name: other')],
    ['of its image alone', 'older', edited(...usual).replace('command:\n    - etcd\n', 'args:\n').replaceAll('name: etcd', 'name: other')],
    ['in flow style', 'copy', edited(...usual).replace(/command:\n(?: *- .*\n)+/, 'command: [etcd, --name=cp2, --data-dir=/var/lib/etcd]\n')],
  ])('a copy of the manifest beside it, %s, is refused: the kubelet would run it, too', (_, name, text) => {
    writeFileSync(manifest, edited(...usual));
    writeFileSync(join(folder, 'manifests', name), text);
    expect(settings()).toEqual([expect.stringMatching(new RegExp(`^refused: .*${name} (is a second manifest of etcd|can't be read .*the container of etcd starts sh)`))]);
  });

  test('a file that can\'t be read and has its name in it is refused as such, with the line', () => {
    writeFileSync(manifest, edited(...usual));
    writeFileSync(join(folder, 'manifests', 'haproxy.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    about: "in front of\n      etcd"\n');
    expect(settings()).toEqual([expect.stringMatching(
      /haproxy\.yaml can't be read \(line 5: the quote .*\), and has the name etcd in it: whether it starts one can't be told:the kubelet runs/,
    )]);
  });

  test.each([
    ['one that the kubelet passes over', '.etcd.yaml.swp', edited(...usual)],
    ['another component\'s', 'kube-scheduler.yaml', staticPod('kube-scheduler', 'registry.k8s.io/kube-scheduler:v1.34.4', ['leader-elect=true'])],
    ['notes', 'README', 'no manifest: [at all\n'],
  ])('what else lies there is in nobody\'s way: %s', (_, name, text) => {
    writeFileSync(manifest, edited(...usual));
    writeFileSync(join(folder, 'manifests', name), text);
    expect(settings()).toMatchObject({ name: 'cp2' });
  });

  test('what was read first stays: later the manifest stands aside', () => {
    writeFileSync(manifest, edited(...usual));
    settings();
    rmSync(manifest);
    expect(settings()).toMatchObject({ name: 'cp2' });
  });

  describe('of a unit', () => {
    let running: ChildProcess | undefined;
    afterEach(async () => {
      if (!running) return;
      const ended = once(running, 'exit');
      running.kill('SIGKILL');
      await ended;
      running = undefined;
    });

    test('that is stopped: its command line', () => {
      const execStart = '{ path=/usr/bin/etcd ; argv[]=/usr/bin/etcd --name cp2 -data-dir=/var/lib/etcd --client-cert-auth --listen-client-urls https://10.0.0.2:2379 ; ignore_errors=no ; pid=0 }';
      expect(settings({ execStart })).toMatchObject({ 'name': 'cp2', 'data-dir': '/var/lib/etcd', 'listen-client-urls': 'https://10.0.0.2:2379' });
    });

    test.each(['User', 'RootDirectory', 'DynamicUser', 'ExecStart', 'Environment', 'EnvironmentFiles'])('of which systemd does not say %s is refused: that is no empty answer', (property) => {
      const execStart = '{ path=/usr/bin/etcd ; argv[]=/usr/bin/etcd --name cp2 ; ignore_errors=no ; pid=0 }';
      const silent = `
        systemctl() {
          case $* in
            'show --property ${property} '*) echo 'Failed to connect to bus' >&2; return 1 ;;
            'show --property ExecStart '*) echo '${execStart}' ;;
            'show --property MainPID '*) echo 0 ;;
          esac
        }`;
      expect(call(`${silent}; discover etcd`)).toEqual(['refused: systemd says nothing of the unit etcd.service: Failed to connect to bus:see that it answers: systemctl status etcd.service. Then try again']);
      expect(call(`${silent.replace(property, 'Nothing')}; discover etcd`)).toEqual(['']);
    });

    /** A process as a unit runs it. */
    async function runAsEtcd(args: readonly string[], env: Record<string, string>): Promise<void> {
      const program = join(folder, 'etcd.js');
      writeFileSync(program, 'process.stdout.write("up"); setInterval(() => 0, 1e6)');
      running = spawn(process.execPath, [program, ...args], { argv0: '/usr/bin/etcd', env, stdio: ['ignore', 'pipe', 'ignore'] });
      await once(running.stdout!, 'data');
    }

    test('that runs: its process, with its environment', async () => {
      await runAsEtcd(['--data-dir', '/var/lib/etcd', '--client-cert-auth', '--name=cp2'], {
        ETCD_LISTEN_CLIENT_URLS: 'https://10.0.0.2:2379', ETCD_NAME: 'another', ETCD_TRUSTED_CA_FILE: '/pki/ca.crt', MOTTO: 'a\nETCD_WAL_DIR=/elsewhere',
      });
      // A flag counts more than a variable.
      expect(settings({ pid: running!.pid })).toMatchObject({ 'name': 'cp2', 'data-dir': '/var/lib/etcd', 'listen-client-urls': 'https://10.0.0.2:2379', 'trusted-ca-file': '/pki/ca.crt', 'wal-dir': '' });
    });

    test.each([
      ['a flag', ['--name=cp2\n--data-dir=/elsewhere', '--data-dir=/var/lib/etcd'], {}],
      ['a variable', ['--data-dir=/var/lib/etcd'], { ETCD_NAME: 'cp2\nETCD_WAL_DIR=/elsewhere' }],
    ])('that runs with a line\'s end in %s is refused, and not taken for two', async (_, args, env) => {
      await runAsEtcd(args, env);
      expect(settings({ pid: running!.pid })).toEqual([expect.stringMatching(/^refused: the unit etcd\.service: a line ends within `.*cp2/)]);
    });
  });

  describe('told to join', () => {
    const joined = () => {
      call('tell_to_join; tell_to_join');
      return parse(readFileSync(join(folder, 'record', 'manifests', 'etcd.yaml'), 'utf8'));
    };

    test.each(fixtures)('the manifest of %s says who is there, and nothing else has changed', (fixture) => {
      cpSync(join(FIXTURES, fixture), join(folder, 'record', 'manifests', 'etcd.yaml'));
      const before = parse(readFileSync(join(FIXTURES, fixture), 'utf8'));
      const after = joined();
      const others = ({ spec }: any) => spec.containers[0].command.filter((argument: string) => !/^--initial-cluster(-state)?=/.test(argument));
      expect(after.spec.containers[0].command.filter((argument: string) => argument.startsWith('--initial-cluster'))).toEqual([
        `--initial-cluster=${CLUSTER}`, '--initial-cluster-state=existing',
      ]);
      expect(others(after)).toEqual(others(before));
      after.spec.containers[0].command = before.spec.containers[0].command;
      expect(after).toEqual(before);
    });

    test('a quoted manifest', () => {
      writeFileSync(join(folder, 'record', 'manifests', 'etcd.yaml'), edited('- "--name=cp2"', '- "--initial-cluster=cp2=https://10.0.0.2:2380"', '- \'--initial-cluster-state=new\'').replace('    - etcd', '    - "etcd"'));
      expect(joined().spec.containers[0].command).toEqual(['etcd', `--initial-cluster=${CLUSTER}`, '--initial-cluster-state=existing', '--name=cp2']);
    });

    test.each<[string, string, string]>([
      ['zzz.conf', 'ExecStart=\nExecStart=/usr/bin/etcd\n', 'refused: the command of the unit etcd.service can\'t be replaced: that of FILE would count more'],
      ['zzz.conf', 'LimitNOFILE=65536\n', 'rehearsed'],
      ['override.conf', 'ExecStart=\nExecStart=/usr/bin/etcd\n', 'rehearsed'],
    ])('a unit with a drop-in %s that says %j: %s', (name, text, expected) => {
      const file = join(folder, name);
      writeFileSync(file, `[Service]\n${text}`);
      const execStart = '{ path=/usr/bin/etcd ; argv[]=/usr/bin/etcd --data-dir=/var/lib/etcd ; ignore_errors=no }';
      const systemctl = `case $* in *DropInPaths*) echo '/usr/lib/systemd/system/etcd.service.d/10-first.conf ${file}' ;; *'--property ExecStart'*) echo '${execStart}' ;; esac`;
      expect(call(`systemctl() { ${systemctl}; }; give_up() { echo "refused: $1"; exit 0; }; discover etcd; rehearse_join; echo rehearsed`)).toEqual([expected.replace('FILE', file)]);
    });

    test('a unit, by a drop-in that leaves its own file as it is', () => {
      const text = '[Service]\nEnvironment=ETCD_NAME=cp2 ETCD_INITIAL_CLUSTER=cp2=https://10.0.0.2:2380 ETCD_INITIAL_CLUSTER_STATE=new\nExecStart=/usr/bin/etcd --data-dir=/var/lib/etcd --initial-cluster-state=new\n';
      writeFileSync(join(folder, 'units', 'etcd.service'), text);
      expect(call('discover etcd; tell_to_join', { execStart: '{ path=/usr/bin/etcd ; argv[]=/usr/bin/etcd --data-dir=/var/lib/etcd --initial-cluster-state=new ; ignore_errors=no }' })).toEqual(['']);
      expect(readFileSync(join(folder, 'units', 'etcd.service'), 'utf8')).toBe(text);
      expect(readUnit(join(folder, 'units'), 'etcd.service')).toMatchObject({
        command: ['/usr/bin/etcd', '--data-dir=/var/lib/etcd', `--initial-cluster=${CLUSTER}`, '--initial-cluster-state=existing'],
        environment: { ETCD_NAME: 'cp2' },
      });
    });
  });
}));

describeWithTools('which backup a restore takes', [toolchain.busybox], () => describe.each<Shell>(['busybox', 'dash'])('in %s', (shell) => {
  const names = ['20261120T235959Z-r7', '20261121T100000Z-r960', '20261121T100001Z-r961'];
  const pick = (which: string) => callLibrary(shell, 'restore/snapshot.sh', 'pick "$1"', [which], names.map((name) => `${name}\n`).join('')).stdout.trim();

  test.each([
    ['latest', names[2]],
    [`at:${names[0]}`, names[0]],
    ['at:20261121T100000Z', ''],
    ['at:20261121T100000Z-r96', ''],
    ['at:.*', ''],
    ['before:2026-11-21T10:00:00Z', names[1]],
    ['before:2026-11-21T09:59:59Z', names[0]],
    ['before:2027-01-01T00:00:00Z', names[2]],
    ['before:2026-11-20T00:00:00Z', ''],
  ])('%s: %s', (which, expected) => {
    expect(pick(which)).toBe(expected);
  });
}));
