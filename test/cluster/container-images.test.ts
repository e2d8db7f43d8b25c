import * as kplus from 'cdk8s-plus-28';
import * as fc from 'fast-check';
import { ContainerImages, ImagePullPolicy } from '../../src/cluster/container-images';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { RegistryMirror } from '../../src/cluster/registry-mirror';

const cluster = EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes: ['cp1'] });
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('by default', () => {
  test('etcd is the cluster\'s own image, which its nodes have already', () => {
    expect(ContainerImages.defaults().etcdFor(cluster)).toBe('registry.k8s.io/etcd:3.6.5-0');
  });

  test.each([['1.34.0', 'registry.k8s.io/etcd:3.6.5-0'], ['1.33.0', 'registry.k8s.io/etcd:3.5.21-0']])(
    'with Kubernetes %s the tools come from %s: images of etcd 3.6 before 3.6.5-0 have none that checks a snapshot', (version, image) => {
      const old = EtcdCluster.kubeadm({ name: 'old', kubernetesVersion: KubernetesVersion.of(version), controlPlanes: ['cp1'] });
      expect(ContainerImages.defaults().etcdFor(old)).toBe(image);
    });

  const running = (image: string, etcdVersion?: EtcdVersion) => EtcdCluster.kubeadm({
    name: 'running', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes: ['cp1'], image, etcdVersion,
  });

  test.each([
    [`registry.k8s.io/etcd:3.6.4-0@${digest}`, 'registry.k8s.io/etcd:3.6.5-0'],
    [`registry.example.com:5000/k8s/etcd:3.6.1-1@${digest}`, 'registry.example.com:5000/k8s/etcd:3.6.5-0'],
    ['registry.example.com:5000/etcd:3.6.4-0', 'registry.example.com:5000/etcd:3.6.5-0'],
    ['registry.k8s.io/etcd:v3.6.4', 'registry.k8s.io/etcd:3.6.5-0'],
    ['registry.k8s.io/etcd:3.6.4-0-rc.1', 'registry.k8s.io/etcd:3.6.5-0'],
    ['registry.k8s.io/etcd:3.6.5-0', 'registry.k8s.io/etcd:3.6.5-0'],
    [`registry.k8s.io/etcd:3.6.8-0@${digest}`, `registry.k8s.io/etcd:3.6.8-0@${digest}`],
    ['registry.k8s.io/etcd:3.6.40-0', 'registry.k8s.io/etcd:3.6.40-0'],
    ['quay.io/coreos/etcd:v3.6.4', 'quay.io/coreos/etcd:v3.6.4'],
    ['public.ecr.aws/eks-distro/etcd-io/etcd:v3.6.4-eks-1-34-3', 'public.ecr.aws/eks-distro/etcd-io/etcd:v3.6.4-eks-1-34-3'],
  ])('the tools for %s are those of %s', (image, tools) => {
    expect(ContainerImages.defaults().etcdFor(running(image))).toBe(tools);
  });

  test('an image by its digest alone is known by the version that is told', () => {
    const images = ContainerImages.defaults();
    expect(images.etcdFor(running(`registry.k8s.io/etcd@${digest}`, EtcdVersion.of('3.6.4')))).toBe('registry.k8s.io/etcd:3.6.5-0');
    expect(images.etcdFor(running(`registry.k8s.io/etcd@${digest}`, EtcdVersion.of('3.6.6')))).toBe(`registry.k8s.io/etcd@${digest}`);
    expect(images.etcdFor(running(`example.com/etcd@${digest}`, EtcdVersion.of('3.6.4')))).toBe(`example.com/etcd@${digest}`);
  });

  test.each(['registry.example.com/k8s/etcd:3.6.4-0-fips', 'example.com/etcd:v3.6.2-0', `example.com/etcd:3.6.0-0-gke.1@${digest}`])(
    'of %s, of which nobody knows a newer one, the error says what to set', (image) => {
      expect(() => ContainerImages.defaults().etcdFor(running(image))).toThrow(
        /^images must name an etcd image with etcdutl: by its tag, .* is Kubernetes' etcd 3\.6\.\d, which lacks it; set images/);
      expect(ContainerImages.of({ etcd: 'registry.k8s.io/etcd:3.6.5-0' }).etcdFor(running(image))).toBe('registry.k8s.io/etcd:3.6.5-0');
    });

  test('one without the tools that a person names is refused', () => {
    expect(() => ContainerImages.of({ etcd: `registry.k8s.io/etcd:3.6.4-0@${digest}` })).toThrow(
      `image etcd must have etcdutl, got registry.k8s.io/etcd:3.6.4-0@${digest}, which lacks it: use registry.k8s.io/etcd:3.6.5-0`);
  });

  test('busybox is the statically linked one, named in full, so that no runtime has to guess a registry', () => {
    expect(ContainerImages.defaults().busybox).toBe('docker.io/library/busybox:1.37.0-musl');
  });

  test('a backup doesn\'t need the registry when the node has the image', () => {
    expect(ContainerImages.defaults().imagePullPolicy).toBe(ImagePullPolicy.IF_NOT_PRESENT);
    expect(ContainerImages.defaults().pullSecretNames).toEqual([]);
  });
});

describe('overridden', () => {
  test('every image, the pull policy and the pull secrets are taken as given', () => {
    const images = ContainerImages.of({
      etcd: 'quay.io/coreos/etcd:v3.6.5', busybox: 'example.com/shell:1', imagePullPolicy: ImagePullPolicy.NEVER, pullSecretNames: ['registry'],
    });
    expect(images.listFor(cluster)).toEqual(['quay.io/coreos/etcd:v3.6.5', 'example.com/shell:1']);
    expect(images.imagePullPolicy).toBe(ImagePullPolicy.NEVER);
    expect(images.pullSecretNames).toEqual(['registry']);
  });

  test('the words of the pull policy are those of cdk8s-plus, to which they are handed', () => {
    expect(ImagePullPolicy).toEqual(kplus.ImagePullPolicy);
  });

  test('a name that no Secret has is refused', () => {
    expect(() => ContainerImages.of({ pullSecretNames: ['a b'] })).toThrow('pullSecretNames must be a DNS subdomain');
    expect(() => ContainerImages.of({ pullSecretNames: 'registry' as any })).toThrow('pullSecretNames must be a list, got "registry"');
  });

  test.each([['etcd', 'registry.k8s.io/etcd'], ['busybox', 'localhost:5000/busybox'], ['busybox', 'busybox']])(
    'an image for %s that may be another one tomorrow, %s, is refused', (prop, image) => {
      expect(() => ContainerImages.of({ [prop]: image })).toThrow(`image ${prop} must have a tag or a digest, got "${image}"`);
    });

  test.each(['', 'Busybox:1', 'a b:1', 'https://registry.k8s.io/etcd:3', 'registry.k8s.io/:3', 'etcd:3@sha256:12', '/etcd:3', 'etcd:'])(
    '%j is refused, since it is no image', image => {
      expect(() => ContainerImages.of({ etcd: image })).toThrow(
        `image etcd must be the name of an image, such as registry.k8s.io/etcd:3.6.5-0, got ${JSON.stringify(image)}`);
    });
});

describe('behind a mirror', () => {
  const replacing = RegistryMirror.replacingHost('192.168.50.90:5000');
  const keeping = RegistryMirror.keepingReference('192.168.50.90:5000');

  test.each([
    ['registry.k8s.io/etcd:3.6.5-0', 'etcd:3.6.5-0', 'registry.k8s.io/etcd:3.6.5-0'],
    ['k8s.gcr.io/etcd:3.3.10', 'etcd:3.3.10', 'k8s.gcr.io/etcd:3.3.10'],
    ['quay.io/coreos/etcd:v3.5.21', 'coreos/etcd:v3.5.21', 'quay.io/coreos/etcd:v3.5.21'],
    ['busybox:1.37', 'library/busybox:1.37', 'docker.io/library/busybox:1.37'],
    ['restic/restic:0.18.0', 'restic/restic:0.18.0', 'docker.io/restic/restic:0.18.0'],
    ['docker.io/busybox:1.37', 'library/busybox:1.37', 'docker.io/library/busybox:1.37'],
    ['index.docker.io/library/busybox:1.37', 'library/busybox:1.37', 'docker.io/library/busybox:1.37'],
    ['localhost/etcd:3', 'etcd:3', 'localhost/etcd:3'],
    ['registry.example.com/a/b/etcd:3', 'a/b/etcd:3', 'registry.example.com/a/b/etcd:3'],
    [`registry.k8s.io/etcd@${digest}`, `etcd@${digest}`, `registry.k8s.io/etcd@${digest}`],
    [`registry.k8s.io/etcd:3.6.5-0@${digest}`, `etcd:3.6.5-0@${digest}`, `registry.k8s.io/etcd:3.6.5-0@${digest}`],
    ['busybox', 'library/busybox', 'docker.io/library/busybox'],
  ])('%s is pulled as %s, or as %s where the reference is kept', (image, withoutHost, inFull) => {
    expect(replacing.rewrite(image)).toBe(`192.168.50.90:5000/${withoutHost}`);
    expect(keeping.rewrite(image)).toBe(`192.168.50.90:5000/${inFull}`);
  });

  test('every image comes from it, overridden or not, and the list says what it has to hold', () => {
    expect(ContainerImages.of({ mirror: replacing }).listFor(cluster)).toEqual(
      ['192.168.50.90:5000/etcd:3.6.5-0', '192.168.50.90:5000/library/busybox:1.37.0-musl']);
    expect(ContainerImages.of({ mirror: keeping, etcd: 'quay.io/coreos/etcd:v3.6.5' }).etcdFor(cluster)).toBe(
      '192.168.50.90:5000/quay.io/coreos/etcd:v3.6.5');
    expect(ContainerImages.of({ mirror: keeping }).rewrite('restic/restic:0.18.0')).toBe('192.168.50.90:5000/docker.io/restic/restic:0.18.0');
  });

  test('the path of a mirror is kept', () => {
    expect(RegistryMirror.replacingHost('harbor.example.com/proxy').rewrite('busybox:1.37')).toBe('harbor.example.com/proxy/library/busybox:1.37');
  });

  test('an image from a neighbour of the mirror\'s path is not taken for one that is in it', () => {
    expect(RegistryMirror.replacingHost('harbor.example.com/proxy').rewrite('harbor.example.com/proxy2/etcd:3')).toBe(
      'harbor.example.com/proxy/proxy2/etcd:3');
  });

  test('the port of another registry can be left out, but not be kept in the middle of a name', () => {
    expect(replacing.rewrite('registry.example.com:443/etcd:3')).toBe('192.168.50.90:5000/etcd:3');
    expect(() => keeping.rewrite('registry.example.com:443/etcd:3')).toThrow(
      'image registry.example.com:443/etcd:3 has a port, which can\'t stand behind 192.168.50.90:5000/: give it by its name in the mirror instead');
  });

  const component = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,4})?$/);
  const image = fc.tuple(fc.constantFrom('', 'registry.k8s.io/', 'localhost/', 'a.b/'), fc.array(component, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(':1', ':3.6.5-0', `@${digest}`, `:1@${digest}`)).map(([host, path, suffix]) => host + path.join('/') + suffix);
  const mirror = fc.tuple(fc.constantFrom('192.168.50.90:5000', 'harbor.example.com/proxy'), fc.boolean())
    .map(([registry, full]) => full ? RegistryMirror.keepingReference(registry) : RegistryMirror.replacingHost(registry));

  test('what is in the mirror already stays, so that rewriting twice is rewriting once', () => {
    fc.assert(fc.property(mirror, image, (to, original) => {
      const once = to.rewrite(original);
      expect(once.startsWith(`${to.registry}/`)).toBe(true);
      expect(to.rewrite(once)).toBe(once);
    }));
  });


  test.each(['', 'https://192.168.50.90:5000', '192.168.50.90:5000/', 'registry/UPPER', 'a b', 'registry:port'])('%j is no mirror', registry => {
    expect(() => RegistryMirror.replacingHost(registry)).toThrow(
      `mirror must be a registry, such as 192.168.50.90:5000 or harbor.example.com/proxy, without scheme and final slash, got ${JSON.stringify(registry)}`);
  });
});
