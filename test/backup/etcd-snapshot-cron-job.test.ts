import { Cron, Size, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { allCronJobProps, chart, external, stacked } from './snapshot-fixtures';
import { all, environmentOf, mountOf, nodesOf, only, podOf, templateOf } from './synthesized';
import { reviewed } from '../../examples/reviewed';
import { EtcdSnapshotCronJob } from '../../src/backup/etcd-snapshot-cron-job';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { BackupVolume } from '../../src/storage/backup-volume';

const schedule = Cron.schedule({ minute: '0', hour: '*/6' });

describe('all the props', () => {
  const scope = chart('backup');
  new EtcdSnapshotCronJob(scope, 'snapshots', allCronJobProps(scope));
  const cronJob = only(scope, 'CronJob');
  const job = cronJob.spec.jobTemplate;
  const pod = podOf(cronJob);
  const env = environmentOf(cronJob);

  test('schedule, time zone, starting deadline and suspend say when a run begins', () => {
    expect(cronJob.spec).toMatchObject({ schedule: '15 */4 * * *', timeZone: 'Europe/Berlin', startingDeadlineSeconds: 1800, suspend: true });
  });

  test('successful and failed Jobs stay as many as asked for', () => {
    expect(cronJob.spec).toMatchObject({ successfulJobsHistoryLimit: 2, failedJobsHistoryLimit: 5 });
  });

  test('deadline and backoff limit are the Job\'s', () => {
    expect(job.spec).toMatchObject({ activeDeadlineSeconds: 1200, backoffLimit: 1 });
  });

  test('the program is told the cluster, the time-out, the rounds and the free space', () => {
    expect(env).toMatchObject({ CLUSTER: 'prod', BACKUP_ROOT: '/backup', SNAPSHOT_TIMEOUT: '420', ROUNDS: '5', MINIMUM_FREE: String(3 * 1024 ** 3) });
  });

  test('the pod is pinned to the node, whose own member is asked first', () => {
    expect(nodesOf(cronJob)).toEqual(['cp2']);
    expect(env.ENDPOINTS).toBe('https://127.0.0.1:2379 https://cp1:2379 https://cp3:2379');
  });

  test('backups go to the volume', () => {
    expect(mountOf(cronJob, 'backup')).toEqual({ source: { hostPath: { path: '/srv/backups', type: 'Directory' } }, path: '/backup', readOnly: false });
  });

  test('the PKI is mounted from its folder, read-only, and the program is told where', () => {
    expect(mountOf(cronJob, 'pki')).toEqual({ source: { hostPath: { path: '/srv/pki', type: 'Directory' } }, path: '/pki', readOnly: true });
    expect(env.PKI).toBe('/pki');
  });

  test('the encryption configuration and what is public of the PKI are mounted file by file, for their fingerprints', () => {
    const file = (hostPath: string, path: string) => ({ source: { hostPath: { path: hostPath, type: 'File' } }, path, readOnly: true });
    expect(mountOf(cronJob, 'fingerprint-ca-crt')).toEqual(file('/srv/pki/ca.crt', '/fingerprints/ca.crt'));
    expect(mountOf(cronJob, 'fingerprint-sa-pub')).toEqual(file('/srv/pki/sa.pub', '/fingerprints/sa.pub'));
    expect(mountOf(cronJob, 'fingerprint-encryption-config')).toEqual(file('/srv/encryption.yaml', '/fingerprints/encryption-config'));
    expect(env.FINGERPRINTS).toBe('/fingerprints');
  });

  test('the break-glass kit is kept beside the backups', () => {
    expect(env.KIT_DIGEST).toMatch(/^[0-9a-f]{8}$/);
  });

  test('the retention is told to the program, and to the reviewer in words', () => {
    expect(env).toMatchObject({ KEEP_LAST: '2', KEEP_MONTHLY: '6' });
    expect(Object.keys(env).filter((name) => name.startsWith('KEEP_'))).toEqual(['KEEP_LAST', 'KEEP_MONTHLY']);
    expect(cronJob.metadata.annotations['cdk8s-day2/retention']).toBe('keeps the last 2, 6 monthly');
  });

  test('resources are those of the container that takes the snapshot', () => {
    expect(pod.containers[0].resources).toEqual({ requests: { cpu: '200m', memory: '100Mi' }, limits: { cpu: '1000m', memory: '1024Mi' } });
  });

  test('labels reach the CronJob, its Jobs and their pods, beside the standard ones', () => {
    const labels = {
      'app.kubernetes.io/name': 'etcd-snapshot', 'app.kubernetes.io/instance': 'prod', 'app.kubernetes.io/managed-by': 'cdk8s-day2', 'team': 'platform',
    };
    expect(cronJob.metadata.labels).toEqual(labels);
    expect(job.metadata.labels).toEqual(labels);
    expect(templateOf(cronJob).metadata.labels).toMatchObject(labels);
  });

  test('annotations reach the CronJob and its pods', () => {
    const annotations = { 'cdk8s-day2/retention': 'keeps the last 2, 6 monthly', 'example.com/runbook': 'https://example.com/etcd' };
    expect(cronJob.metadata.annotations).toEqual(annotations);
    expect(templateOf(cronJob).metadata.annotations).toMatchObject(annotations);
  });

  test('every image comes from the mirror, by the pull policy and with the pull secrets', () => {
    expect([...pod.initContainers, ...pod.containers].map(({ image, imagePullPolicy }: any) => [image, imagePullPolicy])).toEqual([
      ['registry.example.com/library/busybox:1.37.0-musl', 'Never'],
      ['registry.example.com/etcd:3.6.5-0', 'Never'],
    ]);
    expect(pod.imagePullSecrets).toEqual([{ name: 'registry' }]);
  });

  test('the priority class is the pod\'s', () => {
    expect(pod.priorityClassName).toBe('system-node-critical');
  });

  test('the manifests are those that were reviewed', () => {
    expect(reviewed(Testing.synth(scope))).toMatchSnapshot();
  });
});

describe('the fewest props', () => {
  const scope = chart();
  const snapshots = new EtcdSnapshotCronJob(scope, 'snapshots', { cluster: stacked('cp1'), volume: BackupVolume.fromHostPath(scope, 'backups'), schedule });
  const cronJob = only(scope, 'CronJob');

  test('a run may begin an hour late, never two at once, and some Jobs stay to be looked at', () => {
    expect(cronJob.spec).toMatchObject({
      startingDeadlineSeconds: 3600, concurrencyPolicy: 'Forbid', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 3,
    });
    expect(cronJob.spec).not.toHaveProperty('timeZone');
  });

  test('a run ends within an hour and is tried three times', () => {
    expect(cronJob.spec.jobTemplate.spec).toMatchObject({ activeDeadlineSeconds: 3600, backoffLimit: 2 });
    expect(environmentOf(cronJob)).toMatchObject({ SNAPSHOT_TIMEOUT: '600', ROUNDS: '3' });
  });

  test('the free space that is needed is left to the program, which knows the size of the database', () => {
    expect(environmentOf(cronJob)).not.toHaveProperty('MINIMUM_FREE');
  });

  test('no private key of the control plane reaches the volume', () => {
    expect(environmentOf(cronJob)).not.toHaveProperty('PKI');
    expect(mountOf(cronJob, 'pki')).toBeUndefined();
  });

  test('the retention is the recommended one, not one that fills the disk', () => {
    expect(snapshots.retention.description).toBe('keeps the last 4, 24 hourly, 7 daily, 4 weekly');
    expect(environmentOf(cronJob)).toMatchObject({ KEEP_LAST: '4', KEEP_HOURLY: '24', KEEP_DAILY: '7', KEEP_WEEKLY: '4' });
  });

  test('neither priority class nor pull secrets are made up', () => {
    expect(podOf(cronJob)).not.toHaveProperty('priorityClassName');
    expect(podOf(cronJob)).not.toHaveProperty('imagePullSecrets');
  });

  test('the only control plane is where the pod comes', () => {
    expect(nodesOf(cronJob)).toEqual(['cp1']);
  });
});

describe('the control planes', () => {
  test('with a volume that any of them can mount, the pod may come to each', () => {
    const scope = chart();
    const volume = BackupVolume.fromNfs(scope, 'backups', { server: 'nas', path: '/export' });
    new EtcdSnapshotCronJob(scope, 'snapshots', { cluster: stacked('cp1', 'cp2', 'cp3'), volume, schedule });
    expect(nodesOf(only(scope, 'CronJob'))).toEqual(['cp1', 'cp2', 'cp3']);
    expect(environmentOf(only(scope, 'CronJob')).ENDPOINTS).toBe('https://127.0.0.1:2379 https://cp1:2379 https://cp2:2379 https://cp3:2379');
  });

  describe('with everyMember', () => {
    const scope = chart();
    const volume = BackupVolume.fromHostPath(scope, 'backups');
    const snapshots = new EtcdSnapshotCronJob(scope, 'snapshots', { cluster: stacked('cp1', 'cp2', 'cp3'), volume, schedule, nodes: SnapshotNodes.everyMember() });

    test('each has a CronJob of its own, which begins with its own member', () => {
      expect(all(scope, 'CronJob').map((cronJob) => [nodesOf(cronJob), environmentOf(cronJob).ENDPOINTS])).toEqual([
        [['cp1'], 'https://127.0.0.1:2379 https://cp2:2379 https://cp3:2379'],
        [['cp2'], 'https://127.0.0.1:2379 https://cp1:2379 https://cp3:2379'],
        [['cp3'], 'https://127.0.0.1:2379 https://cp1:2379 https://cp2:2379'],
      ]);
    });

    test('they are at hand in the order of the control planes', () => {
      expect(snapshots.cronJobs.map(({ name }) => name)).toEqual(all(scope, 'CronJob').map(({ metadata }) => metadata.name));
      expect(snapshots.cronJob).toBe(snapshots.cronJobs[0]);
      snapshots.cronJobs.forEach(({ name }, i) => expect(name).toContain(`snapshots-cp${i + 1}`));
    });

    test('they share one program, and one break-glass kit', () => {
      // The kit's program is in three.
      expect(all(scope, 'ConfigMap')).toHaveLength(5);
      expect(new Set(all(scope, 'CronJob').map((cronJob) => environmentOf(cronJob).KIT_DIGEST)).size).toBe(1);
    });
  });

  test('with everyMember, nodes whose names have dots give names that Kubernetes takes', () => {
    const scope = chart();
    const names = ['ip-10-0-1-10.eu-central-1.compute.internal', 'ip-10-0-1-11.eu-central-1.compute.internal', 'cp.example.com'];
    new EtcdSnapshotCronJob(scope, 'snapshots', { cluster: stacked(...names), volume: BackupVolume.fromHostPath(scope, 'backups'), schedule, nodes: SnapshotNodes.everyMember() });
    for (const { metadata } of all(scope, 'CronJob')) {
      expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?$/);
    }
    expect(all(scope, 'CronJob').map(nodesOf)).toEqual(names.map((name) => [name]));
  });
});

