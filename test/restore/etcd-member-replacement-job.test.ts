import { App, Chart, Duration } from 'cdk8s';
import { ALL_JOB_RENDERED, allReplacementProps } from './restore-fixtures';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { EtcdMemberReplacementJob, EtcdMemberReplacementJobProps } from '../../src/restore/etcd-member-replacement-job';
import { Program } from '../../src/runtime/program';

const kubernetesVersion = KubernetesVersion.of('1.34.4');
const clusterOf = (...controlPlanes: string[]) => EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion, controlPlanes });
const once = { replacementId: '2026-11-21-cp3-disk', expires: '2026-11-22T00:00:00Z' };

function render(props: Partial<EtcdMemberReplacementJobProps> = {}): any[] {
  const chart = new Chart(new App(), 'etcd', { namespace: 'kube-system' });
  new EtcdMemberReplacementJob(chart, 'replacement', { cluster: clusterOf('cp1', 'cp2', 'cp3'), node: 'cp3', ...once, ...props });
  return chart.toJson();
}

const jobOf = (objects: any[]) => objects.find(({ kind }) => kind === 'Job');
const podOf = (job: any) => job.spec.template.spec;
const envOf = (job: any) => Object.fromEntries(podOf(job).containers[0].env.map(({ name, value }: any) => [name, value]));

test('the Job can be reached, as with constructs that have several', () => {
  const replacement = new EtcdMemberReplacementJob(new Chart(new App(), 'etcd'), 'replacement', { cluster: clusterOf('cp1', 'cp2', 'cp3'), node: 'cp3', ...once });
  expect(replacement.jobs).toEqual([replacement.job]);
});

describe('a member is replaced by one Job', () => {
  const job = jobOf(render());

  test('on the node of that member', () => {
    expect(podOf(job).affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms)
      .toEqual([{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['cp3'] }] }]);
    expect(envOf(job).SELF).toBe('cp3');
  });

  test('once, until a time, and knowing whom to ask', () => {
    expect(envOf(job)).toMatchObject({
      OPERATION: once.replacementId,
      EXPIRES: once.expires,
      MEMBERS: 'cp1=https://cp1:2379 cp2=https://cp2:2379 cp3=https://cp3:2379',
      READY_TIMEOUT: '60',
    });
  });

  test('whose pod carries the program to the host', () => {
    expect(podOf(job).containers[0].command).toEqual(['/toolbox/busybox', 'sh', '-c', expect.stringMatching(/^verified \/program [0-9a-f]{64}$/m), '/tmp/program/replace-member.sh', 'carry']);
    expect(podOf(job).hostPID).toBe(true);
    expect(podOf(job).automountServiceAccountToken).toBe(false);
    expect(podOf(job).volumes.filter(({ hostPath }: any) => hostPath).map(({ hostPath }: any) => hostPath.path)).toEqual(['/var/lib/cdk8s-day2']);
  });

  test('that says what it is', () => {
    for (const { metadata } of [job, job.spec.template]) {
      expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/name': 'etcd-member-replacement', 'app.kubernetes.io/instance': 'prod' });
      expect(metadata.annotations).toMatchObject({ 'cdk8s-day2/replacement-id': once.replacementId, 'cdk8s-day2/expires': once.expires });
    }
    expect(job.metadata.name).toMatch(/^etcd-replacement-cp3-/);
  });
});

test('the program has every file that it sources', () => {
  const { contents, files } = Program.REPLACE_MEMBER;
  const withSourced = (file: string): string[] =>
    [file, ...[...contents[file].matchAll(/^\. "\$here\/([a-z./-]+)"$/gm)].flatMap(([, sourced]) => withSourced(sourced))];
  expect(files.filter((file) => file.endsWith('.sh'))).toEqual(withSourced('replace-member.sh'));
});

test('every prop is found again', () => {
  const job = jobOf(render(allReplacementProps()));
  expect(envOf(job)).toMatchObject({ SELF: 'e', READY_TIMEOUT: '120', MEMBERS: expect.stringContaining('d=https://d:2379') });
  expect(podOf(job).containers[0].image).toBe('example.com/etcd:v3.6.8');
  expect(job.spec).toMatchObject(ALL_JOB_RENDERED);
  expect(job.metadata.labels).toMatchObject({ team: 'platform' });
  expect(job.metadata.annotations).toMatchObject({ why: 'disk failed' });
});

test('another id is another Job', () => {
  const name = (replacementId: string) => jobOf(render({ replacementId })).metadata.name;
  expect(name('first')).not.toBe(name('second'));
  expect(name('first')).toBe(name('first'));
});

describe('refused', () => {
  const external = EtcdCluster.external({ name: 'prod', endpoints: ['http://10.0.0.1:2379'], etcdVersion: EtcdVersion.of('3.6.5') });
  test.each<[string, Partial<EtcdMemberReplacementJobProps>, string]>([
    ['a worker', { node: 'w1' }, 'node must be one of the control planes cp1, cp2, cp3, got "w1"'],
    ['an id that is no name', { replacementId: 'Disk_1' }, 'replacementId must have 1 to 63 lower-case letters'],
    ['a day instead of a time', { expires: '2026-11-22' }, 'expires must be a time in UTC such as 2026-11-22T00:00:00Z, got "2026-11-22"'],
    ['no time at all', { readyTimeout: Duration.seconds(0) }, 'readyTimeout must be a whole number of seconds of at least 1'],
    ['the only member', { cluster: clusterOf('cp3') }, 'cluster prod must have at least 3 members, got 1:'],
    ['one of two members', { cluster: clusterOf('cp1', 'cp3') }, 'use EtcdRestoreJob instead'],
    ['an external etcd', { cluster: external }, "run replace-member.sh on the member's host by hand"],
  ])('%s', (_, props, message) => {
    expect(() => render(props)).toThrow(message);
  });
});
