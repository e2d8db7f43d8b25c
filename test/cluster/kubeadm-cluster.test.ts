import { Chart, Cron, Size, Testing } from 'cdk8s';
import { EtcdSnapshotCronJob } from '../../src/backup/etcd-snapshot-cron-job';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';
import { EtcdCluster, IEtcdCluster } from '../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { KubeadmCluster } from '../../src/cluster/kubeadm-cluster';
import { KubeadmClusterProps, KubeadmNodesProps } from '../../src/cluster/kubeadm-cluster-props';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { EtcdMemberReplacementJob } from '../../src/restore/etcd-member-replacement-job';
import { EtcdRestoreJob } from '../../src/restore/etcd-restore-job';
import { BackupVolume } from '../../src/storage/backup-volume';
import { environmentOf, mountOf, only } from '../backup/synthesized';

const nodes = { name: 'prod', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes: ['cp1', 'cp2', 'cp3'] };
const of = (props: Partial<KubeadmClusterProps> = {}) => KubeadmCluster.of({ ...nodes, ...props });
const withEtcd = (etcd: EtcdCluster, props: Partial<KubeadmNodesProps> = {}) => KubeadmCluster.withEtcd({ ...nodes, etcd, ...props });

/** What each construct that takes a cluster writes for it. */
function written(cluster: IEtcdCluster): any[] {
  const chart = new Chart(Testing.app(), 'platform');
  const volume = BackupVolume.fromHostPath(chart, 'backups');
  const once = { cluster, expires: '2026-11-22T00:00:00Z' };
  new EtcdSnapshotCronJob(chart, 'snapshots', { cluster, volume, schedule: Cron.hourly(), nodes: SnapshotNodes.named('cp1') });
  new EtcdRestoreJob(chart, 'restore', { ...once, volume, holder: 'cp1', restoreId: 'a' });
  new EtcdMemberReplacementJob(chart, 'replacement', { ...once, node: 'cp3', replacementId: 'b' });
  return Testing.synth(chart);
}

test('nodes, versions, addresses and zones are as they were given, of workers, too', () => {
  const props: Required<Omit<KubeadmNodesProps, 'pkiFolder' | 'encryptionConfigFile'>> = {
    ...nodes,
    workers: ['w1', 'w2'],
    workerLabels: { 'example.com/pool': 'batch', 'node-role.kubernetes.io/worker': '' },
    addresses: { cp1: '10.0.0.1', cp2: '10.0.0.2', cp3: '10.0.0.3', w1: 'fd00::1' },
    zones: { cp1: 'eu-central-1a', w2: 'eu-central-1b' },
  };
  expect(of(props)).toMatchObject(props);
  expect(of()).toMatchObject({ ...nodes, workers: [], workerLabels: {}, addresses: {}, zones: {} });
});

test('its etcd is the one that EtcdCluster.kubeadm describes, and each construct writes the same for either', () => {
  const etcd = EtcdCluster.kubeadm({ ...nodes, addresses: { cp1: '10.0.0.1', cp2: '10.0.0.2', cp3: '10.0.0.3' }, zones: { cp1: 'eu-central-1a' } });
  const cluster = of({
    workers: ['w1'], addresses: { cp1: '10.0.0.1', cp2: '10.0.0.2', cp3: '10.0.0.3', w1: '10.0.0.9' }, zones: { cp1: 'eu-central-1a', w1: 'eu-central-1b' },
  });
  expect(cluster.etcd.members).toEqual(etcd.members);
  expect(written(cluster)).toEqual(written(etcd));
  expect(written(cluster.etcd)).toEqual(written(etcd));
  expect(etcd.etcd).toBe(etcd);
});

test('a change of the caller\'s lists afterwards changes nothing', () => {
  const controlPlanes = ['cp1'];
  const workers = ['w1'];
  const cluster = of({ controlPlanes, workers });
  controlPlanes.push('cp2');
  workers.push('w2');
  expect(cluster).toMatchObject({ controlPlanes: ['cp1'], workers: ['w1'] });
});

describe('the PKI', () => {
  test('is in kubeadm\'s folder, or in the one that is given, and etcd\'s certificates with it', () => {
    expect(of().pkiFolder).toBe('/etc/kubernetes/pki');
    expect(of().etcd.certificates!.files.ca).toBe('/etc/kubernetes/pki/etcd/ca.crt');
    expect(of({ pkiFolder: '/srv/pki' }).pkiFolder).toBe('/srv/pki');
    expect(of({ pkiFolder: '/srv/pki' }).etcd.certificates!.files.cert).toBe('/srv/pki/etcd/healthcheck-client.crt');
  });

  test('and certificates may be each elsewhere', () => {
    const certificates = EtcdCertificates.fromHostFolder('/var/lib/minikube/certs/etcd');
    expect(of({ certificates }).pkiFolder).toBe('/var/lib/minikube/certs');
    const cluster = of({ certificates, pkiFolder: '/srv/pki' });
    expect([cluster.pkiFolder, cluster.etcd.certificates]).toEqual(['/srv/pki', certificates]);
  });

  test('and the encryption configuration are looked at by snapshots', () => {
    const cronJob = written(of({ pkiFolder: '/srv/pki', encryptionConfigFile: '/srv/enc.yaml' })).find(({ kind }) => kind === 'CronJob');
    expect(mountOf(cronJob, 'fingerprint-sa-pub').source.hostPath.path).toBe('/srv/pki/sa.pub');
    expect(mountOf(cronJob, 'fingerprint-encryption-config').source.hostPath.path).toBe('/srv/enc.yaml');
  });
});

