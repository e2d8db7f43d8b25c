import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { ComponentVersion, KubernetesComponent, VersionSkew } from '../../src/cluster/version-skew';

const { KUBE_CONTROLLER_MANAGER, KUBE_SCHEDULER, CLOUD_CONTROLLER_MANAGER, KUBELET, KUBE_PROXY, KUBECTL, KUBEADM } = KubernetesComponent;

/** `kubelet 1.34.4 w1`, separated by commas. */
function components(text: string): ComponentVersion[] {
  return text.split(',').map((one) => one.trim().split(' ')).map(([component, version, node]) => (
    { component: component as KubernetesComponent, version: KubernetesVersion.of(version), node }));
}

const API = 'kube-apiserver 1.36.3 cp1';
const TWO_APIS = 'kube-apiserver 1.36.3 cp1, kube-apiserver 1.35.4 cp2';

const rules = (text: string) => VersionSkew.violations(components(text)).map(({ rule }) => rule);
const rulesOfUpgrade = (text: string, target: string) =>
  VersionSkew.violationsOfUpgrade(components(text), KubernetesVersion.of(target)).map(({ rule }) => rule);

/** The examples of https://kubernetes.io/releases/version-skew-policy/, with 1.36 as the newest API server. */
test.each<[KubernetesComponent, string, string[]]>([
  [KUBELET, API, ['1.36', '1.35', '1.34', '1.33']],
  [KUBELET, TWO_APIS, ['1.35', '1.34', '1.33']],
  [KUBE_PROXY, API, ['1.36', '1.35', '1.34', '1.33']],
  [KUBE_PROXY, TWO_APIS, ['1.35', '1.34', '1.33']],
  [KUBE_CONTROLLER_MANAGER, API, ['1.36', '1.35']],
  [KUBE_CONTROLLER_MANAGER, TWO_APIS, ['1.35']],
  [KUBE_SCHEDULER, API, ['1.36', '1.35']],
  [KUBE_SCHEDULER, TWO_APIS, ['1.35']],
  [CLOUD_CONTROLLER_MANAGER, API, ['1.36', '1.35']],
  [CLOUD_CONTROLLER_MANAGER, TWO_APIS, ['1.35']],
  [KUBECTL, API, ['1.37', '1.36', '1.35']],
  [KUBECTL, TWO_APIS, ['1.36', '1.35']],
])('%s beside %s may be of %j', (component, apiServers, allowed) => {
  const minors = ['1.38', '1.37', '1.36', '1.35', '1.34', '1.33', '1.32'];
  expect(minors.filter((minor) => rules(`${apiServers}, ${component} ${minor}`).length === 0)).toEqual(allowed);
});

test('of kubelets and proxies before 1.25, two minors less are too old beside a newer API server', () => {
  expect(rules('kube-apiserver 1.27.1, kubelet 1.25.1')).toEqual([]);
  expect(rules('kube-apiserver 1.27.1, kubelet 1.24.17 w1')).toEqual(['kubelet 1.24 must be within 2 minors of every API server']);
  expect(rules('kube-apiserver 1.26.1, kube-proxy 1.24.17 w1, kubelet 1.24.17 w1')).toEqual([]);
});

test('API servers are within one minor of each other', () => {
  expect(rules(TWO_APIS)).toEqual([]);
  expect(VersionSkew.violations(components('kube-apiserver 1.36.3 cp1, kube-apiserver 1.34.4 cp2'))).toEqual([{
    rule: 'API servers must be within one minor of each other',
    found: 'kube-apiserver 1.36.3 on cp1, and kube-apiserver 1.34.4 on cp2',
    fix: 'first upgrade the kube-apiserver on cp2 to 1.35',
  }]);
});

test('a proxy fits the kubelet of its own node', () => {
  const apiServers = 'kube-apiserver 1.36.3 cp1';
  expect(rules(`${apiServers}, kubelet 1.36.3 w1, kube-proxy 1.33.1 w1, kubelet 1.33.1 w2, kube-proxy 1.36.3 w2`)).toEqual([]);
  expect(rules(`${apiServers}, kubelet 1.36.3 w1, kube-proxy 1.32.1 w1`)).toContain('kube-proxy 1.32 must be within 3 minors of the kubelet of its node');
  expect(rules(`${apiServers}, kubelet 1.36.3 w2, kube-proxy 1.32.1 w1`)).not.toContain('kube-proxy 1.32 must be within 3 minors of the kubelet of its node');
});

