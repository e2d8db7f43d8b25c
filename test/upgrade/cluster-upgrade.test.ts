import { Chart, Duration, Testing } from 'cdk8s';
import { allClusterUpgradeProps, cluster } from './upgrade-fixtures';
import { KubeadmCluster } from '../../src/cluster/kubeadm-cluster';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { ClusterUpgrade, ClusterUpgradeProps } from '../../src/upgrade/cluster-upgrade';
import { UpgradeStrategy } from '../../src/upgrade/upgrade-strategy';

const least: ClusterUpgradeProps = { cluster, to: KubernetesVersion.of('1.35.4'), expires: '2026-12-01T00:00:00Z' };

function manifests(changes: Partial<ClusterUpgradeProps> = {}): any[] {
  const chart = new Chart(Testing.app(), 'platform', { namespace: 'day2' });
  new ClusterUpgrade(chart, 'to-1-35', { ...least, ...changes });
  return Testing.synth(chart);
}

const ofKind = (kind: string, all = manifests()) => all.filter((object) => object.kind === kind);
const podOf = (job: any) => job.spec.template.spec;
const environmentOf = ({ env }: any) => Object.fromEntries(env.map(({ name, value }: any) => [name, value]));
const turnOf = (job: any) => podOf(job).initContainers.find(({ name }: any) => name === 'node-turn');
const nodeOf = (job: any) => environmentOf(podOf(job).containers[0]).SELF;

test('has a Job for each node, control planes first, and each knows who goes before it', () => {
  const order = ofKind('Job').map((job) => {
    const { FIRST, AHEAD, AT_ONCE } = environmentOf(turnOf(job));
    return [nodeOf(job), job.metadata.labels['cdk8s-day2/order'], FIRST, AHEAD, AT_ONCE];
  });
  expect(order).toEqual([
    ['cp1', '001', '', '', '1'],
    ['cp2', '002', 'cp1', '', '1'],
    ['cp3', '003', 'cp1 cp2', '', '1'],
    ['w1', '004', 'cp1 cp2 cp3', '', '1'],
    ['w2', '005', 'cp1 cp2 cp3', 'w1', '1'],
    ['w3', '006', 'cp1 cp2 cp3', 'w1 w2', '1'],
  ]);
});

