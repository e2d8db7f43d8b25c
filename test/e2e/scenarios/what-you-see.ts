import { readFileSync, writeFileSync } from 'fs';
import assert from 'node:assert/strict';
import { join } from 'path';
import { Cron } from 'cdk8s';
import { EtcdSnapshotCronJob, EtcdSnapshotCronJobProps } from '../../../src/backup/etcd-snapshot-cron-job';
import { SnapshotNodes } from '../../../src/backup/snapshot-nodes';
import { ContainerImages } from '../../../src/cluster/container-images';
import { EtcdCertificates } from '../../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../../src/cluster/etcd-cluster';
import { KubernetesVersion } from '../../../src/cluster/kubernetes-version';
import { RegistryMirror } from '../../../src/cluster/registry-mirror';
import { BackupVolume } from '../../../src/storage/backup-volume';
import { fillDisk, mountDisk, removeDisk } from '../../lab/disk-faults';
import { kubeadmCluster, synthesized } from '../../support/e2e/chart';
import { failed, saved } from '../../support/e2e/job-run';
import { Kubernetes } from '../../support/e2e/kubernetes';
import { eventsOf, stateOf, Transcript } from '../../support/e2e/transcript';
import { Scenario } from '../scenario';
import { Stage } from '../stage';

const page = join(__dirname, '../../../docs/what-you-see.md');

/** A way to fail, and what of it is the same every time. */
interface Failure {
  readonly id: string;
  readonly title: string;
  readonly story: string;
  readonly props: (chart: ConstructorParameters<typeof EtcdSnapshotCronJob>[0], stage: Stage) => Partial<EtcdSnapshotCronJobProps>;
  /** What is said, by the program or by the event. */
  readonly says: RegExp;
  /** When the pod never runs: the reason of the event that tells so. */
  readonly event?: { readonly reason: string; readonly of: 'Pod' | 'Job' };
}

const kubeadm = ({ cluster, versions }: Stage) => ({
  name: 'prod', kubernetesVersion: KubernetesVersion.of(versions.kubernetes), controlPlanes: cluster.controlPlanes.map(({ name }) => name),
});

const failures: readonly Failure[] = [
  {
    id: 'full',
    title: 'The volume is full',
    says: /free space on the volume, keep fewer backups/,
    story: 'Nothing was written, and every earlier backup is as it was.',
    props: (chart) => ({ volume: BackupVolume.fromHostPath(chart, 'full-volume', { path: '/mnt/small' }) }),
  },
  {
    id: 'down',
    title: 'No member answers',
    says: /nothing listens there: check that etcd runs on that node/,
    story: 'Each member that was tried is named with its reason.',
    props: (_, stage) => ({ cluster: EtcdCluster.kubeadm({ ...kubeadm(stage), clientPort: 2399 }) }),
  },
  {
    id: 'certificate',
    title: 'etcd refuses the client certificate',
    says: /refuses the client certificate/,
    story: 'Here it is one that another authority has signed; an expired one looks the same.',
    props: (_, stage) => ({
      cluster: EtcdCluster.kubeadm({
        ...kubeadm(stage),
        certificates: EtcdCertificates.fromHostFolder('/etc/kubernetes/pki', {
          ca: 'etcd/ca.crt', cert: 'apiserver-kubelet-client.crt', key: 'apiserver-kubelet-client.key',
        }),
      }),
    }),
  },
  {
    id: 'unmounted',
    title: 'The disk is not mounted',
    says: /hostPath type check failed: \/mnt\/absent is not a directory/,
    story: 'With `mustExist: true` the pod waits for it, instead of filling the disk below.',
    props: (chart) => ({ volume: BackupVolume.fromHostPath(chart, 'unmounted-volume', { path: '/mnt/absent', mustExist: true }) }),
    event: { reason: 'FailedMount', of: 'Pod' },
  },
  {
    id: 'image',
    title: 'An image can\'t be pulled',
    says: /registry\.example\.com\/docker\.io\/library\/busybox/,
    story: 'The registry is down, or it lacks one of the images that `ContainerImages.listFor` names.',
    props: () => ({ images: ContainerImages.of({ mirror: RegistryMirror.keepingReference('registry.example.com') }) }),
    event: { reason: 'Failed', of: 'Pod' },
  },
  {
    id: 'refused',
    title: 'The namespace refuses the pod',
    says: /violates PodSecurity "restricted:latest"/,
    story: 'Here it enforces *restricted*, and the pod mounts folders of the host: [which label it needs](back-up.md#namespace). There is no pod to '
      + 'look at; the Job has the event.',
    props: () => ({}),
    event: { reason: 'FailedCreate', of: 'Job' },
  },
];

