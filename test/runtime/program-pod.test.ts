import { ApiObject, Chart, Cron, JsonPatch, Testing } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { ContainerImages } from '../../src/cluster/container-images';
import { Program } from '../../src/runtime/program';
import { ProgramPart } from '../../src/runtime/program-part';
import { ProgramPod, ProgramPodProps, standardLabels } from '../../src/runtime/program-pod';
import { Rights } from '../../src/runtime/rights';
import { Toolbox } from '../../src/runtime/toolbox';
import { BackupVolume } from '../../src/storage/backup-volume';

const part: ProgramPart = {
  program: Program.ETCD_SNAPSHOT,
  image: 'registry.k8s.io/etcd:3.6.5-0',
  env: { CLUSTER: kplus.EnvValue.fromValue('prod') },
  rights: Rights.NONE,
  resources: {},
};

function podWith(scope: Chart, changes: Partial<ProgramPodProps>): ProgramPod {
  return new ProgramPod(scope, {
    parts: [part], images: ContainerImages.defaults(), hostNetwork: false, nodes: [], labels: {}, annotations: {}, ...changes,
  });
}

/** A Job whose pod is as the given props say. */
function jobWith(changes: Partial<ProgramPodProps> = {}): { readonly chart: Chart; readonly job: kplus.Job } {
  const chart = new Chart(Testing.app(), 'platform');
  return { chart, job: podWith(chart, changes).jobIn(chart, 'job', {}) };
}

const podOf = (chart: Chart) => Testing.synth(chart).find(({ kind }) => kind === 'Job').spec.template.spec;
const objections = (chart: Chart) => chart.node.findAll().flatMap((construct) => construct.node.validate());

test('the pod names nothing that the API server drops, or every apply would change the workload anew', () => {
  const scope = new Chart(Testing.app(), 'elsewhere');
  const claim = kplus.PersistentVolumeClaim.fromClaimName(scope, 'claim', 'backups');
  const { volume } = BackupVolume.fromPersistentVolumeClaim(scope, 'volume', claim);
  const pod = podOf(jobWith({ parts: [{ ...part, mounts: [{ volume, path: '/backup' }] }] }).chart);
  expect(pod).not.toHaveProperty('hostNetwork');
  expect(pod.volumes.find(({ name }: any) => name === 'backup')).toEqual({ name: 'backup', persistentVolumeClaim: { claimName: 'backups' } });
});

describe('the choice of the node', () => {
  test('is among the given ones, by their names', () => {
    const terms = podOf(jobWith({ nodes: ['cp1', 'cp2'] }).chart).affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
    // Terms are alternatives, and a field takes exactly one value.
    expect(terms).toEqual(['cp1', 'cp2'].map((name) => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] })));
  });

  test('is the scheduler\'s where none is given, and then the user\'s to narrow', () => {
    const { chart, job } = jobWith();
    expect(podOf(chart)).not.toHaveProperty('affinity');
    job.scheduling.attract(kplus.Node.labeled(kplus.NodeLabelQuery.is('disk', 'ssd')));
    expect(objections(chart)).toEqual([]);
    expect(podOf(chart).affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms).toHaveLength(1);
  });

  test.each<[string, (job: kplus.Job) => void]>([
    ['assigned', (job) => job.scheduling.assign(kplus.Node.named('worker-1'))],
    ['attracted', (job) => job.scheduling.attract(kplus.Node.labeled(kplus.NodeLabelQuery.is('disk', 'ssd')))],
    ['separated', (job) => job.scheduling.separate(kplus.Pods.all(job, 'all'))],
  ])('can\'t be lost unseen: a pod that is %s besides is an error', (_, act) => {
    const { chart, job } = jobWith({ nodes: ['cp1'] });
    expect(objections(chart)).toEqual([]);
    act(job);
    expect(objections(chart)).toEqual([expect.stringContaining('the node is chosen already (cp1): use the construct\'s own props to choose it')]);
  });

  test('leaves further tolerations to the user', () => {
    const { chart, job } = jobWith({ nodes: ['cp1'] });
    job.scheduling.tolerate(kplus.Node.tainted(kplus.NodeTaintQuery.exists('dedicated')));
    expect(objections(chart)).toEqual([]);
    expect(podOf(chart).tolerations.map(({ key }: any) => key)).toContain('dedicated');
  });
});

