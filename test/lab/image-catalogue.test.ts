import { fieldContent } from './etcd-image';
import { fullReference, imageNamed, kubeadmImages } from './image-catalogue';

test('a cluster of kubeadm needs six images', () => {
  expect(kubeadmImages({ kubernetes: '1.34.4', etcd: '3.6.5', pause: '3.10.1' })).toEqual([
    'registry.k8s.io/kube-apiserver:v1.34.4',
    'registry.k8s.io/kube-controller-manager:v1.34.4',
    'registry.k8s.io/kube-scheduler:v1.34.4',
    'registry.k8s.io/kube-proxy:v1.34.4',
    'registry.k8s.io/etcd:3.6.5-0',
    'registry.k8s.io/pause:3.10.1',
  ]);
});

test.each([
  ['busybox:1.37', 'docker.io/library/busybox:1.37'],
  ['bitnami/etcd:3.5.21', 'docker.io/bitnami/etcd:3.5.21'],
  ['localhost/etcd:3.5.21', 'localhost/etcd:3.5.21'],
  ['192.168.50.90:5000/k8s.gcr.io/etcd:3.3.10', '192.168.50.90:5000/k8s.gcr.io/etcd:3.3.10'],
])('%s is pulled as %s', (reference, full) => {
  expect(fullReference(reference)).toBe(full);
});

test.each([
  ['quay.io/coreos/etcd:v3.4.22', '3.4.22', true, false],
  ['quay.io/coreos/etcd:v3.4.23', '3.4.23', false, false],
  ['quay.io/coreos/etcd:v3.5.6', '3.5.6', true, true],
  ['quay.io/coreos/etcd:v3.5.7', '3.5.7', false, true],
  ['quay.io/coreos/etcd:v3.6.0', '3.6.0', false, true],
  ['registry.k8s.io/etcd:3.5.21-0', '3.5.21', true, false],
  ['registry.k8s.io/etcd:3.5.24-0', '3.5.24', false, true],
  ['registry.k8s.io/etcd:3.6.4-0', '3.6.4', true, false],
  ['192.168.50.90:5000/etcd:3.6.5-0', '3.6.5', false, true],
])('%s holds etcd %s as in the field: shell %s, etcdutl %s', (reference, version, shell, etcdutl) => {
  expect(fieldContent(reference)).toEqual({ version, shell, etcdutl });
});

test.each(['docker.io/library/nginx:1.27', 'busybox', 'busybox@sha256:0123'])('%s is none of the lab’s images, so that its pods can’t start', async (reference) => {
  await expect(imageNamed(reference)).rejects.toThrow(`the lab has no image ${reference}`);
});

test('an etcd without a version in its tag is refused', async () => {
  await expect(imageNamed('quay.io/coreos/etcd:latest')).rejects.toThrow('the tag of an etcd image must be such as v3.5.21 or 3.6.5-0');
});
