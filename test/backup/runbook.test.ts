import { Chart, Size, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { BackupVolume } from '../../src/backup/backup-volume';
import { BackupsByHand, runbook } from '../../src/backup/runbook';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';

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
    for (const word of [...named, ...backups.machines, `${backups.folder}/${cluster.name}`, cluster.dataDir]) expect(page).toContain(word);
  });

  test('nothing in it is left over of a template', () => {
    expect(page).not.toMatch(/undefined|null|NaN|\$\{|\n\n\n| \n|^\s*$/);
    expect(page.endsWith('\n')).toBe(true);
  });
});

test('a volume of pods that are not root\'s: root runs a copy of the kit, and says that it trusts the backups', () => {
  const stackedPage = commands(runbook(three, { ...FOLDER, mount: 'mount /dev/DEVICE /mnt/backup', machines: [], ofPods: true }));
  expect(stackedPage.slice(0, 5)).toEqual([
    'mount /dev/DEVICE /mnt/backup', `cp -rL ${FOLDER.folder}/prod/break-glass /root/`, `cd /root/break-glass && export BACKUP_ROOT=${FOLDER.folder}`, 'sh restore.sh --list',
    'sh restore.sh --latest --trust-backups --dry-run',
  ]);
  // There, root copies the backup to the holder, and it is root's.
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
    expect(page).toContain('scp -rp \'/srv/etcd backups/prod/break-glass\' root@[fd00::13]:/root/');
    expect(page).toContain('sh restore.sh --holder cp2 --id ID');
  });

  test('need no copy where every machine has one', () => {
    expect(runbook(three, { ...FOLDER, machines: ['cp1', 'cp2', 'cp3'] })).not.toContain('scp');
  });
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
