import { Chart, Duration, Testing } from 'cdk8s';
import { allUpgradeProps, cluster } from './upgrade-fixtures';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { DrainPolicy } from '../../src/upgrade/drain-policy';
import { NodeUpgradeJob, NodeUpgradeJobProps } from '../../src/upgrade/node-upgrade-job';
import { PackageSource } from '../../src/upgrade/package-source';

const least: NodeUpgradeJobProps = { cluster, node: 'w1', to: KubernetesVersion.of('1.35.4'), expires: '2026-12-01T00:00:00Z' };

function manifests(changes: Partial<NodeUpgradeJobProps> = {}): any[] {
  const chart = new Chart(Testing.app(), 'platform', { namespace: 'kube-system' });
  new NodeUpgradeJob(chart, 'upgrade', { ...least, ...changes });
  return Testing.synth(chart);
}

const jobOf = (changes?: Partial<NodeUpgradeJobProps>) => manifests(changes).find(({ kind }) => kind === 'Job');
const environmentOf = (changes?: Partial<NodeUpgradeJobProps>) => Object.fromEntries(jobOf(changes).spec.template.spec.containers[0].env
  .map(({ name, value }: any) => [name, value]));

test('needs no rights in the cluster: no token, no role', () => {
  const kinds = manifests().map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(['ConfigMap', 'Job']));
  const { spec } = jobOf().spec.template;
  expect(spec.automountServiceAccountToken).toBe(false);
  const sources = spec.volumes.flatMap(({ projected }: any) => projected?.sources ?? []);
  expect(sources.filter(({ serviceAccountToken }: any) => serviceAccountToken)).toEqual([]);
});

test('stays on its node while that is drained, and is told from the pods that go', () => {
  const { metadata, spec } = jobOf().spec.template;
  expect(spec.tolerations).toEqual([{ operator: 'Exists' }]);
  expect(spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms)
    .toEqual([{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['w1'] }] }]);
  expect(metadata.labels['cdk8s-day2/operation']).toBe(environmentOf().OPERATION);
});

test('with the fewest props, refuses what would be lost, and gives the node back', () => {
  expect(environmentOf()).toMatchObject({
    OPERATION: 'upgrade-to-1.35.4',
    SELF: 'w1',
    TO: '1.35.4',
    PACKAGES: 'auto',
    DRAIN_TIMEOUT: '3600',
    ON_TIMEOUT: 'give-back',
    EMPTY_DIR: 'refuse',
    UNMANAGED: 'refuse',
    KUBEADM_TIMEOUT: '1800',
    READY_TIMEOUT: '600',
    EXPIRES: '2026-12-01T00:00:00Z',
  });
});

test('with all props, says so to the program', () => {
  expect(environmentOf(allUpgradeProps())).toMatchObject({
    OPERATION: 'upgrade-to-1.35.4.2',
    PACKAGES: 'apt',
    REPOSITORY: 'https://mirror.example.com/v{minor}/deb/',
    KEY_FINGERPRINT: 'DE15B14486CD377B9E876E1A234654DA9A296436',
    DRAIN_TIMEOUT: '300',
    ON_TIMEOUT: 'delete',
    GRACE_PERIOD: '20',
    EMPTY_DIR: 'move',
    UNMANAGED: 'delete',
    KEEP_PODS: 'app=agent',
    IGNORE_PREFLIGHT: 'SystemVerification CoreDNSMigration',
    PATCHES: '/etc/kubernetes/patches',
    CERTIFICATES: 'keep',
    ETCD: 'keep',
    KUBEADM_TIMEOUT: '600',
    READY_TIMEOUT: '120',
  });
});

test('what people have changed by hand may be gone only by choice', () => {
  expect(environmentOf().HAND_MADE).toBeUndefined();
  expect(environmentOf({ dropHandMadeChanges: true }).HAND_MADE).toBe('drop');
});

test('kubeadm renews certificates and upgrades etcd, as it does itself, where nothing is said', () => {
  for (const changes of [{}, { renewCertificates: true, upgradeEtcd: true }]) {
    expect(Object.keys(environmentOf(changes))).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(PATCHES|CERTIFICATES|ETCD)$/)]));
  }
});

