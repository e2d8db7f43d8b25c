import { Refused, Understood } from '../row';
import { UnitRow } from '../unit-row';

const because = 'a container\'s folders and variables are not the unit\'s';

/** The unit starts another program. */
function wrapped(program: string): Refused {
  return { refused: new RegExp(`the unit etcd\\.service starts ${program}, and not etcd itself`), because };
}

/** What it starts is called etcd, and is a script. */
const SCRIPT = { refused: /the unit etcd\.service starts \S+\/etcd, which is a script/, because };

function unit(settings: Record<string, string>, user?: string, hostDataDir = settings['data-dir']): Understood {
  return { settings, hostDataDir, user };
}

const KUBESPRAY = {
  'name': 'etcd1',
  'data-dir': '/var/lib/etcd',
  'advertise-client-urls': 'https://192.0.2.21:2379',
  'listen-client-urls': 'https://192.0.2.21:2379,https://127.0.0.1:2379',
  'initial-advertise-peer-urls': 'https://192.0.2.21:2380',
  'initial-cluster': 'etcd1=https://192.0.2.21:2380,etcd2=https://192.0.2.22:2380,etcd3=https://192.0.2.23:2380',
  'trusted-ca-file': '/etc/ssl/etcd/ssl/ca.pem',
  'cert-file': '/etc/ssl/etcd/ssl/member-node1.pem',
  'key-file': '/etc/ssl/etcd/ssl/member-node1-key.pem',
};

const RPM = { 'name': 'infra1', 'data-dir': '/var/lib/etcd/default.etcd', 'listen-client-urls': 'https://192.0.2.24:2379,https://127.0.0.1:2379' };

const templates = 'kubernetes-sigs/kubespray, roles/etcd/templates';