test('the unprivileged container beside the work has the only token, and says what it finds in a file that the work can only read', () => {
  for (const job of ofKind('Job')) {
    const { initContainers, containers, volumes, automountServiceAccountToken } = podOf(job);
    expect(automountServiceAccountToken).toBe(false);
    const hasToken = ({ projected }: any) => projected?.sources.some(({ serviceAccountToken }: any) => serviceAccountToken);
    const token = volumes.filter(hasToken).map(({ name }: any) => name);
    expect(token).toHaveLength(1);
    const withToken = [...initContainers, ...containers].filter(({ volumeMounts }: any) => volumeMounts.some(({ name }: any) => name === token[0]));
    expect(withToken).toEqual([turnOf(job)]);
    expect(turnOf(job)).toMatchObject({
      restartPolicy: 'Always', securityContext: { privileged: false, runAsNonRoot: true, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    });
    expect(containers[0].securityContext.privileged).toBe(true);
    expect(containers[0].volumeMounts).toContainEqual({ name: 'turn', mountPath: '/turn', readOnly: true });
    expect(environmentOf(containers[0])).toMatchObject({ TURN: 'asked', PASS_ON: environmentOf(turnOf(job)).VERDICT_FILE });
  }
});

test('the token can read nodes, the pods of control planes and its own two objects, and change nothing', () => {
  const all = manifests({});
  const rules = [...ofKind('ClusterRole', all), ...ofKind('Role', all)].flatMap(({ kind, metadata, rules: own }) => own.map((rule: any) => ({
    where: kind === 'ClusterRole' ? 'everywhere' : metadata.namespace ?? 'day2', what: rule.resources.join(), names: rule.resourceNames?.length ?? 'all', verbs: rule.verbs.join(),
  })));
  expect(rules).toEqual([
    { where: 'everywhere', what: 'nodes', names: 'all', verbs: 'get,list' },
    { where: 'kube-system', what: 'pods', names: 'all', verbs: 'list' },
    { where: 'day2', what: 'configmaps', names: 1, verbs: 'get' },
  ]);
  const [account] = ofKind('ServiceAccount', all);
  const bindings = [...ofKind('ClusterRoleBinding', all), ...ofKind('RoleBinding', all)];
  expect(bindings.map(({ subjects }) => subjects)).toEqual(bindings.map(() => [{ kind: 'ServiceAccount', name: account.metadata.name, namespace: 'day2' }]));
});

test('every node waits for the Job that has to be done before, as the first one may be upgraded already', () => {
  const chart = new Chart(Testing.app(), 'platform', { namespace: 'day2' });
  const props = allClusterUpgradeProps(chart);
  new ClusterUpgrade(chart, 'upgrade', props);
  const jobs = ofKind('Job', Testing.synth(chart)).filter(({ metadata }) => metadata.labels['cdk8s-day2/upgrade'] === 'upgrade');
  expect(jobs.map((job) => environmentOf(turnOf(job)).AFTER_JOBS)).toEqual(jobs.map(() => props.snapshot.job.name));
  expect(jobs.map(nodeOf)).toEqual(['cp1', 'cp2', 'cp3', 'w1', 'w2']);
  expect(environmentOf(turnOf(jobs[4]))).toMatchObject({ SETTLE: '90', AT_ONCE: '2' });
});

test('a snapshot\'s Job that is changed afterwards is waited for by the name that it gets', () => {
  const chart = new Chart(Testing.app(), 'platform', { namespace: 'day2' });
  const props = allClusterUpgradeProps(chart);
  new ClusterUpgrade(chart, 'upgrade', props);
  props.snapshot.job.podMetadata.addLabel('team', 'platform');
  const all = Testing.synth(chart);
  const [snapshot, ...nodes] = ofKind('Job', all).sort((a, b) => Number('cdk8s-day2/upgrade' in a.metadata.labels) - Number('cdk8s-day2/upgrade' in b.metadata.labels));
  expect(nodes.map((job) => environmentOf(turnOf(job)).AFTER_JOBS)).toEqual(nodes.map(() => snapshot.metadata.name));
  const readable = ofKind('Role', all).flatMap(({ rules }) => rules).find(({ resources }) => resources.includes('jobs'));
  expect(readable.resourceNames).toEqual([snapshot.metadata.name]);
});

test('several workers at once, or all, but never control planes', () => {
  const atOnce = (strategy: UpgradeStrategy) => ofKind('Job', manifests({ strategy })).map((job) => environmentOf(turnOf(job)).AT_ONCE).join(' ');
  expect(atOnce(UpgradeStrategy.rolling({ maxUnavailable: 2 }))).toBe('1 1 1 2 2 2');
  expect(atOnce(UpgradeStrategy.rolling({ maxUnavailable: 9 }))).toBe('1 1 1 3 3 3');
  expect(atOnce(UpgradeStrategy.allAtOnce())).toBe('1 1 1 3 3 3');
});

test('workers are replaced: each waits for its replacement and is retired, and the others go on as they would', () => {
  const jobs = ofKind('Job', manifests({ strategy: UpgradeStrategy.surge({ replacements: { w1: 'w4', w3: 'w5' }, maxUnavailable: 2 }) }));
  expect(jobs.map((job) => {
    const { REPLACED, REPLACED_BY, AT_ONCE, AHEAD } = environmentOf(turnOf(job));
    return [nodeOf(job), REPLACED, REPLACED_BY, environmentOf(podOf(job).containers[0]).REPLACED_BY, AT_ONCE, AHEAD];
  })).toEqual([
    ['cp1', 'w1=w4 w3=w5', undefined, undefined, '1', ''],
    ['cp2', 'w1=w4 w3=w5', undefined, undefined, '1', ''],
    ['cp3', 'w1=w4 w3=w5', undefined, undefined, '1', ''],
    ['w1', 'w1=w4 w3=w5', 'w4', 'w4', '2', ''],
    ['w2', 'w1=w4 w3=w5', undefined, undefined, '2', 'w1'],
    ['w3', 'w1=w4 w3=w5', 'w5', 'w5', '2', 'w1 w2'],
  ]);
});

test('a worker that is replaced by another node than before has another operation, and an upgraded one, too', () => {
  const operations = (strategy: UpgradeStrategy, dryRun = false) => ofKind('Job', manifests({ strategy, dryRun })).filter((job) => nodeOf(job) === 'w1')
    .map((job) => [environmentOf(podOf(job).containers[0]).OPERATION, environmentOf(turnOf(job)).OPERATION, job.metadata.labels['cdk8s-day2/operation']]);
  const replacedBy = (w1: string) => UpgradeStrategy.surge({ replacements: { w1 } });
  const all = [UpgradeStrategy.rolling(), replacedBy('w4'), replacedBy('w5'), replacedBy(`w6.${'a'.repeat(60)}.example.com`)].map((strategy) => operations(strategy)[0]);
  expect(new Set(all.map(([id]) => id)).size).toBe(4);
  for (const [id, ofTurn, label] of all) {
    expect([ofTurn, label]).toEqual([id, id]);
    expect(id).toMatch(/^upgrade-to-1\.35\.4(\.replaced-[0-9a-f]{6})?$/);
  }
  expect(operations(replacedBy('w4'), true)[0][0]).toMatch(/\.replaced-[0-9a-f]{6}\.dry-run$/);
});

test('people see the plan, and can pause it', () => {
  const all = manifests();
  const [control] = all.filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.includes('control'));
  expect(control.data).toEqual({ pause: 'false', pauseBefore: '' });
  expect(environmentOf(turnOf(ofKind('Job', all)[0])).CONTROL).toBe(control.metadata.name);
});