export const whatYouSee: Scenario = {
  group: 9,
  promise: 'kubectl shows what a run did, and of each failure the reason and the fix, as docs/what-you-see.md has it',
  run: async (stage) => {
    const kubernetes = new Kubernetes(stage.cluster, 'etcd-backup');
    stage.atTheEnd(() => kubernetes.clear());
    const [node] = stage.cluster.controlPlanes;
    stage.atTheEnd(() => node.run(['rm', '-rf', '/mnt/backup/prod']));
    await stage.loadImages(ContainerImages.defaults().listFor(kubeadmCluster(stage, 'prod')));
    await mountDisk(node, '/mnt/small', 64);
    stage.atTheEnd(() => removeDisk(node, '/mnt/small'));
    await fillDisk(node, '/mnt/small', 1024);
    await kubernetes.createNamespace();
    await kubernetes.apply(synthesized(kubernetes, (chart) => {
      const volume = BackupVolume.fromHostPath(chart, 'backups');
      for (const [id, props] of [['snapshots', {}], ...failures.map((failure) => [failure.id, failure.props(chart, stage)])] as const) {
        new EtcdSnapshotCronJob(chart, id as string, {
          cluster: kubeadmCluster(stage, 'prod'),
          volume,
          nodes: SnapshotNodes.named(node.name),
          schedule: Cron.schedule({ minute: '0', hour: '*/6' }),
          rounds: 1,
          backoffLimit: 0,
          ...props as object,
        });
      }
    }));

    const transcript = new Transcript(kubernetes, 'What you see', 'Real output, of a run that succeeds and of runs that fail, captured from a kubeadm '
      + `cluster of Kubernetes ${stage.versions.kubernetes} with etcd ${stage.versions.etcd}. \`[…]\` stands for what was left out.`);
    await success(kubernetes, transcript);
    transcript.heading('Runs that fail');
    for (const failure of failures) {
      stage.say(failure.title);
      await show(kubernetes, transcript, failure);
    }

    if (process.env.WRITE_DOCS) writeFileSync(page, `${transcript.page.trimEnd()}\n`);
    const written = readFileSync(page, 'utf8');
    const anew = 'docs/what-you-see.md is out of date: WRITE_DOCS=1 npm run e2e -- 9 writes it anew';
    assert.deepEqual(Transcript.headings(written), Transcript.headings(transcript.page), anew);
    for (const { says } of failures) assert.match(written, says, anew);
  },
};

async function success(kubernetes: Kubernetes, transcript: Transcript): Promise<void> {
  transcript.heading('A run that succeeds');
  const cronJob = await named(kubernetes, 'snapshots');
  await transcript.show(['create', 'job', `--from=cronjob/${cronJob}`, 'before-the-change']);
  saved(await kubernetes.ended('before-the-change'));
  // The other CronJobs are those that will fail.
  const own = (output: string) => output.split('\n').filter((line) => !failures.some(({ id }) => line.includes(`backups-${id}-`))).join('\n');
  await transcript.show(['get', 'cronjob,job,pod'], own);
  await transcript.show(['logs', 'job/before-the-change']);
  transcript.say('The last line of the log is the pod\'s termination message, too:');
  await transcript.show(['describe', 'pod', '-l', 'batch.kubernetes.io/job-name=before-the-change'], stateOf);
}

/** Shows one failure. Throws when it isn't told as it should be. */
async function show(kubernetes: Kubernetes, transcript: Transcript, { id, title, story, says, event }: Failure): Promise<void> {
  transcript.heading(title, 3);
  transcript.say(story);
  if (id === 'refused') await kubernetes.kubectl(['label', '--overwrite', 'namespace', 'etcd-backup', 'pod-security.kubernetes.io/enforce=restricted']);
  const job = `try-${id}`;
  const pods = ['pod', '-l', `batch.kubernetes.io/job-name=${job}`];
  await kubernetes.startJob(await named(kubernetes, id), job);
  if (event) await eventuallySays(kubernetes, job, event, says);
  else assert.match(failed(await kubernetes.ended(job)).fix, says);

  await transcript.show(['get', 'job', job]);
  if (event?.of !== 'Job') await transcript.show(['get', ...pods]);
  if (event === undefined) {
    await transcript.show(['logs', `job/${job}`]);
    await transcript.show(['describe', ...pods], stateOf);
    return;
  }
  await transcript.show(event.of === 'Job' ? ['describe', 'job', job] : ['describe', ...pods], eventsOf);
  await kubernetes.kubectl(['delete', 'job', job]);
}

async function eventuallySays(kubernetes: Kubernetes, job: string, { reason, of }: NonNullable<Failure['event']>, says: RegExp): Promise<void> {
  await kubernetes.eventually(`there is an event ${reason}`, async () => {
    const { items } = await kubernetes.get('events', '--field-selector', `reason=${reason},involvedObject.kind=${of}`);
    return items.some(({ involvedObject, message }: any) => involvedObject.name.startsWith(job) && says.test(message));
  }, 60);
}

/** The CronJob of a construct's id. */
async function named(kubernetes: Kubernetes, id: string): Promise<string> {
  const { items } = await kubernetes.get('cronjobs');
  return items.map(({ metadata }: any) => metadata.name).find((name: string) => name.startsWith(`backups-${id}-`));
}