describe('an external etcd', () => {
  test('is saved from any node, through its endpoints', () => {
    const scope = chart('backup');
    const volume = BackupVolume.fromPersistentVolumeClaim(scope, 'backups', kplus.PersistentVolumeClaim.fromClaimName(scope, 'claim', 'backups'));
    new EtcdSnapshotCronJob(scope, 'snapshots', { cluster: external(), volume, schedule });
    const cronJob = only(scope, 'CronJob');
    expect(nodesOf(cronJob)).toEqual([]);
    expect(podOf(cronJob)).not.toHaveProperty('tolerations');
    expect(environmentOf(cronJob).ENDPOINTS).toBe('https://10.0.0.1:2379 https://10.0.0.2:2379 https://10.0.0.3:2379');
  });

  test('may be saved onto the folder of one node', () => {
    const scope = chart();
    const volume = BackupVolume.fromHostPath(scope, 'backups');
    new EtcdSnapshotCronJob(scope, 'snapshots', { cluster: external(), volume, schedule, nodes: SnapshotNodes.named('storage-1') });
    expect(nodesOf(only(scope, 'CronJob'))).toEqual(['storage-1']);
  });
});

describe('what is written', () => {
  const build = (namespace?: string) => {
    const scope = chart(namespace);
    new EtcdSnapshotCronJob(scope, 'snapshots', allCronJobProps(scope));
    return scope;
  };

  test('is the same bytes every time', () => {
    const once = build('backup');
    expect(JSON.stringify(Testing.synth(build('backup')))).toBe(JSON.stringify(Testing.synth(once)));
    expect(JSON.stringify(Testing.synth(once))).toBe(JSON.stringify(Testing.synth(once)));
  });

  test('differs by the chart\'s namespace in that alone', () => {
    const without = Testing.synth(build());
    expect(Testing.synth(build('backup'))).toEqual(without.map((object) => ({ ...object, metadata: { ...object.metadata, namespace: 'backup' } })));
    without.forEach(({ metadata }) => expect(metadata).not.toHaveProperty('namespace'));
  });
});

test('the free space is told in whole bytes, rounded up', () => {
  const scope = chart();
  new EtcdSnapshotCronJob(scope, 'snapshots', {
    cluster: stacked('cp1'), volume: BackupVolume.fromHostPath(scope, 'backups'), schedule, minimumFreeSpace: Size.kibibytes(1.3),
  });
  expect(environmentOf(only(scope, 'CronJob')).MINIMUM_FREE).toBe('1332');
});

test('the workload is there to be reached, as a construct of cdk8s-plus', () => {
  const scope = chart();
  const snapshots = new EtcdSnapshotCronJob(scope, 'snapshots', { cluster: stacked('cp1'), volume: BackupVolume.fromHostPath(scope, 'backups'), schedule });
  snapshots.cronJob.metadata.addAnnotation('example.com/owner', 'platform');
  expect(only(scope, 'CronJob').metadata.annotations).toMatchObject({ 'example.com/owner': 'platform', 'cdk8s-day2/retention': snapshots.retention.description });
});