const withLabels = KubeadmCluster.of({ name: 'prod', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes: ['cp1'], workerLabels: { pool: 'a' } });

test.each<[Partial<ClusterUpgradeProps>, string]>([
  [{ skip: ['w9'] }, 'skip must be nodes of the cluster, cp1, cp2, cp3, w1, w2, w3, got w9'],
  [{ skip: ['cp1', 'cp2', 'cp3', 'w1', 'w2', 'w3'] }, 'skip must leave a node'],
  [{ settle: Duration.millis(5) }, 'settle'],
  [{ cluster: withLabels }, 'the cluster\'s workers must be named, got workerLabels'],
  [{ to: KubernetesVersion.of('1.36.3') }, 'to can\'t be 1.36.3: no minor of the API server may be skipped'],
])('refuses %j', (changes, message) => {
  expect(() => manifests(changes)).toThrow(message);
});

test('refuses a chart without a namespace, in which nobody could bind the service account', () => {
  expect(() => new ClusterUpgrade(Testing.chart(), 'upgrade', least)).toThrow('the chart must have a namespace, got undefined: new Chart(app, id, { namespace:');
});

test.each<[{ [worker: string]: string }, string]>([
  [{}, 'replacements must have a node, got {}: use UpgradeStrategy.rolling()'],
  [{ w1: 'W4' }, 'replacements.w1 must be a DNS subdomain'],
  [{ w1: 'w1' }, 'replacements.w1 must be a node that stays, got w1, which is replaced itself'],
  [{ w1: 'w4', w4: 'w5' }, 'replacements.w1 must be a node that stays, got w4, which is replaced itself'],
  [{ cp1: 'w4' }, 'replacements must be of workers of the cluster, w1, w2, w3, got cp1'],
  [{ w1: 'w2' }, 'replacements.w1 must be a node that joins with the new version, got w2, which is one of the cluster\'s: leave it out of workers until'],
])('refuses the replacements %j', (replacements, message) => {
  expect(() => manifests({ strategy: UpgradeStrategy.surge({ replacements }) })).toThrow(message);
});

test('refuses no worker at a time', () => {
  expect(() => UpgradeStrategy.rolling({ maxUnavailable: 0 })).toThrow('maxUnavailable');
});
