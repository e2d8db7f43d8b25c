import { Chart, Cron, Names, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import * as fc from 'fast-check';
import { EtcdSnapshotCronJob } from '../../src/backup/etcd-snapshot-cron-job';
import { EtcdSnapshotJob } from '../../src/backup/etcd-snapshot-job';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { EtcdMemberReplacementJob } from '../../src/restore/etcd-member-replacement-job';
import { EtcdRestoreJob } from '../../src/restore/etcd-restore-job';
import { objectName } from '../../src/runtime/object-name';
import { BackupVolume } from '../../src/storage/backup-volume';

const VALID = /^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const once = { expires: '2026-11-22T00:00:00Z' };

/** A scope as the constructs have theirs. */
const scope = () => new Construct(new Chart(Testing.app(), 'restore'), 'restore');

function namesOf(nodes: string[], build: (chart: Chart, cluster: EtcdCluster, volume: BackupVolume) => unknown): string[] {
  const chart = new Chart(Testing.app(), 'restore', { namespace: 'backup' });
  const cluster = EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes: nodes });
  build(chart, cluster, BackupVolume.fromHostPath(chart, 'backups'));
  return Testing.synth(chart).map(({ metadata }) => metadata.name);
}

describe.each<[string, (chart: Chart, cluster: EtcdCluster, volume: BackupVolume) => unknown]>([
  ['an EtcdRestoreJob', (chart, cluster, volume) => new EtcdRestoreJob(chart, 'restore', {
    ...once, cluster, volume, restoreId: 'a', holder: cluster.controlPlanes[0],
  })],
  ['an EtcdMemberReplacementJob', (chart, cluster) => new EtcdMemberReplacementJob(chart, 'replacement', {
    ...once, cluster, replacementId: 'a', node: cluster.controlPlanes[2],
  })],
  ['an EtcdSnapshotJob of every member', (chart, cluster, volume) => new EtcdSnapshotJob(chart, 'snapshot', { cluster, volume, nodes: SnapshotNodes.everyMember() })],
])('%s', (_, build) => {
  test('has valid names, each once, on nodes whose long names are cut at a dot', () => {
    for (const label of ['a', 'node', 'ip-10-0-12-34']) {
      for (let dots = 1; dots <= 5; dots++) {
        for (let length = 1; length <= 14; length++) {
          const names = namesOf([1, 2, 3].map((i) => `${label}${i}${`.${'x'.repeat(length)}`.repeat(dots)}`), build);
          expect(names.filter((name) => !VALID.test(name))).toEqual([]);
          expect(new Set(names).size).toBe(names.length);
        }
      }
    }
  });
});

test('a name that is valid stays as cdk8s makes it, and one that isn\'t becomes valid, and the same each time', () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,12}[a-z0-9])?$/);
  fc.assert(fc.property(fc.array(label, { minLength: 1, maxLength: 9 }), fc.stringMatching(/^[0-9a-f]{8}$/), (labels, digest) => {
    const node = labels.join('.');
    const made = Names.toDnsLabel(scope(), { extra: [node, digest] });
    const name = objectName(scope(), node, digest);
    expect(name).toMatch(VALID);
    if (VALID.test(made)) expect(name).toBe(made);
    expect(objectName(scope(), node, digest)).toBe(name);
  }));
});

test('a cut at a dot leaves the digest and the hash, by which names differ', () => {
  const node = `${'x'.repeat(44)}.example.com`;
  expect(Names.toDnsLabel(scope(), { extra: [node, '0a1b2c3d'] })).toMatch(/\.-0a1b2c3d-/);
  expect(objectName(scope(), node, '0a1b2c3d')).toMatch(/^x{44}-0a1b2c3d-[0-9a-z]{8}$/);
});

test('nodes that differ in a dot and a hyphen have CronJobs of their own, and the plain one keeps its name', () => {
  const build = (chart: Chart, cluster: EtcdCluster, volume: BackupVolume) =>
    new EtcdSnapshotCronJob(chart, 'snapshots', { cluster, volume, nodes: SnapshotNodes.everyMember(), schedule: Cron.daily() });
  const names = namesOf(['cp-1.a', 'cp-1-a', 'cp.1.a'], build);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !VALID.test(name))).toEqual([]);
  expect(names).toContain(namesOf(['cp-1-a', 'cp2', 'cp3'], build).find((name) => name.includes('cp-1-a')));
});

test('a node whose name looks like the id of another one\'s pod is restored, too', () => {
  expect(namesOf(['cp1', 'cp1-pod', 'cp2'], (chart, cluster, volume) => new EtcdRestoreJob(chart, 'restore', {
    ...once, cluster, volume, restoreId: 'a', holder: 'cp1',
  })).filter((name) => name.startsWith('restore-cp1'))).toHaveLength(2);
});