test('patches lie in a folder of the node', () => {
  expect(() => jobOf({ patchesFolder: 'patches' })).toThrow('patchesFolder must be an absolute path without \'..\', got "patches"');
});

test('a dry run has an id of its own, so that it does not use up the upgrade\'s', () => {
  expect(environmentOf()).not.toHaveProperty('DRY_RUN');
  expect(environmentOf({ dryRun: true })).toMatchObject({ OPERATION: 'upgrade-to-1.35.4.dry-run', DRY_RUN: '1' });
});

test('packages come by dnf where that is said, with its own repository and key', () => {
  const packages = PackageSource.dnf({ repository: 'https://mirror.example.com/v{minor}/rpm/', keyFingerprint: 'de15b14486cd377b9e876e1a234654da9a296436' });
  expect(environmentOf({ packages })).toMatchObject({
    PACKAGES: 'dnf',
    REPOSITORY: 'https://mirror.example.com/v{minor}/rpm/',
    KEY_FINGERPRINT: 'DE15B14486CD377B9E876E1A234654DA9A296436',
  });
  expect(environmentOf({ packages: PackageSource.dnf() })).toMatchObject({ PACKAGES: 'dnf' });
  expect(environmentOf({ packages: PackageSource.dnf() })).not.toHaveProperty('REPOSITORY');
});

test('has kubectl of the target beside etcd\'s tools', () => {
  const { initContainers, containers } = jobOf().spec.template.spec;
  expect(initContainers.map(({ image }: any) => image)).toContain('registry.k8s.io/kubectl:v1.35.4');
  expect(containers[0].image).toBe('registry.k8s.io/etcd:3.6.5-0');
});

test.each<[Partial<NodeUpgradeJobProps>, string]>([
  [{ node: 'w9' }, 'node must be one of the cluster\'s, cp1, cp2, cp3, w1, w2, w3, got "w9": name it in controlPlanes or workers'],
  [{ to: KubernetesVersion.of('1.35') }, 'to must have a patch'],
  [{ to: KubernetesVersion.of('1.36.3') }, 'to can\'t be 1.36.3: no minor of the API server may be skipped'],
  [{ to: KubernetesVersion.of('1.34.3') }, 'to can\'t be 1.34.3: nothing is downgraded, not even by a patch'],
  [{ expires: 'tomorrow' }, 'expires must be'],
  [{ attempt: 0 }, 'attempt must be'],
  [{ ignorePreflightErrors: ['all'] }, 'ignorePreflightErrors must name each check, got "all"'],
  [{ ignorePreflightErrors: ['a b'] }, 'ignorePreflightErrors must be names of kubeadm\'s checks'],
])('refuses %j', (changes, message) => {
  expect(() => manifests(changes)).toThrow(message);
});

test.each<[() => unknown, string]>([
  [() => PackageSource.apt({ repository: 'https://pkgs.k8s.io/core:/stable:/v1.35/deb/' }), 'repository must be an http or https URL with {minor} in it'],
  [() => PackageSource.apt({ repository: 'deb https://pkgs.k8s.io/v{minor}/ /' }), 'repository must be an http or https URL'],
  [() => PackageSource.dnf({ repository: 'https://pkgs.k8s.io/core:/stable:/v1.35/rpm/' }), 'such as https://pkgs.k8s.io/core:/stable:/v{minor}/rpm/, got "https://pkgs'],
  [() => PackageSource.dnf({ keyFingerprint: 'none' }), 'keyFingerprint must have 40 hexadecimal digits, got "none"'],
  [() => PackageSource.apt({ keyFingerprint: '234654DA9A296436' }), 'keyFingerprint must have 40 hexadecimal digits, got "234654DA9A296436"'],
  [() => DrainPolicy.of({ timeout: Duration.millis(1) }), 'timeout'],
  [() => DrainPolicy.of({ keepPods: '' }), 'keepPods'],
])('refuses what no program could use: %#', (build, message) => {
  expect(build).toThrow(message);
});
