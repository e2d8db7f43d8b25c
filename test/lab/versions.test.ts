import { kubernetesRelease, kubernetesReleases } from './versions';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';

test.each(kubernetesReleases)('the etcd of $version is the one that the library expects on such a cluster', ({ version, etcd }) => {
  expect(KubernetesVersion.of(version).etcdImage).toBe(`registry.k8s.io/etcd:${etcd}-0`);
});

test('a release is found by its minor and with a v, too', () => {
  expect(kubernetesRelease('1.35').version).toBe('1.35.4');
  expect(kubernetesRelease('v1.35.4').version).toBe('1.35.4');
  expect(() => kubernetesRelease('1.3')).toThrow('got "1.3"');
});
