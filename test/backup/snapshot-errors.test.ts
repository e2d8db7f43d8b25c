import { Chart, Cron, Duration, Size } from 'cdk8s';
import { chart, external, stacked } from './snapshot-fixtures';
import { EtcdSnapshotCronJob, EtcdSnapshotCronJobProps } from '../../src/backup/etcd-snapshot-cron-job';
import { EtcdSnapshotJob, EtcdSnapshotJobProps } from '../../src/backup/etcd-snapshot-job';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { EtcdRestoreJob } from '../../src/restore/etcd-restore-job';
import { BackupVolume } from '../../src/storage/backup-volume';

const three = stacked('cp1', 'cp2', 'cp3');
const cp1 = SnapshotNodes.named('cp1');

type Changes<Props> = Partial<Props> | ((scope: Chart) => Partial<Props>);

/** A CronJob that is fine but for the given props. */
function cronJob(changes: Changes<EtcdSnapshotCronJobProps>): void {
  const scope = chart();
  new EtcdSnapshotCronJob(scope, 'snapshots', {
    cluster: stacked('cp1'), volume: BackupVolume.fromHostPath(scope, 'backups'), schedule: Cron.daily(), ...typeof changes === 'function' ? changes(scope) : changes,
  });
}

/** A Job that is fine but for the given props. */
function job(changes: Changes<EtcdSnapshotJobProps>): void {
  const scope = chart();
  new EtcdSnapshotJob(scope, 'snapshot', {
    cluster: stacked('cp1'), volume: BackupVolume.fromHostPath(scope, 'backups'), ...typeof changes === 'function' ? changes(scope) : changes,
  });
}

test('what the errors below are measured against is fine', () => {
  expect(() => cronJob({})).not.toThrow();
  expect(() => job({})).not.toThrow();
});

describe('where the pod runs', () => {
  test('backups on folders of hosts would scatter over several control planes: both fixes are named', () => {
    expect(() => cronJob({ cluster: three })).toThrow('volume is the folder /mnt/backup of whichever node the pod runs on, so backups of prod would scatter over '
      + 'cp1, cp2, cp3: set nodes, as nodes: SnapshotNodes.named(\'cp1\'), or SnapshotNodes.everyMember() to keep a backup on each');
    expect(() => job({ cluster: three })).toThrow('would scatter');
    // Each of the two fixes works.
    expect(() => cronJob({ cluster: three, nodes: cp1 })).not.toThrow();
    expect(() => cronJob({ cluster: three, nodes: SnapshotNodes.everyMember() })).not.toThrow();
  });

  test('those of an external etcd would scatter over all nodes', () => {
    expect(() => cronJob({ cluster: external() })).toThrow('so backups of billing would scatter over all nodes: '
      + 'set nodes, as nodes: SnapshotNodes.named(\'worker-1\'), or use another volume');
  });

  test.each<[string, (scope: Chart) => BackupVolume]>([
    ['EBS', (scope) => BackupVolume.fromEbsStorageClass(scope, 'ebs', { size: Size.gibibytes(20) })],
    ['a claim', (scope) => BackupVolume.fromClaimName(scope, 'claimed', 'backups')],
  ])('every member with %s: the volume is for one node at a time', (_, volume) => {
    expect(() => cronJob((scope) => ({ cluster: three, nodes: SnapshotNodes.everyMember(), volume: volume(scope) })))
      .toThrow('SnapshotNodes.everyMember() needs a volume that 3 nodes can have at the same time, got one that is for a single node: '
        + 'use BackupVolume.fromHostPath or fromNfs, name a node, or set singleNode: false for a claim that is ReadWriteMany');
    // The last of the fixes works.
    expect(() => cronJob((scope) => ({
      cluster: three, nodes: SnapshotNodes.everyMember(), volume: BackupVolume.fromClaimName(scope, 'shared', 'backups', { singleNode: false }),
    }))).not.toThrow();
  });

  test('every member of an external etcd is on no node', () => {
    expect(() => cronJob({ cluster: external(), nodes: SnapshotNodes.everyMember() }))
      .toThrow('nodes can\'t be SnapshotNodes.everyMember() for the external etcd cluster billing: its members are on none of the cluster\'s nodes, '
        + 'so leave nodes out, or name one');
  });

  test('every member with a volume of one zone: it can be attached on each, or a pod would wait for ever', () => {
    const cluster = EtcdCluster.kubeadm({
      name: 'prod', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes: ['cp1', 'cp2', 'cp3'], zones: { cp1: 'a', cp2: 'b', cp3: 'a' },
    });
    const volume = (scope: Chart) => BackupVolume.fromClaimName(scope, 'shared', 'backups', { singleNode: false, zone: 'a' });
    expect(() => cronJob((scope) => ({ cluster, nodes: SnapshotNodes.everyMember(), volume: volume(scope) })))
      .toThrow('SnapshotNodes.everyMember() needs a volume that all control planes can attach, got one in zone a, where cp2 is not: '
        + 'name a node in it, or use BackupVolume.fromHostPath or fromNfs');
    expect(() => cronJob((scope) => ({ cluster, nodes: SnapshotNodes.named('cp3'), volume: volume(scope) }))).not.toThrow();
  });

  test('a node that is no control plane has no certificates', () => {
    expect(() => cronJob({ cluster: three, nodes: SnapshotNodes.named('worker-1') }))
      .toThrow('nodes must name one of the control planes of prod (cp1, cp2, cp3), got worker-1: etcd\'s certificates are there only');
  });

  test('certificates in a folder of a host, for an external etcd, are on that host alone', () => {
    const cluster = EtcdCluster.external({
      name: 'billing', endpoints: ['https://10.0.0.1:2379'], etcdVersion: EtcdVersion.of('3.5.21'), certificates: EtcdCertificates.fromHostFolder('/etc/etcd'),
    });
    const nfs = (scope: Chart) => BackupVolume.fromNfs(scope, 'nfs', { server: 'nas', path: '/export' });
    expect(() => cronJob((scope) => ({ cluster, volume: nfs(scope) })))
      .toThrow('nodes must name one for the external etcd cluster billing: its certificates are files in /etc/etcd of a node, '
        + 'or use EtcdCertificates.fromSecretName, for pods on any node');
    expect(() => cronJob((scope) => ({ cluster, volume: nfs(scope), nodes: SnapshotNodes.named('worker-1') }))).not.toThrow();
  });
});

