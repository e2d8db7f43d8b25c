import { Duration, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { allJobProps, chart, stacked } from './snapshot-fixtures';
import { all, environmentOf, mountOf, nodesOf, only, podOf, templateOf } from './synthesized';
import { reviewed } from '../../examples/reviewed';
import { EtcdSnapshotJob, EtcdSnapshotJobProps } from '../../src/backup/etcd-snapshot-job';
import { RetentionPolicy } from '../../src/backup/retention-policy';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { BackupVolume } from '../../src/storage/backup-volume';
import { withNodeFiles } from '../support/with-node-files';

describe('all the props', () => {
  const scope = chart('backup');
  new EtcdSnapshotJob(scope, 'snapshot', allJobProps(scope));
  const job = only(scope, 'Job');
  const pod = podOf(job);
  const env = environmentOf(job);

  test('the finished Job goes after its time to live', () => {
    expect(job.spec.ttlSecondsAfterFinished).toBe(2 * 24 * 3600);
  });

  test('deadline and backoff limit are the Job\'s', () => {
    expect(job.spec).toMatchObject({ activeDeadlineSeconds: 1200, backoffLimit: 1 });
  });

  test('the program is told the cluster, the time-out, the rounds, the free space, the PKI and the retention', () => {
    expect(env).toMatchObject({
      CLUSTER: 'prod', SNAPSHOT_TIMEOUT: '420', ROUNDS: '5', MINIMUM_FREE: String(3 * 1024 ** 3), PKI: '/pki', KEEP_LAST: '2', KEEP_MONTHLY: '6',
    });
    expect(mountOf(job, 'pki')).toEqual({ source: { hostPath: { path: '/srv/pki', type: 'Directory' } }, path: '/pki', readOnly: true });
  });

  test('the pod is pinned to the node, and writes to the volume', () => {
    expect(nodesOf(job)).toEqual(['cp2']);
    expect(env.ENDPOINTS).toBe('https://127.0.0.1:2379 https://cp1:2379 https://cp3:2379');
    expect(mountOf(job, 'backup')).toEqual({ source: { hostPath: { path: '/srv/backups', type: 'Directory' } }, path: '/backup', readOnly: false });
  });

  test('resources, priority, images, pull policy and pull secrets are the pod\'s', () => {
    expect(pod.containers[0].resources).toEqual({ requests: { cpu: '200m', memory: '100Mi' }, limits: { cpu: '1000m', memory: '1024Mi' } });
    expect(pod.priorityClassName).toBe('system-node-critical');
    expect(pod.imagePullSecrets).toEqual([{ name: 'registry' }]);
    expect([...pod.initContainers, ...pod.containers].map(({ image, imagePullPolicy }: any) => [image, imagePullPolicy])).toEqual([
      ['registry.example.com/library/busybox:1.37.0-musl', 'Never'],
      ['registry.example.com/etcd:3.6.5-0', 'Never'],
    ]);
  });

  test('labels and annotations reach the Job and its pods', () => {
    for (const { metadata } of [job, templateOf(job)]) {
      expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/instance': 'prod', 'team': 'platform' });
      expect(metadata.annotations).toMatchObject({ 'cdk8s-day2/retention': 'keeps the last 2, 6 monthly', 'example.com/runbook': 'https://example.com/etcd' });
    }
  });

  test('what cdk8s-plus can\'t render is there all the same', () => {
    expect(pod.enableServiceLinks).toBe(false);
    expect(pod.containers[0].terminationMessagePolicy).toBe('FallbackToLogsOnError');
  });

  test('the manifests are those that were reviewed', () => {
    expect(reviewed(Testing.synth(scope).map(withoutDigest))).toMatchSnapshot();
  });
});

/** The Job's name changes with the program, too. */
function withoutDigest(object: any): any {
  return object.kind === 'Job' ? { ...object, metadata: { ...object.metadata, name: object.metadata.name.replace(/-[0-9a-f]{8}-[0-9a-z]{8}$/, '-<digest>') } } : object;
}

/** The manifest of a Job with these props beside the fewest. */
function jobWith(props: Partial<EtcdSnapshotJobProps> = {}, namespace?: string): any {
  const scope = chart(namespace);
  new EtcdSnapshotJob(scope, 'snapshot', { cluster: stacked('cp1'), volume: BackupVolume.fromHostPath(scope, 'backups'), ...props });
  return only(scope, 'Job');
}

describe('the fewest props', () => {
  test('the Job stays for a week', () => {
    expect(jobWith().spec.ttlSecondsAfterFinished).toBe(7 * 24 * 3600);
  });

  test('no backup is deleted', () => {
    const env = environmentOf(jobWith());
    expect(Object.entries(env).filter(([name]) => name.startsWith('KEEP_'))).toEqual([['KEEP_ALL', '1']]);
    expect(jobWith().metadata.annotations['cdk8s-day2/retention']).toBe('keeps all backups');
  });
});

describe('the name', () => {
  const nameOf = (props?: Partial<EtcdSnapshotJobProps>) => jobWith(props).metadata.name;
  const unchanged = nameOf();

  test('carries a digest, and tells which Job it is', () => {
    expect(unchanged).toMatch(/^platform-snapshot-[0-9a-f]{8}-/);
  });

  test('stays while the content does, so that applying it again takes no second snapshot', () => {
    expect(nameOf()).toBe(unchanged);
    // The same settings, written in another way.
    expect(nameOf({ snapshotTimeout: Duration.seconds(600), backoffLimit: 2, nodes: SnapshotNodes.anyControlPlane() })).toBe(unchanged);
  });

  test.each<[string, Partial<EtcdSnapshotJobProps>]>([
    ['the cluster', { cluster: stacked('cp9') }],
    ['the time-out', { snapshotTimeout: Duration.minutes(11) }],
    ['an annotation, the way to ask for another snapshot', { annotations: { 'example.com/before': 'upgrade to 1.35' } }],
    ['a label', { labels: { team: 'platform' } }],
    ['the time to live', { ttlAfterFinished: Duration.days(8) }],
    ['the priority class, which is patched in', { priorityClassName: 'system-node-critical' }],
    ['the retention', { retention: RetentionPolicy.keepLast(3) }],
    ['the PKI', { includePki: true }],
    ['the encryption configuration', { cluster: withNodeFiles(stacked('cp1'), { encryptionConfigFile: '/etc/kubernetes/enc.yaml' }) }],
    ['the break-glass kit', { breakGlassKit: false }],
  ])('changes with %s', (_, props) => {
    expect(nameOf(props)).not.toBe(unchanged);
  });

  test('has no more than the 63 characters that a Job may have', () => {
    const scope = chart();
    const names = ['ip-10-0-1-10.eu-central-1.compute.internal', 'ip-10-0-1-11.eu-central-1.compute.internal', 'ip-10-0-1-12.eu-central-1.compute.internal'];
    new EtcdSnapshotJob(scope, 'a-snapshot-before-the-upgrade', {
      cluster: stacked(...names), volume: BackupVolume.fromHostPath(scope, 'backups'), nodes: SnapshotNodes.everyMember(),
    });
    const jobs = all(scope, 'Job').map(({ metadata }) => metadata.name);
    expect(new Set(jobs).size).toBe(3);
    jobs.forEach((name) => expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/));
  });
});

