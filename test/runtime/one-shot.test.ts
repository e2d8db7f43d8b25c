import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { ApiObject, App, Chart, JsonPatch, Lazy, Testing, YamlOutputType } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { parseAllDocuments } from 'yaml';
import { EtcdSnapshotJob } from '../../src/backup/etcd-snapshot-job';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { KubeadmCluster } from '../../src/cluster/kubeadm-cluster';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { EtcdMemberReplacementJob } from '../../src/restore/etcd-member-replacement-job';
import { EtcdRestoreJob } from '../../src/restore/etcd-restore-job';
import { nameByContent } from '../../src/runtime/one-shot';
import { BackupVolume } from '../../src/storage/backup-volume';
import { ClusterUpgrade } from '../../src/upgrade/cluster-upgrade';
import { NodeMaintenanceJob } from '../../src/upgrade/node-maintenance-job';
import { NodeUpgradeJob } from '../../src/upgrade/node-upgrade-job';

interface Options {
  readonly id?: string;
  readonly annotations?: { [key: string]: string };
  readonly change?: (job: kplus.Job) => void;
}

/** A Job that runs an image, named by its content, and then changed. */
function jobOf(image: string, { id = 'Resource', annotations, change }: Options = {}): kplus.Job {
  const scope = new Construct(new Chart(Testing.app(), 'platform'), 'task');
  const job = new kplus.Job(scope, id, { metadata: { annotations }, containers: [{ image, securityContext: { user: 1000 } }] });
  nameByContent(job);
  change?.(job);
  return job;
}

const nameOf = (image: string, options?: Options) => jobOf(image, options).name;

describe('the name', () => {
  test('says which Job it is, then what it does', () => {
    expect(nameOf('busybox:1')).toMatch(/^platform-task-[0-9a-f]{8}-[a-z0-9]{8}$/);
    expect(nameOf('busybox:1', { id: 'cp1' })).toMatch(/^platform-task-cp1-[0-9a-f]{8}-[a-z0-9]{8}$/);
  });

  test('is the same for the same content', () => {
    expect(nameOf('busybox:1')).toBe(nameOf('busybox:1'));
  });

  test('is another one for other content and another annotation', () => {
    const names = [nameOf('busybox:1'), nameOf('busybox:2'), nameOf('busybox:1', { annotations: { reason: 'again' } })];
    expect(new Set(names).size).toBe(names.length);
  });

  test('is the Job\'s only one', () => {
    const job = jobOf('busybox:1');
    expect(Testing.synth(Chart.of(job)).map(({ metadata }) => metadata.name)).toEqual([job.name]);
    expect(ApiObject.of(job).name).toBe(job.name);
    expect(job.metadata.name).toBe(job.name);
  });
});

const once = { expires: '2026-11-22T00:00:00Z' };
const to = KubernetesVersion.of('1.35.0');

/** The first Job of each construct that makes some, in a chart with nothing else to be changed. */
const constructs: [string, (chart: Chart, cluster: KubeadmCluster, volume: BackupVolume) => kplus.Job][] = [
  ['an EtcdSnapshotJob', (chart, cluster, volume) => new EtcdSnapshotJob(chart, 'snapshot', { cluster, volume, nodes: SnapshotNodes.everyMember() }).job],
  ['an EtcdRestoreJob', (chart, cluster, volume) => new EtcdRestoreJob(chart, 'restore', {
    ...once, cluster, volume, restoreId: 'a', holder: 'cp1',
  }).jobs[0]],
  ['an EtcdMemberReplacementJob', (chart, cluster) => new EtcdMemberReplacementJob(chart, 'replacement', {
    ...once, cluster, replacementId: 'a', node: 'cp3',
  }).job],
  ['a NodeUpgradeJob', (chart, cluster) => new NodeUpgradeJob(chart, 'upgrade', { ...once, cluster, node: 'cp1', to }).job],
  ['a ClusterUpgrade', (chart, cluster, volume) => new ClusterUpgrade(chart, 'upgrade', {
    ...once, cluster, to, snapshot: new EtcdSnapshotJob(chart, 'snapshot', { cluster, volume, nodes: SnapshotNodes.named('cp1') }),
  }).jobs[0]],
  ['a NodeMaintenanceJob', (chart, cluster) => new NodeMaintenanceJob(chart, 'maintenance', { ...once, cluster, node: 'cp1', maintenanceId: 'a' }).job],
];

function jobIn(app: App, build: typeof constructs[0][1]): kplus.Job {
  const chart = new Chart(app, 'platform', { namespace: 'kube-system' });
  const cluster = KubeadmCluster.of({ name: 'prod', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes: ['cp1', 'cp2', 'cp3'] });
  return build(chart, cluster, BackupVolume.fromHostPath(chart, 'backups'));
}

const podSpec = (path: string) => `/spec/template/spec/${path}`;
const alias = { ip: '10.0.0.9', hostnames: ['registry.example.com'] };