describe('a volume of the host and etcd\'s own data', () => {
  const clusterOf = (name: string, dataFolder: string) => EtcdCluster.kubeadm({
    name, dataFolder, kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes: ['cp1'],
  });
  const at = (path: string) => (scope: Chart) => ({ volume: BackupVolume.fromHostPath(scope, 'data', { path }) });

  test.each([
    ['is the data folder', '/data/etcd', 'prod', '/data/etcd'],
    ['is the data folder, written otherwise', '/data//etcd/', 'prod', '/data/etcd'],
    ['is in it', '/data/etcd/member', 'prod', '/data/etcd'],
    ['is above it, and the cluster has its name', '/data', 'etcd', '/data/etcd'],
    ['is further above it, and the cluster is called as what lies between', '/srv', 'data', '/srv/data/etcd'],
  ])('may not be one: it %s', (_, path, name, dataFolder) => {
    const cluster = clusterOf(name, dataFolder);
    const message = `volume must be apart from etcd's data, got the folder ${path}: backups of ${name} would be in `;
    expect(() => cronJob((scope) => ({ cluster, ...at(path)(scope) }))).toThrow(message);
    expect(() => job((scope) => ({ cluster, ...at(path)(scope) }))).toThrow(message);
    expect(() => {
      const scope = chart();
      new EtcdRestoreJob(scope, 'restore', { cluster, ...at(path)(scope), restoreId: 'a', expires: '2026-11-22T00:00:00Z' });
    }).toThrow(message);
  });

  test.each([['beside it', '/data/etcd-backups', '/data/etcd'], ['above it, with another name', '/data', '/data/etcd']])('may be %s', (_, path, dataFolder) => {
    expect(() => cronJob((scope) => ({ cluster: clusterOf('prod', dataFolder), ...at(path)(scope) }))).not.toThrow();
  });

  test('are on different machines where etcd is external', () => {
    expect(() => cronJob((scope) => ({ cluster: external(), nodes: SnapshotNodes.named('worker-1'), ...at('/var/lib/etcd')(scope) }))).not.toThrow();
  });
});

describe('zones', () => {
  const zoned = EtcdCluster.kubeadm({
    name: 'prod',
    kubernetesVersion: KubernetesVersion.of('1.34.4'),
    controlPlanes: ['cp1', 'cp2', 'cp3'],
    zones: { cp1: 'eu-central-1a', cp2: 'eu-central-1b', cp3: 'eu-central-1b' },
  });
  const inZone = (scope: Chart, zone: string) => BackupVolume.fromEbsVolume(scope, 'ebs', { volumeId: 'vol-01234567', zone, size: Size.gibibytes(20) });

  test('a volume can\'t be attached to a node in another zone', () => {
    expect(() => cronJob((scope) => ({ cluster: zoned, volume: inZone(scope, 'eu-central-1b'), nodes: cp1 })))
      .toThrow('volume is in zone eu-central-1b and can\'t be attached to node cp1 in another zone: choose one of cp2, cp3, or a volume in that node\'s zone');
  });

  test('a volume in a zone without a control plane can\'t be attached at all', () => {
    expect(() => cronJob((scope) => ({ cluster: zoned, volume: inZone(scope, 'eu-central-1c') })))
      .toThrow('volume is in zone eu-central-1c, where none of the control planes of prod is (cp1 in eu-central-1a, cp2 in eu-central-1b, cp3 in eu-central-1b): use a volume in one of their zones');
  });

  test('where zones aren\'t known, nothing is refused', () => {
    expect(() => cronJob((scope) => ({ cluster: three, volume: inZone(scope, 'eu-central-1a') }))).not.toThrow();
    expect(() => cronJob((scope) => ({ cluster: three, volume: inZone(scope, 'eu-central-1a'), nodes: cp1 }))).not.toThrow();
  });

  test('in the node\'s own zone it can', () => {
    expect(() => cronJob((scope) => ({ cluster: zoned, volume: inZone(scope, 'eu-central-1a'), nodes: cp1 }))).not.toThrow();
  });
});

