import { readFileSync } from 'fs';
import { join } from 'path';
import { Chart, Cron, Testing } from 'cdk8s';
import { EtcdSnapshotCronJob } from '../../src/backup/etcd-snapshot-cron-job';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { EtcdMemberReplacementJob } from '../../src/restore/etcd-member-replacement-job';
import { EtcdRestoreJob } from '../../src/restore/etcd-restore-job';
import { SnapshotSource } from '../../src/restore/snapshot-source';
import { BackupVolume } from '../../src/storage/backup-volume';

const kubeadm = readFileSync(join(__dirname, '..', 'cluster', 'fixtures', 'kubeadm-1.31.yaml'), 'utf8');
const words = [...kubeadm.matchAll(/^ {4}- (etcd|--\S+)$/gm)].map(([, word]) => word);
const once = { expires: '2026-11-22T00:00:00Z' };

const replaced = (wanted: string | RegExp, by: string) => {
  const edited = kubeadm.replace(wanted, by);
  expect(edited).not.toBe(kubeadm);
  return edited;
};
const command = /command:\n(?: +- .*\n)+/;

describe('a cluster whose machines would refuse a restore', () => {
  test.each<[string, () => string, RegExp]>([
    ['has its log apart', () => replaced('    - --name=', '    - --wal-dir=/var/lib/wal\n    - --name='), /--wal-dir=\/var\/lib\/wal can't be swapped/],
    ['starts etcd by a shell', () => replaced(command, `command: [sh, -c, "exec ${words.join(' ')}"]\n`), /sh starts etcd/],
    ['mounts a volume below the data', () => replaced('    volumeMounts:\n', '    volumeMounts:\n    - mountPath: /var/lib/etcd/member/wal\n      name: etcd-data\n'),
      /mounted at \/var\/lib\/etcd\/member\/wal/],
    ['is not on the host\'s network', () => replaced('hostNetwork: true', 'hostNetwork: false'), /hostNetwork is not true/],
    ['says by a variable whom etcd joins', () => replaced('    image:', '    env: [{name: ETCD_INITIAL_CLUSTER_STATE, value: new}]\n    image:'),
      /the variable ETCD_INITIAL_CLUSTER_STATE/],
    ['has several members and its command in flow style', () => replaced(command, `command: [${words.map((word) => `"${word}"`).join(', ')}]\n`), /in flow style/],
    ['is written with anchors', () => replaced('  namespace: kube-system\n', '  namespace: &a kube-system\n  generateName: *a\n'), /anchors/],
  ])('%s: it says so when the chart is synthesized', (_, manifest, message) => {
    const cluster = EtcdCluster.fromStaticPodManifest(manifest(), { name: 'prod' });
    const chart = new Chart(Testing.app(), 'restore');
    const volume = BackupVolume.fromHostPath(chart, 'backups');
    const node = 'cp3';
    expect(() => new EtcdRestoreJob(chart, 'restore', { cluster, volume, holder: node, restoreId: 'once', snapshot: SnapshotSource.latest(), ...once }))
      .toThrow(message);
    expect(() => new EtcdMemberReplacementJob(chart, 'replacement', { cluster, node, replacementId: 'once', ...once })).toThrow(message);

    // A backup can be taken all the same, and of the kit beside it is said what it can't do.
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    new EtcdSnapshotCronJob(chart, 'snapshots', { cluster, volume, nodes: SnapshotNodes.named(node), schedule: Cron.schedule({ minute: '0' }) });
    expect(warn.mock.calls.join()).toMatch(message);
    warn.mockRestore();
  });

  test('what kubeadm writes is none of them', () => {
    const cluster = EtcdCluster.fromStaticPodManifest(kubeadm, { name: 'prod' });
    const chart = new Chart(Testing.app(), 'restore');
    expect(() => new EtcdMemberReplacementJob(chart, 'replacement', { cluster, node: 'cp3', replacementId: 'once', ...once })).not.toThrow();
  });

  test('a command line with the log apart', () => {
    const commandLine = [...words, '--wal-dir=/var/lib/wal'].join(' ');
    const cluster = EtcdCluster.fromCommandLine(commandLine, { name: 'prod', image: 'registry.k8s.io/etcd:3.5.15-0' });
    const chart = new Chart(Testing.app(), 'restore');
    expect(() => new EtcdMemberReplacementJob(chart, 'replacement', { cluster, node: 'cp3', replacementId: 'once', ...once })).toThrow(/--wal-dir/);
  });
});
