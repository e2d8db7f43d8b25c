import { App, Chart, Duration } from 'cdk8s';
import { ALL_JOB_RENDERED, allRestoreProps, clusterOf } from './restore-fixtures';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { EtcdRestoreJob } from '../../src/restore/etcd-restore-job';
import { EtcdRestoreJobProps } from '../../src/restore/etcd-restore-job-props';
import { SnapshotSource } from '../../src/restore/snapshot-source';
import { BackupVolume } from '../../src/storage/backup-volume';

const kubernetesVersion = KubernetesVersion.of('1.34.4');
const ha = EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion, controlPlanes: ['cp1', 'cp2', 'cp3'] });
const once = { restoreId: '2026-11-21-lost-namespace', expires: '2026-11-22T00:00:00Z' };

function chartOf(): Chart {
  return new Chart(new App(), 'restore', { namespace: 'kube-system' });
}

function render(props: Partial<EtcdRestoreJobProps> = {}, chart: Chart = chartOf()): any[] {
  new EtcdRestoreJob(chart, 'restore', {
    cluster: ha, volume: BackupVolume.fromHostPath(chart, 'backups'), holder: 'cp2', ...once, ...props,
  });
  return chart.toJson().filter(({ kind }) => kind === 'Job');
}

const podOf = (job: any) => job.spec.template.spec;
const envOf = (job: any) => Object.fromEntries(podOf(job).containers[0].env.map(({ name, value }: any) => [name, value]));

describe('a restore of three members', () => {
  const jobs = render();

  test('is a Job for each, the holder first, each on its node', () => {
    expect(jobs.map((job) => [job.metadata.labels['cdk8s-day2/role'], envOf(job).SELF])).toEqual([['holder', 'cp2'], ['follower', 'cp1'], ['follower', 'cp3']]);
    for (const job of jobs) {
      expect(podOf(job).affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms)
        .toEqual([{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [envOf(job).SELF] }] }]);
    }
  });

  test('is one restore for all: the same id, members and holder', () => {
    for (const job of jobs) {
      expect(envOf(job)).toMatchObject({
        OPERATION: once.restoreId,
        EXPIRES: once.expires,
        CLUSTER: 'prod',
        HOLDER: 'cp2',
        MEMBERS: 'cp1=https://cp1:2379 cp2=https://cp2:2379 cp3=https://cp3:2379',
      });
    }
  });

  test('reads the snapshot on the holder only, from the folder of the host', () => {
    expect(jobs.map((job) => [envOf(job).SNAPSHOT, envOf(job).BACKUP_ROOT])).toEqual([['latest', '/mnt/backup'], [undefined, undefined], [undefined, undefined]]);
  });

  test('enters the host, and has nothing else that it does not need', () => {
    for (const job of jobs) {
      const pod = podOf(job);
      expect(pod.hostPID).toBe(true);
      expect(pod.containers[0].securityContext.privileged).toBe(true);
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.hostNetwork).toBeUndefined();
      expect(pod.initContainers[0].securityContext).toMatchObject({ privileged: false, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
      expect(pod.volumes.filter(({ hostPath }: any) => hostPath).map(({ hostPath }: any) => hostPath.path)).toEqual(['/var/lib/cdk8s-day2']);
    }
  });

  test('is tried again when its pod is lost, and not what the program has ended', () => {
    for (const { spec } of jobs) {
      expect(spec.backoffLimit).toBe(6);
      expect(spec.podFailurePolicy.rules).toEqual([
        { action: 'FailJob', onExitCodes: { containerName: spec.template.spec.containers[0].name, operator: 'In', values: [1, 2] } },
      ]);
    }
  });

  test.each([
    ['an older Kubernetes', EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion: KubernetesVersion.of('1.25.3'), controlPlanes: ['cp1', 'cp2', 'cp3'] }), false],
    ['the first that has it', EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion: KubernetesVersion.of('1.26'), controlPlanes: ['cp1', 'cp2', 'cp3'] }), true],
  ])('gives %s no field that it does not know', (_, cluster, known) => {
    expect(render({ cluster }).map(({ spec }) => 'podFailurePolicy' in spec)).toEqual([known, known, known]);
  });

  test.each([['1.26.3', true], ['1.28.0', true], ['1.29.0', false], ['1.36', false]])(
    'has on %s what the published schema requires of a rule: an empty onPodConditions: %s', (version, required) => {
      for (const { spec } of render({ cluster: clusterOf(version, 'cp1', 'cp2', 'cp3') })) {
        expect(spec.podFailurePolicy.rules[0].onPodConditions).toEqual(required ? [] : undefined);
      }
    });

  test('runs the program as a carrier', () => {
    expect(podOf(jobs[0]).containers[0].command).toEqual(['/toolbox/busybox', 'sh', '-c', expect.stringMatching(/^verified \/program [0-9a-f]{64}$/m), '/tmp/program/restore.sh', 'carry']);
  });
});