describe('an upgrade', () => {
  const cluster = 'kube-apiserver 1.34.4 cp1, kube-apiserver 1.34.4 cp2, kube-controller-manager 1.34.4 cp1, kube-scheduler 1.34.4 cp1, '
    + 'kubelet 1.34.4 cp1, kubelet 1.32.1 w1, kube-proxy 1.34.4 w1, kubectl 1.34.4';

  test.each(['1.34.4', '1.34.5', '1.35.0', '1.35'])('of a cluster of 1.34.4 may go to %s', (target) => {
    expect(VersionSkew.violationsOfUpgrade(components(`${cluster}, kubeadm ${target} cp1`), KubernetesVersion.of(target))).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['1.36.3', 'no minor of the API server may be skipped', 'upgrade to 1.35 first'],
    ['1.37', 'no minor of the API server may be skipped', 'upgrade to 1.35 first'],
    ['1.34.3', 'nothing is downgraded, not even by a patch', 'choose a target of at least 1.34.4'],
    ['1.33.9', 'nothing is downgraded, not even by a patch', 'choose a target of at least 1.34.4'],
  ])('of a cluster of 1.34.4 does not go to %s: %s', (target, rule, fix) => {
    expect(VersionSkew.violationsOfUpgrade(components(cluster), KubernetesVersion.of(target))).toContainEqual(expect.objectContaining({ rule, fix }));
  });

  test('that was begun goes on', () => {
    expect(rulesOfUpgrade('kube-apiserver 1.35.4 cp1, kube-apiserver 1.34.4 cp2, kubelet 1.34.4 cp1, kubelet 1.34.4 cp2', '1.35.4')).toEqual([]);
    // From the other one's minor it would be a second one.
    expect(rulesOfUpgrade('kube-apiserver 1.35.4 cp1, kube-apiserver 1.34.4 cp2', '1.36.3')).toEqual(['no minor of the API server may be skipped']);
  });

  test('waits for kubelets that would be too old, and names each once', () => {
    const violations = VersionSkew.violationsOfUpgrade(components('kube-apiserver 1.34.4 cp1, kubelet 1.31.9 w1, kubelet 1.32.1 w2'), KubernetesVersion.of('1.35.4'));
    expect(violations).toEqual([{
      rule: 'kubelet 1.31 must be within 3 minors of every API server',
      found: 'kubelet 1.31.9 on w1, and the target is 1.35.4',
      fix: 'first upgrade the kubelet on w1 to 1.32 or newer',
    }]);
    expect(rulesOfUpgrade('kube-apiserver 1.34.4 cp1, kubelet 1.30.1 w1', '1.35.4')).toEqual(['kubelet 1.30 must be within 3 minors of every API server']);
  });

  test('waits for kubelets that are newer than it', () => {
    expect(rulesOfUpgrade('kube-apiserver 1.34.4 cp1, kubelet 1.35.4 w1', '1.34.5'))
      .toEqual(['kubelet must not be newer than any API server', 'nothing is downgraded, not even by a patch']);
  });

  test('waits for controllers of the minor before', () => {
    expect(rulesOfUpgrade('kube-apiserver 1.34.4 cp1, kube-scheduler 1.33.1 cp1', '1.34.5')).toEqual([]);
    expect(rulesOfUpgrade('kube-apiserver 1.34.4 cp1, kube-scheduler 1.33.1 cp1', '1.35.4')).toEqual(['kube-scheduler 1.33 must be within 1 minor of every API server']);
  });

  test('by a kubeadm of 1.28 and before waits for kubelets of two minors before', () => {
    expect(rulesOfUpgrade('kube-apiserver 1.27.9 cp1, kubelet 1.26.1 w1', '1.28.15')).toEqual(['kubeadm 1.28 must be within 1 minor of every kubelet']);
    expect(rulesOfUpgrade('kube-apiserver 1.28.9 cp1, kubelet 1.26.1 w1', '1.29.15')).toEqual([]);
  });

  test.each<[string, boolean]>([['1.35.4', true], ['1.35.5', true], ['1.35.3', false], ['1.34.4', false], ['1.36.3', false]])('to 1.35.4 by kubeadm %s: %s', (kubeadm, allowed) => {
    expect(rulesOfUpgrade(`kube-apiserver 1.34.4 cp1, ${KUBEADM} ${kubeadm} cp1`, '1.35.4'))
      .toEqual(allowed ? [] : ['an upgrade is done by the kubeadm of its target: of the same minor, and not of an older patch']);
  });
});

test('without an API server nothing can be told', () => {
  expect(() => VersionSkew.violations(components('kubelet 1.34.4 w1'))).toThrow('components must have a kube-apiserver among them, got none: the others are measured by it');
  expect(() => VersionSkew.violationsOfUpgrade([], KubernetesVersion.of('1.35'))).toThrow('components must have a kube-apiserver among them');
});