describe('with an etcd of its own description', () => {
  test('that etcd learns what is said of the nodes', () => {
    const commandLine = 'etcd --name=cp1 --data-dir=/data/etcd --advertise-client-urls=http://10.0.0.1:2379';
    const read = EtcdCluster.fromCommandLine(commandLine, { name: 'prod', image: 'registry.k8s.io/etcd:3.6.5-0' });
    const { etcd } = withEtcd(read, { controlPlanes: ['cp1'], zones: { cp1: 'eu-central-1a' } });
    expect(etcd).toMatchObject({ dataFolder: '/data/etcd', kubernetesVersion: nodes.kubernetesVersion });
    expect(etcd.members).toEqual([{ ...read.members[0], zone: 'eu-central-1a' }]);
    expect(read.members[0].zone).toBeUndefined();
  });

  test('may be external: its backups go by its own name, and no control plane\'s files are looked at', () => {
    const outside = EtcdCluster.external({ name: 'billing', endpoints: ['http://10.0.0.1:2379'], etcdVersion: EtcdVersion.of('3.5.21') });
    const cluster = withEtcd(outside, { encryptionConfigFile: '/etc/kubernetes/enc.yaml' });
    expect(cluster).toMatchObject({ name: 'prod', controlPlanes: ['cp1', 'cp2', 'cp3'], encryptionConfigFile: '/etc/kubernetes/enc.yaml' });
    const chart = new Chart(Testing.app(), 'platform');
    const volume = BackupVolume.fromEbsStorageClass(chart, 'backups', { size: Size.gibibytes(20) });
    new EtcdSnapshotCronJob(chart, 'snapshots', { cluster, volume, schedule: Cron.hourly() });
    const cronJob = only(chart, 'CronJob');
    expect(environmentOf(cronJob)).toMatchObject({ CLUSTER: 'billing' });
    expect(environmentOf(cronJob)).not.toHaveProperty('FINGERPRINTS');
  });

  test('must have its members on the control planes', () => {
    expect(() => withEtcd(EtcdCluster.kubeadm(nodes), { controlPlanes: ['cp1', 'cp2', 'cp4'] })).toThrow('controlPlanes must be those with a member of etcd, '
      + 'got cp1, cp2, cp4 and members on cp1, cp2, cp3: correct the one that is wrong about cp4, cp3');
    expect(() => withEtcd(EtcdCluster.kubeadm(nodes), { controlPlanes: ['cp3', 'cp2', 'cp1'] })).not.toThrow();
  });
});

test.each<[string, Partial<KubeadmClusterProps>, string]>([
  ['a name that is no part of names', { name: 'Prod' }, 'name must be a DNS label'],
  ['no control plane', { controlPlanes: [] }, 'controlPlanes must name at least one node, got none'],
  ['one worker as a text', { workers: 'w1' as any }, 'workers must be a list, got "w1"'],
  ['a worker that no node can be', { workers: ['w_1'] }, 'workers must be a DNS subdomain'],
  ['a worker twice', { workers: ['w1', 'w1'] }, 'workers must differ, got "w1" twice'],
  ['a worker that is a control plane', { workers: ['w1', 'cp1'] }, 'workers must be none of controlPlanes, got "cp1" in both: leave it out of one'],
  ['the zone of a stranger', { workers: ['w1'], zones: { w2: 'a' } }, 'zones must name only the nodes cp1, cp2, cp3, w1, got "w2"'],
  ['the address of a stranger', { addresses: { w1: '10.0.0.4' } }, 'addresses must name only the nodes cp1, cp2, cp3, got "w1"'],
  ['a worker\'s address that is none', { workers: ['w1'], addresses: { w1: '10.0.0.4:22' } }, 'address of w1 must be an IP address or a host name'],
  ['a worker at the address of another node', { workers: ['w1'], addresses: { cp1: 'FD00::1', w1: 'fd00:0::1' } },
    'addresses must differ, got fd00:0::1 for cp1 and w1: set addresses to those of each'],
  ['a label that is none', { workerLabels: { 'a b': '' } }, 'workerLabels must have keys such as example.com/pool, got "a b"'],
  ['a label\'s value that is none', { workerLabels: { pool: 'a/b' } }, 'workerLabels pool must have at most 63 letters'],
  ['a label\'s value that is no text', { workerLabels: { pool: true as any } }, 'workerLabels pool must be text, got the boolean true'],
  ['a PKI folder that depends on where one stands', { pkiFolder: 'pki' }, 'pkiFolder must be an absolute path without \'..\', got "pki"'],
  ['an encryption configuration likewise', { encryptionConfigFile: 'enc.yaml' }, 'encryptionConfigFile must be an absolute path without \'..\', got "enc.yaml"'],
])('%s is refused', (_, props, message) => expect(() => of(props)).toThrow(message));