describe('the PKI', () => {
  test('is nowhere to be had for an external etcd', () => {
    expect(() => cronJob({ cluster: external(), includePki: true, nodes: cp1 }))
      .toThrow('includePki must be left out for the external etcd cluster billing: its pods see no control plane\'s files');
  });
});

describe('times and counts', () => {
  test('a deadline that isn\'t longer than the time-out would kill a save that takes its time', () => {
    const message = 'activeDeadline must be longer than snapshotTimeout (600 s), got 600 s: a save that takes all of its time would be killed';
    expect(() => cronJob({ activeDeadline: Duration.minutes(10) })).toThrow(message);
    expect(() => job({ activeDeadline: Duration.minutes(10) })).toThrow(message);
    expect(() => job({ activeDeadline: Duration.seconds(601) })).not.toThrow();
  });

  test('a long time-out draws the deadline with it', () => {
    expect(() => cronJob({ snapshotTimeout: Duration.hours(3) })).not.toThrow();
  });

  test.each<[string, Partial<EtcdSnapshotCronJobProps>]>([
    ['snapshotTimeout must be a whole number of seconds of at least 1, got 0 s', { snapshotTimeout: Duration.seconds(0) }],
    ['snapshotTimeout must be a whole number of seconds of at least 1, got 1.5 s', { snapshotTimeout: Duration.millis(1500) }],
    ['activeDeadline must be a whole number of seconds of at least 1, got 0 s', { activeDeadline: Duration.seconds(0) }],
    ['startingDeadline must be a whole number of seconds of at least 1, got 0.5 s', { startingDeadline: Duration.millis(500) }],
    ['startingDeadline must be at least 60 s, got 10 s: the controller looks every 10 s, and a short one skips runs', { startingDeadline: Duration.seconds(10) }],
    ['backoffLimit must be a whole number of at least 0, got -1', { backoffLimit: -1 }],
    ['backoffLimit must be a whole number of at least 0, got 0.5', { backoffLimit: 0.5 }],
    ['rounds must be a whole number of at least 1, got 0', { rounds: 0 }],
    ['successfulJobsRetained must be a whole number of at least 0, got -1', { successfulJobsRetained: -1 }],
    ['failedJobsRetained must be a whole number of at least 0, got NaN', { failedJobsRetained: NaN }],
    ['minimumFreeSpace must be at least 1 KiB, got 0 bytes: leave it out for twice the size of the database', { minimumFreeSpace: Size.kibibytes(0) }],
  ])('%s', (message, changes) => {
    expect(() => cronJob(changes)).toThrow(message);
  });

  test('how long a finished Job stays must be a time', () => {
    expect(() => job({ ttlAfterFinished: Duration.seconds(0) })).toThrow('ttlAfterFinished must be a whole number of seconds of at least 1, got 0 s');
  });

  test('no retries and no Jobs kept are choices, not errors', () => {
    expect(() => cronJob({ backoffLimit: 0, successfulJobsRetained: 0, failedJobsRetained: 0 })).not.toThrow();
  });
});

describe('schedule and time zone', () => {
  test('a minute that no hour has', () => {
    expect(() => cronJob({ schedule: Cron.schedule({ minute: '99' }) }))
      .toThrow('schedule: minute must be within 0 and 59, as *, 5, 1-5, */15 or a list of those, got "99"');
  });

  test('a day that no year has', () => {
    expect(() => cronJob({ schedule: Cron.schedule({ minute: '0', hour: '0', day: '30', month: '2' }) }))
      .toThrow('schedule never comes, got "0 0 30 2 *": none of its months has such a day');
  });

  test('a zone that no map has', () => {
    expect(() => cronJob({ timeZone: 'Europe/Bonn' })).toThrow('timeZone must be a name of the tz database such as Etc/UTC or Europe/Berlin, got "Europe/Bonn"');
  });
});

describe('names of objects', () => {
  test('ids that give a name which Kubernetes refuses are refused', () => {
    const scope = chart();
    const volume = BackupVolume.fromHostPath(scope, 'backups');
    expect(() => new EtcdSnapshotCronJob(scope, 'every_hour', { cluster: stacked('cp1'), volume, schedule: Cron.hourly() }))
      .toThrow(/^the name made from the ids in platform\/every_hour\S* must be a DNS subdomain, .*, got "platform-every_hour-/);
    expect(() => BackupVolume.fromNfs(scope, 'my_nfs', { server: 'nas', path: '/export' })).toThrow('the name made from the ids in platform/my_nfs/Claim must be a DNS subdomain');
  });
});