/** What a person can change of a Job that they were handed. */
const changes: [string, (job: kplus.Job) => void][] = [
  ['a patch', (job) => ApiObject.of(job).addJsonPatch(JsonPatch.add(podSpec('hostAliases'), [alias]))],
  ['a patch of the Job\'s annotations', (job) => ApiObject.of(job).addJsonPatch(JsonPatch.add('/metadata/annotations/reason', 'again'))],
  ['a host alias', (job) => job.addHostAlias(alias)],
  ['a container more', (job) => job.addContainer({ name: 'more', image: 'busybox:1', securityContext: { user: 1000 } })],
  ['a toleration', (job) => job.scheduling.tolerate(kplus.Node.tainted(kplus.NodeTaintQuery.exists('dedicated')))],
  ['an annotation', (job) => job.metadata.addAnnotation('reason', 'again')],
  ['an annotation of the pod', (job) => job.podMetadata.addAnnotation('sidecar.istio.io/inject', 'false')],
  ['a label of the pod', (job) => job.podMetadata.addLabel('team', 'platform')],
  ['a loop over the whole app that labels every pod', (job) => job.node.root.node.findAll()
    .filter((construct): construct is kplus.Workload => construct instanceof kplus.Workload)
    .forEach(({ podMetadata }) => podMetadata.addLabel('team', 'platform'))],
];

describe.each(constructs)('%s', (_, build) => {
  /** The Job's manifest, by whatever way it is synthesized. */
  const manifestOf = (change?: (job: kplus.Job) => void): any => {
    const job = jobIn(Testing.app(), build);
    change?.(job);
    return Testing.synth(Chart.of(job)).find(({ kind, metadata }) => kind === 'Job' && metadata.name === job.name);
  };

  test.each(changes)('that is changed by %s is another Job, or the API server would refuse it', (__, change) => {
    const [before, after] = [manifestOf(), manifestOf(change)];
    expect(after).not.toEqual(before);
    expect(after.metadata.name).not.toBe(before.metadata.name);
    expect(manifestOf(change)).toEqual(after);
  });

  test('that gets a label of its own stays the same Job: the API server takes that as a change', () => {
    const [before, after] = [manifestOf(), manifestOf((job) => job.metadata.addLabel('team', 'platform'))];
    expect(after.metadata.labels).toMatchObject({ team: 'platform' });
    expect(after.metadata.name).toBe(before.metadata.name);
  });
});

describe('a Job that was changed has the same name', () => {
  let outdir: string;
  beforeEach(() => { outdir = mkdtempSync(join(tmpdir(), 'cdk8s-day2-one-shot-')); });
  afterEach(() => rmSync(outdir, { recursive: true }));

  const [[, build]] = constructs;
  const changedJob = (app: App) => {
    const job = jobIn(app, build);
    changes.forEach(([, change]) => change(job));
    return job;
  };
  const jobNames = (yaml: string) => parseAllDocuments(yaml).map((document) => document.toJS())
    .filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name);
  const expected = Testing.synth(Chart.of(changedJob(Testing.app()))).filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name);

  test('by synthYaml()', () => {
    const app = new App({ outdir });
    changedJob(app);
    expect(jobNames(app.synthYaml())).toEqual(expected);
  });

  test.each([
    ['a file for the app', YamlOutputType.FILE_PER_APP],
    ['a file for each chart', YamlOutputType.FILE_PER_CHART],
    ['a file for each object', YamlOutputType.FILE_PER_RESOURCE],
    ['a folder for each chart', YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE],
  ])('by synth(), in %s', (_, yamlOutputType) => {
    const app = new App({ outdir, yamlOutputType });
    changedJob(app);
    app.synth();
    const files = readdirSync(outdir, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));
    expect(files.flatMap((file) => jobNames(readFileSync(join(outdir, file), 'utf8'))).sort()).toEqual([...expected].sort());
    // cdk8s makes some file names of the objects' names.
    if (files.length > 1) expect(files.map((file) => file.split('/').at(-1))).toEqual(expect.arrayContaining(expected.map((name) => `Job.${name}.k8s.yaml`)));
  });
});

describe('whoever names the Job elsewhere', () => {
  const label = (job: kplus.Job) => job.podMetadata.addLabel('team', 'platform');
  const configMap = (job: kplus.Job, name: any) => new ApiObject(Chart.of(job), 'other', { apiVersion: 'v1', kind: 'ConfigMap', data: { name } } as any);
  const synth = (job: kplus.Job) => {
    const manifests = Testing.synth(Chart.of(job));
    return { job: manifests.find(({ kind }) => kind === 'Job').metadata.name, other: manifests.find(({ kind }) => kind === 'ConfigMap').data.name };
  };

  test('after the last change has its name', () => {
    const job = jobOf('busybox:1', { change: label });
    configMap(job, job.name);
    const { other, job: name } = synth(job);
    expect(other).toBe(name);
  });

  test('lazily has the name that it ends with', () => {
    const job = jobOf('busybox:1');
    configMap(job, Lazy.any({ produce: () => job.name }));
    label(job);
    const { other, job: name } = synth(job);
    expect(other).toBe(name);
  });

  test('by the name that it had before a change is told so', () => {
    const job = jobOf('busybox:1');
    const before = job.name;
    configMap(job, before);
    label(job);
    expect(() => synth(job)).toThrow(`the name ${before} was read before the Job was changed, and its name is now ${job.name}: `
      + 'read it after the last change, or lazily, as Lazy.any({ produce: () => job.name })');
  });
});