export const UNITS: UnitRow[] = [
  {
    file: 'kubespray-host',
    title: 'everything in /etc/etcd.env',
    source: `${templates}/etcd-host.service.j2`,
    environmentFile: '/etc/etcd.env',
    expect: unit(KUBESPRAY, 'root'),
  },
  {
    file: 'kubespray-docker',
    title: '/usr/local/bin/etcd is a script that runs docker',
    source: `${templates}/etcd.j2`,
    environmentFile: '/etc/etcd.env',
    isScript: true,
    expect: SCRIPT,
  },
  { file: 'kubespray-docker-run', title: 'docker run in the unit', source: `${templates}/etcd-docker.service.j2`, expect: wrapped('/usr/bin/docker') },
  { file: 'kubespray-rkt', title: 'rkt run in the unit, with a flag of etcd', source: `${templates}/etcd-rkt.service.j2`, expect: wrapped('/usr/bin/rkt') },
  {
    file: 'rpm',
    title: 'a shell with quoted variables',
    source: 'CentOS and RHEL 7, etcd.rpm',
    environmentFile: '/etc/etcd/etcd.conf',
    expect: { refused: /the command of the unit etcd\.service can't be read while etcd does not run: \/bin\/bash -c /, because: 'what a shell makes of it only a shell knows', meaning: unit(RPM, 'etcd') },
  },
  {
    file: 'rpm-newer',
    title: 'variables in flags',
    source: 'Fedora, etcd.rpm',
    environmentFile: '/etc/etcd/etcd.conf',
    expect: unit({
      'name': 'default',
      'data-dir': '/var/lib/etcd/default.etcd',
      'listen-client-urls': 'http://localhost:2379',
      'advertise-client-urls': 'http://localhost:2379',
    }, 'etcd'),
  },
  {
    file: 'debian',
    title: '%H and %p, a variable that is several words',
    source: 'Debian and Ubuntu, etcd-server',
    environmentFile: '/etc/default/etcd',
    expect: unit({
      'name': 'etcd-a',
      'data-dir': '/var/lib/etcd/default',
      'snapshot-count': '20000',
      'auto-compaction-retention': '1',
      'listen-client-urls': 'https://192.0.2.25:2379,https://127.0.0.1:2379',
    }, 'etcd'),
  },
  {
    file: 'debian-instance',
    title: 'etcd@blue.service',
    source: 'how-tos on several etcds on one host',
    expect: unit({ 'name': 'node-a', 'data-dir': '/var/lib/etcd@blue/default' }, 'etcd'),
  },
  {
    file: 'hard-way',
    title: 'a command over many lines, values apart from flags',
    source: 'kelseyhightower/kubernetes-the-hard-way, docs/07',
    expect: unit({
      'name': 'controller-0',
      'data-dir': '/var/lib/etcd',
      'listen-client-urls': 'https://192.0.2.26:2379,https://127.0.0.1:2379',
      'initial-advertise-peer-urls': 'https://192.0.2.26:2380',
      'initial-cluster': 'controller-0=https://192.0.2.26:2380,controller-1=https://192.0.2.27:2380',
      'client-cert-auth': 'true',
      'trusted-ca-file': '/etc/etcd/ca.pem',
    }),
  },
  {
    file: 'hard-way-commented',
    title: 'comments between the lines of a command',
    source: 'systemd.syntax',
    expect: unit({ 'name': 'controller-0', 'data-dir': '/var/lib/etcd', 'advertise-client-urls': 'http://127.0.0.1:2379' }),
  },
  { file: 'coreos-rkt', title: 'etcd-member by rkt', source: 'Container Linux, etcd-member.service', expect: wrapped('/usr/lib/coreos/etcd-wrapper') },
  {
    file: 'flatcar',
    title: 'etcd-member by docker, flags in a drop-in',
    source: 'Flatcar, container linux config transpiler',
    environmentFile: '/run/metadata/flatcar',
    dropIns: ['20-clct-etcd-member.conf'],
    expect: wrapped('/usr/lib/flatcar/etcd-wrapper'),
  },
  { file: 'typhoon-podman', title: 'podman run, an image by variable', source: 'poseidon/typhoon, etcd-member.service', expect: wrapped('/usr/bin/podman') },
  {
    file: 'arch',
    title: '%m for a name',
    source: 'Arch Linux, etcd; a unit with variables alone',
    expect: unit({ 'name': '0123456789abcdef0123456789abcdef', 'data-dir': '/var/lib/etcd' }, 'etcd'),
  },
  {
    file: 'opensuse',
    title: 'a sysconfig file in single quotes, an empty variable',
    source: 'openSUSE, etcd',
    environmentFile: '/etc/sysconfig/etcd',
    expect: unit({ 'name': 'infra0', 'data-dir': '/var/lib/etcd/default.etcd', 'advertise-client-urls': 'https://192.0.2.29:2379' }, 'etcd'),
  },
  {
    file: 'user-etcd',
    title: 'several variables a line, some in quotes',
    source: 'systemd.exec, Environment=',
    expect: unit({
      'name': 'db-1',
      'data-dir': '/var/lib/etcd',
      'listen-client-urls': 'http://0.0.0.0:2379',
      'advertise-client-urls': 'http://198.51.100.31:2379',
    }, 'etcd'),
  },
  {
    file: 'drop-in',
    title: 'drop-ins that replace command and user',
    source: 'systemd.unit, drop-ins',
    dropIns: ['10-data.conf', '20-env.conf'],
    expect: unit({ 'name': 'cp1', 'data-dir': '/data/etcd', 'heartbeat-interval': '500' }),
  },
  {
    file: 'quotes',
    title: 'quotes, $VAR, ${VAR} and $$',
    source: 'systemd.service, command lines',
    expect: unit({
      'name': 'cp1',
      'data-dir': '/srv/etcd',
      'initial-cluster-token': 'a b',
      'snapshot-count': '5000',
      'max-wals': '10',
      'log-outputs': '$HOME',
      'advertise-client-urls': 'http://192.0.2.33:2379',
    }),
  },
  {
    file: 'environment-file',
    title: 'comments, blanks, quotes, a continued line, export',
    source: 'systemd.exec, EnvironmentFile=',
    environmentFile: '/etc/etcd/etcd.env',
    expect: unit({
      'name': 'cp1',
      'data-dir': '/var/lib/etcd',
      'wal-dir': '',
      'initial-cluster': 'cp1=https://192.0.2.34:2380,cp2=https://192.0.2.35:2380',
      'advertise-client-urls': 'https://192.0.2.34:2379',
      'listen-client-urls': 'https://127.0.0.1:2379',
      'initial-cluster-token': 'with "quotes" and #',
    }),
  },
  {
    file: 'environment-file-comment-behind',
    title: 'a comment behind a value, which systemd has not',
    source: 'slips of the hand',
    environmentFile: '/etc/etcd/etcd.env',
    expect: unit({ 'name': 'cp1', 'data-dir': '/var/lib/etcd # SSD' }),
  },
  {
    file: 'environment-file-wins',
    title: 'the file goes before Environment=, the flag before both',
    source: 'systemd.exec',
    environmentFile: '/etc/etcd/etcd.env',
    expect: unit({ 'name': 'flag', 'data-dir': '/var/lib/file', 'advertise-client-urls': 'http://192.0.2.36:2379' }),
  },
  {
    file: 'config-file',
    title: '--config-file',
    source: 'etcd, configuration file',
    expect: { refused: /^config-file:/, because: 'etcd reads the file and passes over its flags' },
  },
  {
    file: 'wal-dir',
    title: '--wal-dir, a user by number',
    source: 'etcd, tuning',
    expect: unit({ 'name': 'cp1', 'data-dir': '/var/lib/etcd', 'wal-dir': '/mnt/nvme/wal' }, '1001'),
  },
  {
    file: 'wrapper-script',
    title: 'a script of another name',
    source: 'getamis/vishwakarma, etcd.service.tpl',
    environmentFile: '/etc/etcd/etcd.env',
    expect: wrapped('\\S+/etcd-wrapper\\.sh'),
  },
  {
    file: 'dynamic-user',
    title: 'a root folder and a user of its own',
    source: 'systemd.exec, RootDirectory=',
    expect: { refused: /etcd\.service has RootDirectory=\S+: its folders are not the host's/, because: 'its folders are not the host\'s' },
  },
  {
    file: 'own-mounts',
    title: 'BindPaths over the data folder',
    source: 'systemd.exec, BindPaths=',
    expect: {
      refused: /etcd\.service has BindPaths=\S+: its folders are not the host's/,
      because: 'its folders are not the host\'s',
      meaning: unit({ 'name': 'cp1', 'data-dir': '/var/lib/etcd' }, undefined, '/mnt/disk/etcd'),
    },
  },
];
