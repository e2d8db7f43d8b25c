import { Chart, Testing } from 'cdk8s';
import { cluster } from './upgrade-fixtures';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { ClusterUpgrade } from '../../src/upgrade/cluster-upgrade';
import { AlertGateProps, Gate, ResourceGateProps } from '../../src/upgrade/gate';

function manifests(...gates: Gate[]): any[] {
  const chart = new Chart(Testing.app(), 'platform', { namespace: 'day2' });
  new ClusterUpgrade(chart, 'to-1-35', { cluster, to: KubernetesVersion.of('1.35.4'), expires: '2026-12-01T00:00:00Z', gates });
  return Testing.synth(chart);
}

/** What the turn's container is told: the fields of each gate. */
function told(...gates: Gate[]): string[][] {
  const jobs = manifests(...gates).filter(({ kind }) => kind === 'Job');
  const lines = jobs.map(({ spec }) => spec.template.spec.initContainers.find(({ name }: any) => name === 'node-turn').env.find(({ name }: any) => name === 'GATES').value);
  expect(new Set(lines).size).toBe(1);
  return lines[0].split('\n').map((line: string) => line.split('\t'));
}

/** The query that a gate sends to Prometheus. */
const queryOf = (props?: AlertGateProps) => new URL(told(Gate.noFiringAlerts(props))[0][2], 'https://api').searchParams.get('query');

/** What a gate's rights are, beside those of any turn. */
function rightsOf(...gates: Gate[]): any[] {
  const roles = (all: any[]) => all.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');
  const without = roles(manifests()).map(({ metadata }) => metadata.name);
  return roles(manifests(...gates)).filter(({ metadata }) => !without.includes(metadata.name))
    .map(({ kind, metadata, rules }) => ({ kind, ...kind === 'Role' && { namespace: metadata.namespace }, rules }));
}

test('resources of a kind are read where they are, with the right to list them there and nothing else', () => {
  const gate = Gate.resources({ resource: 'databases.example.com', namespace: 'data', value: '{.status.conditions[?(@.type=="Ready")].status}', expected: ['True'] });
  expect(told(gate)).toEqual([['resources', 'databases.example.com', 'data', 'some', '{.status.conditions[?(@.type=="Ready")].status}', 'True']]);
  expect(rightsOf(gate)).toEqual([
    { kind: 'Role', namespace: 'data', rules: [{ apiGroups: ['example.com'], resources: ['databases'], verbs: ['list'] }] },
  ]);
});

test('resources in all namespaces, of which there may be none', () => {
  const gate = Gate.resources({ resource: 'deployments.apps', value: '{.status.phase}', expected: ['a', 'b c'], mayBeNone: true });
  expect(told(gate)).toEqual([['resources', 'deployments.apps', '-', 'may-be-none', '{.status.phase}', 'a', 'b c']]);
  expect(rightsOf(gate)).toEqual([{ kind: 'ClusterRole', rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['list'] }] }]);
  expect(rightsOf(Gate.resources({ resource: 'pods', value: '{.status.phase}', expected: ['Running'] }))[0].rules[0]).toMatchObject({ apiGroups: [''], resources: ['pods'] });
});

test('Longhorn and Rook are known, in whichever namespace', () => {
  expect(told(Gate.longhornVolumes(), Gate.rookCephClusters({ namespace: 'storage' })).map((fields) => fields.slice(0, 4))).toEqual([
    ['resources', 'volumes.longhorn.io', 'longhorn-system', 'some'], ['resources', 'cephclusters.ceph.rook.io', 'storage', 'some'],
  ]);
});

test('Prometheus is asked through the API server, and only its Service can be', () => {
  const gate = Gate.noFiringAlerts({ namespace: 'metrics', service: 'prometheus', port: 443, https: true, pathPrefix: '/prom' });
  const [[, name, path]] = told(gate);
  expect(name).toBe('metrics/prometheus');
  expect(path).toMatch(/^\/api\/v1\/namespaces\/metrics\/services\/https:prometheus:443\/proxy\/prom\/api\/v1\/query\?query=[A-Za-z0-9%._~-]+$/);
  expect(rightsOf(gate)).toEqual([
    { kind: 'Role', namespace: 'metrics', rules: [{ apiGroups: [''], resources: ['services/proxy'], resourceNames: ['https:prometheus:443'], verbs: ['get'] }] },
  ]);
});

test('of alerts, those that any upgrade fires are ignored, and names mean what they say', () => {
  expect(queryOf()).toBe('ALERTS{alertstate="firing",alertname!~"Watchdog|InfoInhibitor|KubeVersionMismatch"} or count(ALERTS{alertstate="firing",alertname="Watchdog"})');
  expect(queryOf({ ignore: ['a.b "c"'], severities: ['critical', 'page+1'], alwaysFires: 'Heartbeat' })).toBe(
    'ALERTS{alertstate="firing",alertname!~"Heartbeat|InfoInhibitor|KubeVersionMismatch|a\\\\.b \\"c\\"",severity=~"critical|page\\\\+1"} or count(ALERTS{alertstate="firing",alertname="Heartbeat"})',
  );
});

const resource: ResourceGateProps = { resource: 'volumes.longhorn.io', value: '{.status.robustness}', expected: ['healthy'] };

test.each<[string, () => Gate, string]>([
  ['a kind in upper case', () => Gate.resources({ ...resource, resource: 'Volume' }), 'resource must be a DNS subdomain'],
  ['no JSONPath', () => Gate.resources({ ...resource, value: '.status.robustness' }), 'value must be a JSONPath of kubectl in braces and without $'],
  ['a JSONPath that Kubernetes would expand', () => Gate.resources({ ...resource, value: '{.a}$(SELF){.b}' }), 'value must be a JSONPath of kubectl in braces and without $'],
  ['a JSONPath of two lines', () => Gate.resources({ ...resource, value: '{.a}\n{.b}' }), 'value must be one line'],
  ['no value', () => Gate.resources({ ...resource, expected: [] }), 'expected must have a value, got none: the gate would never open'],
  ['an empty value', () => Gate.resources({ ...resource, expected: [''] }), 'expected must be texts without $, got ""'],
  ['a value that Kubernetes would expand', () => Gate.resources({ ...resource, expected: ['$(SELF)'] }), 'expected must be texts without $'],
  ['secrets', () => Gate.resources({ ...resource, resource: 'secrets' }), 'resource must not be secrets'],
  ['a prefix that leads elsewhere', () => Gate.noFiringAlerts({ pathPrefix: '/../../secrets' }), 'pathPrefix must be a path such as /prometheus'],
  ['a value with a tab', () => Gate.resources({ ...resource, expected: ['a\tb'] }), 'expected must be one line without control characters'],
  ['a text in place of values', () => Gate.resources({ ...resource, expected: 'healthy' as any }), 'expected must be a list'],
  ['a namespace in upper case', () => Gate.longhornVolumes({ namespace: 'Longhorn' }), 'namespace must be a DNS label'],
  ['no port', () => Gate.noFiringAlerts({ port: 0 }), 'port must be a whole number from 1 to 65535'],
  ['a prefix without a slash', () => Gate.noFiringAlerts({ pathPrefix: 'prometheus' }), 'pathPrefix must be a path such as /prometheus, got "prometheus"'],
])('refuses %s', (_, build, message) => {
  expect(build).toThrow(message);
});

test('refuses the same gate twice', () => {
  expect(() => manifests(Gate.longhornVolumes(), Gate.longhornVolumes())).toThrow('gates must differ, got twice: resources volumes.longhorn.io longhorn-system');
});