test('the namespace is the chart\'s', () => {
  expect(jobWith({}, 'backup').metadata.namespace).toBe('backup');
  expect(jobWith().metadata).not.toHaveProperty('namespace');
});

test('with everyMember, each control plane has a Job, in their order', () => {
  const scope = chart();
  const snapshot = new EtcdSnapshotJob(scope, 'snapshot', {
    cluster: stacked('cp1', 'cp2', 'cp3'), volume: BackupVolume.fromHostPath(scope, 'backups'), nodes: SnapshotNodes.everyMember(),
  });
  expect(all(scope, 'Job').map(nodesOf)).toEqual([['cp1'], ['cp2'], ['cp3']]);
  expect(snapshot.jobs.map(({ name }) => name)).toEqual(all(scope, 'Job').map(({ metadata }) => metadata.name));
  expect(snapshot.job).toBe(snapshot.jobs[0]);
});

test('the same chart gives the same bytes', () => {
  const build = () => {
    const scope = chart();
    new EtcdSnapshotJob(scope, 'snapshot', allJobProps(scope));
    return JSON.stringify(Testing.synth(scope));
  };
  expect(build()).toBe(build());
});

test('the node that was chosen can\'t be overruled unseen', () => {
  const scope = chart();
  const { job } = new EtcdSnapshotJob(scope, 'snapshot', { cluster: stacked('cp1'), volume: BackupVolume.fromHostPath(scope, 'backups') });
  expect(scope.node.findAll().flatMap((construct) => construct.node.validate())).toEqual([]);
  job.scheduling.assign(kplus.Node.named('worker-1'));
  expect(scope.node.findAll().flatMap((construct) => construct.node.validate())).toEqual([
    'the node is chosen already (cp1): use the construct\'s own props to choose it, not scheduling.assign, attract, colocate or separate',
  ]);
});