test('every prop is found again', () => {
  const chart = chartOf();
  new EtcdRestoreJob(chart, 'restore', allRestoreProps(chart));
  const jobs: any[] = chart.toJson().filter(({ kind }) => kind === 'Job');
  expect(jobs).toHaveLength(2);
  expect(envOf(jobs[0])).toMatchObject({
    OPERATION: '2026-11-21-lost-namespace.dry-run',
    SNAPSHOT: 'at:20261121T101501Z-r960',
    STAGED_FROM: '/backup',
    LOST: 'cp3',
    DRY_RUN: '1',
    READY_TIMEOUT: '300',
    STOP_TIMEOUT: '61',
    FINISH_TIMEOUT: '3600',
    API_SERVER_GRACE: '3',
    ACCEPT_CHANGED_KEYS: '1',
    MEMBERS: 'cp1=https://cp1:2379 cp2=https://cp2:2379',
  });
  expect(podOf(jobs[0]).containers[0].image).toBe('example.com/etcd:v3.6.8');
  expect(podOf(jobs[0]).containers[0].volumeMounts).toContainEqual({ mountPath: '/backup', name: 'backup', readOnly: true });
  expect(podOf(jobs[1]).containers[0].volumeMounts.map(({ mountPath }: any) => mountPath)).not.toContain('/backup');
  for (const { spec } of jobs) expect(spec).toMatchObject(ALL_JOB_RENDERED);
  expect(jobs[1].metadata.labels).toMatchObject({ 'team': 'platform', 'cdk8s-day2/role': 'follower' });
  expect(jobs[1].metadata.annotations).toMatchObject({ 'why': 'drill', 'cdk8s-day2/restore-id': once.restoreId, 'cdk8s-day2/expires': once.expires });
});

test('the Jobs can be reached, that of the holder first', () => {
  const chart = chartOf();
  const restore = new EtcdRestoreJob(chart, 'restore', { cluster: ha, volume: BackupVolume.fromHostPath(chart, 'v'), holder: 'cp2', ...once });
  expect(restore.jobs.map(({ name }) => name)).toEqual(chart.toJson().filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name));
  expect(restore.job).toBe(restore.jobs[0]);
});

test('a single control plane is the holder, and a claim is read by the first', () => {
  const chart = chartOf();
  const single = EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion, controlPlanes: ['cp1'] });
  expect(new EtcdRestoreJob(chart, 'one', { cluster: single, volume: BackupVolume.fromHostPath(chart, 'v'), ...once }).holder).toBe('cp1');
  const nfs = BackupVolume.fromNfs(chart, 'nfs', { server: 'nfs', path: '/backups' });
  expect(new EtcdRestoreJob(chart, 'three', { cluster: ha, volume: nfs, ...once }).holder).toBe('cp1');
});

test('another id is another Job', () => {
  const name = (restoreId: string) => render({ restoreId })[0].metadata.name;
  expect(name('first')).not.toBe(name('second'));
  expect(name('first')).toBe(name('first'));
});

describe('refused', () => {
  const external = EtcdCluster.external({ name: 'prod', endpoints: ['http://10.0.0.1:2379'], etcdVersion: EtcdVersion.of('3.6.5') });
  test.each<[string, Partial<EtcdRestoreJobProps>, string]>([
    ['an id that is no name', { restoreId: 'Lost_Namespace' }, 'restoreId must have 1 to 63 lower-case letters'],
    ['the id of a dry run', { restoreId: 'lost.dry-run' }, 'restoreId must not end in .dry-run, got "lost.dry-run": ids of dry runs end so by themselves'],
    ['a day instead of a time', { expires: '2026-11-22' }, 'expires must be a time in UTC such as 2026-11-22T00:00:00Z, got "2026-11-22"'],
    ['a month that is none', { expires: '2026-13-22T00:00:00Z' }, 'expires must be a time in UTC'],
    ['a host folder of nobody', { holder: undefined }, "holder must be set, as holder: 'cp1': the snapshot is in the folder /mnt/backup of one of cp1, cp2, cp3"],
    ['a holder that is a worker', { holder: 'w1' }, 'holder must be one of cp1, cp2, cp3, got "w1"'],
    ['a holder that is lost', { lostMembers: ['cp2'] }, 'holder must be one of cp1, cp3, got "cp2"'],
    ['a lost stranger', { lostMembers: ['cp4'] }, 'lostMembers must name only the control planes cp1, cp2, cp3, got "cp4"'],
    ['a lost quorum', { lostMembers: ['cp1', 'cp3'] }, 'lostMembers leaves 1 of 3 members, which have no quorum to decide with'],
    ['an external etcd', { cluster: external }, 'cluster prod has an external etcd, whose hosts no Job can reach'],
    ['no time at all', { readyTimeout: Duration.seconds(0) }, 'readyTimeout must be a whole number of seconds of at least 1'],
  ])('%s', (_, props, message) => {
    expect(() => render(props)).toThrow(message);
  });

  test.each([
    ['the name of no backup', () => SnapshotSource.at('latest'), 'snapshot must be the name of a backup such as 20261121T101501Z-r960, got "latest"'],
    ['a time of no zone', () => SnapshotSource.before('2026-11-21 10:00'), 'snapshot must be a time in UTC'],
    ['a file somewhere', () => SnapshotSource.file('snapshot.db'), 'snapshot must be an absolute path'],
  ])('%s', (_, source, message) => {
    expect(source).toThrow(message);
  });

  test('snapshots as the program takes them', () => {
    expect(SnapshotSource.before('2026-11-21T10:00:00Z')._value).toBe('before:2026-11-21T10:00:00Z');
    expect(SnapshotSource.file('/root/snapshot.db')._value).toBe('file:/root/snapshot.db');
  });
});
