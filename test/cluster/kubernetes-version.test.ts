import * as fc from 'fast-check';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';

const of = (version: string) => KubernetesVersion.of(version);

describe('reading a version', () => {
  test.each([['1.34', '1.34'], ['1.34.4', '1.34.4'], ['v1.34.4', '1.34.4'], ['v1.34.4+build', '1.34.4'],
    ['v1.28.8_vmware.1', '1.28.8'], ['v1.30.5-gke.1443001', '1.30.5']])('%s is Kubernetes %s', (text, version) => {
    expect(of(text).toString()).toBe(version);
  });

  test('the numbers can be asked for; a minor alone has no patch', () => {
    expect(of('1.34.4')).toMatchObject({ major: 1, minor: 34, patch: 4 });
    expect(of('1.34').patch).toBeUndefined();
  });

  test.each(['', '1', '2.0.1', '34', '1.x', '1.34.', 'latest'])('%j is refused', text => {
    expect(() => of(text)).toThrow(`kubernetes version must be such as 1.34.4, v1.34.4 or 1.34, got ${JSON.stringify(text)}`);
  });

  test('what is older than 1.20 is refused', () => expect(() => of('1.19.16')).toThrow('kubernetes version must be 1.20 or newer, got "1.19.16"'));
});

describe('order', () => {
  test.each([['1.34.4', '1.33.9', true], ['1.33.9', '1.34.4', false], ['1.34.10', '1.34.9', true], ['1.34.4', '1.34.4', true],
    ['1.34.4', '1.34', true], ['1.34', '1.34.4', true], ['1.34', '1.34', true], ['1.33.9', '1.34', false], ['1.35', '1.34.4', true]])('%s is at least %s: %s', (a, b, expected) => {
    expect(of(a).isAtLeast(of(b))).toBe(expected);
  });
});

describe('the etcd that kubeadm starts', () => {
  test.each([
    ['1.20.15', 'k8s.gcr.io/etcd:3.4.13-0'],
    ['1.21.14', 'k8s.gcr.io/etcd:3.4.13-0'],
    ['1.22.16', 'k8s.gcr.io/etcd:3.5.0-0'],
    ['1.22.17', 'registry.k8s.io/etcd:3.5.6-0'],
    ['1.23.14', 'k8s.gcr.io/etcd:3.5.5-0'],
    ['1.23.15', 'registry.k8s.io/etcd:3.5.6-0'],
    ['1.24.7', 'k8s.gcr.io/etcd:3.5.3-0'],
    ['1.24.8', 'k8s.gcr.io/etcd:3.5.5-0'],
    ['1.24.9', 'registry.k8s.io/etcd:3.5.6-0'],
    ['1.25.0', 'registry.k8s.io/etcd:3.5.4-0'],
    ['1.26.12', 'registry.k8s.io/etcd:3.5.9-0'],
    ['1.27.12', 'registry.k8s.io/etcd:3.5.12-0'],
    ['1.28.15', 'registry.k8s.io/etcd:3.5.15-0'],
    ['1.29.2', 'registry.k8s.io/etcd:3.5.10-0'],
    ['1.29.11', 'registry.k8s.io/etcd:3.5.16-0'],
    ['1.30.14', 'registry.k8s.io/etcd:3.5.15-0'],
    ['1.30.5', 'registry.k8s.io/etcd:3.5.15-0'],
    ['1.31.2', 'registry.k8s.io/etcd:3.5.15-0'],
    ['1.31.14', 'registry.k8s.io/etcd:3.5.24-0'],
    ['1.32.9', 'registry.k8s.io/etcd:3.5.16-0'],
    ['1.33.7', 'registry.k8s.io/etcd:3.5.24-0'],
    ['1.34.1', 'registry.k8s.io/etcd:3.6.4-0'],
    ['1.34.4', 'registry.k8s.io/etcd:3.6.5-0'],
    ['1.35.3', 'registry.k8s.io/etcd:3.6.6-0'],
    ['1.36.3', 'registry.k8s.io/etcd:3.6.8-0'],
    ['1.37.2', 'registry.k8s.io/etcd:3.7.0-0'],
  ])('of %s is %s', (kubernetes, image) => expect(of(kubernetes).etcdImage).toBe(image));

  test.each([['1.20', 'k8s.gcr.io/etcd:3.4.13-0'], ['1.24', 'registry.k8s.io/etcd:3.5.6-0'], ['1.34', 'registry.k8s.io/etcd:3.6.5-0']])(
    'of %s, whose patch is not said, is that of its newest known patch release, %s', (kubernetes, image) => {
      expect(of(kubernetes).etcdImage).toBe(image);
    });

  test('has the version that its image has', () => {
    expect(of('1.34.4').etcdVersion.compareTo(EtcdVersion.of('3.6.5'))).toBe(0);
  });

  test('never gets older with a newer Kubernetes of the same minor', () => {
    fc.assert(fc.property(fc.integer({ min: 20, max: 36 }), fc.nat(30), fc.nat(30), (minor, a, b) => {
      const older = of(`1.${minor}.${Math.min(a, b)}`).etcdVersion;
      expect(of(`1.${minor}.${Math.max(a, b)}`).etcdVersion.isAtLeast(older)).toBe(true);
    }));
  });

  test('of a minor that nobody knows yet must be named, and the message says where it stands', () => {
    const version = of('1.97.0');
    const message = 'the etcd of kubernetes 1.97 is not known here, only those of 1.20 to 1.37: set image of EtcdCluster.kubeadm, such as registry.k8s.io/etcd:3.6.8-0, '
      + 'to what /etc/kubernetes/manifests/etcd.yaml names on a control plane';
    expect(() => version.etcdVersion).toThrow(message);
    expect(() => version.etcdImage).toThrow(message);
  });
});