describe('the taints that don\'t keep the pod away', () => {
  const tolerationsOf = (changes: Partial<ProgramPodProps>) => podOf(jobWith(changes).chart).tolerations;

  test('are a control plane\'s and a cordon, where nodes are chosen, and none elsewhere', () => {
    expect(tolerationsOf({ nodes: ['cp1'] }).map(({ key }: any) => key))
      .toEqual(['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master', 'node.kubernetes.io/unschedulable']);
    expect(tolerationsOf({})).toBeUndefined();
  });

  test('are those that are given, all of them too', () => {
    expect(tolerationsOf({ nodes: ['cp1'], tolerations: [kplus.NodeTaintQuery.any()] })).toEqual([{ operator: 'Exists' }]);
    expect(tolerationsOf({ nodes: ['cp1'], tolerations: [] })).toBeUndefined();
  });
});

describe('a CronJob', () => {
  const chart = new Chart(Testing.app(), 'platform');
  podWith(chart, { nodes: ['cp1'], labels: { team: 'platform' }, annotations: { why: 'backup' }, priorityClassName: 'system-node-critical' })
    .cronJobIn(chart, 'cron', { schedule: Cron.daily(), backoffLimit: 2 });
  const { metadata, spec: { schedule, jobTemplate } } = Testing.synth(chart).find(({ kind }) => kind === 'CronJob');

  test('runs the same pod as a Job', () => {
    const job = jobWith({ nodes: ['cp1'], labels: { team: 'platform' }, annotations: { why: 'backup' }, priorityClassName: 'system-node-critical' });
    const { metadata: { labels: { 'cdk8s.io/metadata.addr': _, ...labels }, ...rest }, spec } = jobTemplate.spec.template;
    const template = Testing.synth(job.chart).find(({ kind }) => kind === 'Job').spec.template;
    expect(spec).toEqual(template.spec);
    expect({ ...rest, labels }).toMatchObject({ labels: { team: 'platform' }, annotations: template.metadata.annotations });
    expect([schedule, jobTemplate.spec.backoffLimit]).toEqual(['0 0 * * *', 2]);
  });

  test('hands its labels on to its Jobs, so that `kubectl get jobs -l` finds them', () => {
    expect(metadata).toMatchObject({ labels: { team: 'platform' }, annotations: { why: 'backup' } });
    expect(jobTemplate.metadata).toEqual({ labels: { team: 'platform' } });
  });
});

test('`kubectl logs` shows the program\'s log without a word about containers', () => {
  const { metadata, spec } = Testing.synth(jobWith({ annotations: { team: 'platform' } }).chart).find(({ kind }) => kind === 'Job').spec.template;
  expect(metadata.annotations).toEqual({ 'kubectl.kubernetes.io/default-container': spec.containers[0].name, 'team': 'platform' });
});

test('what the user patches comes after, and wins', () => {
  const { chart, job } = jobWith();
  ApiObject.of(job).addJsonPatch(JsonPatch.replace('/spec/template/spec/enableServiceLinks', true));
  expect(podOf(chart).enableServiceLinks).toBe(true);
});

describe('the toolbox', () => {
  test('is on the search path before the image\'s own tools, so that a program meets the same applets everywhere', () => {
    expect(podOf(jobWith().chart).containers[0].env).toEqual([{ name: 'PATH', value: Toolbox.SEARCH_PATH }, { name: 'CLUSTER', value: 'prod' }]);
    expect(Toolbox.SEARCH_PATH.split(':')[0]).toBe('/toolbox/bin');
  });

  test('is brought by an init container whose image needs no PATH, and no shell but busybox\'', () => {
    const [{ image, command }] = podOf(jobWith().chart).initContainers;
    expect(image).toBe('docker.io/library/busybox:1.37.0-musl');
    expect(command.slice(0, 3)).toEqual(['/bin/busybox', 'sh', '-c']);
  });
});

test('labels say what it is, whose, and who made it; one\'s own come beside them', () => {
  expect(standardLabels('etcd-snapshot', 'prod', { team: 'platform' })).toEqual({
    'app.kubernetes.io/name': 'etcd-snapshot', 'app.kubernetes.io/instance': 'prod', 'app.kubernetes.io/managed-by': 'cdk8s-day2', 'team': 'platform',
  });
});
