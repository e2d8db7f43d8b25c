import * as fc from 'fast-check';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { ExternalEtcdProps, KubeadmEtcdProps } from '../../src/cluster/etcd-cluster-props';
import { EtcdVersion } from '../../src/cluster/etcd-version';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';

const warn = jest.spyOn(console, 'warn').mockImplementation();

describe('of kubeadm', () => {
  const kubernetesVersion = KubernetesVersion.of('1.34.4');
  const kubeadm = (props: Partial<KubeadmEtcdProps> = {}) =>
    EtcdCluster.kubeadm({ name: 'prod', kubernetesVersion, controlPlanes: ['cp1', 'cp2', 'cp3'], ...props });

  test('has kubeadm\'s defaults', () => {
    const cluster = kubeadm();
    expect(cluster.name).toBe('prod');
    expect(cluster.image).toBe('registry.k8s.io/etcd:3.6.5-0');
    expect(cluster.etcdVersion.toString()).toBe('3.6.5');
    expect(cluster.dataFolder).toBe('/var/lib/etcd');
    expect(cluster.certificates?.files.cert).toBe('/etc/kubernetes/pki/etcd/healthcheck-client.crt');
    expect(cluster.controlPlanes).toEqual(['cp1', 'cp2', 'cp3']);
    expect(cluster.isExternal).toBe(false);
    expect(cluster.members[1]).toEqual({ name: 'cp2', peerUrl: 'https://cp2:2380', clientUrl: 'https://cp2:2379' });
    expect(warn).not.toHaveBeenCalled();
  });

  test('takes every prop', () => {
    const props: Required<KubeadmEtcdProps> = {
      name: 'staging',
      kubernetesVersion,
      etcdVersion: EtcdVersion.of('3.6.8'),
      controlPlanes: ['cp1.example.com'],
      addresses: { 'cp1.example.com': '10.0.0.1' },
      zones: { 'cp1.example.com': 'eu-central-1a' },
      certificates: EtcdCertificates.fromHostFolder('/etc/etcd'),
      clientPort: 12379,
      dataFolder: '/data/etcd',
      image: 'example.com/etcd@sha256:' + 'a'.repeat(64),
    };
    const cluster = EtcdCluster.kubeadm(props);
    expect(cluster).toMatchObject({
      name: 'staging',
      etcdVersion: props.etcdVersion,
      image: props.image,
      dataFolder: '/data/etcd',
      certificates: props.certificates,
      controlPlanes: ['cp1.example.com'],
    });
    expect(cluster.members).toEqual([{ name: 'cp1.example.com', peerUrl: 'https://10.0.0.1:2380', clientUrl: 'https://10.0.0.1:12379', zone: 'eu-central-1a' }]);
    expect(cluster.endpointsSeenFrom('cp1.example.com')).toEqual(['https://127.0.0.1:12379']);
  });

  describe('is reached', () => {
    test('on the node\'s own member first, then on the others in declared order', () => {
      expect(kubeadm().endpointsSeenFrom('cp2')).toEqual(['https://127.0.0.1:2379', 'https://cp1:2379', 'https://cp3:2379']);
    });

    test('on every member when the node isn\'t known', () => {
      expect(kubeadm().endpointsSeenFrom()).toEqual(['https://127.0.0.1:2379', 'https://cp1:2379', 'https://cp2:2379', 'https://cp3:2379']);
    });

    test('by address where names can\'t be resolved', () => {
      expect(kubeadm({ addresses: { cp2: '10.0.0.2' } }).endpointsSeenFrom('cp1')).toEqual(
        ['https://127.0.0.1:2379', 'https://10.0.0.2:2379', 'https://cp3:2379']);
    });

    test('by IPv6 on a machine of IPv6, as kubeadm makes etcd listen', () => {
      expect(kubeadm({ controlPlanes: ['cp1', 'cp2', 'cp3'], addresses: { cp1: 'fd00::1', cp2: 'fd00::2', cp3: 'fd00::3' } }).endpointsSeenFrom('cp1'))
        .toEqual(['https://[::1]:2379', 'https://[fd00::2]:2379', 'https://[fd00::3]:2379']);
    });

    test('from nowhere else', () => {
      expect(() => kubeadm().endpointsSeenFrom('worker1')).toThrow('node must be one of the control planes cp1, cp2, cp3 of cluster prod, got "worker1"');
    });

    test('each member once, whatever the cluster', () => {
      const nodes = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/), { minLength: 1, maxLength: 7 });
      fc.assert(fc.property(nodes, fc.nat(), (controlPlanes, pick) => {
        const cluster = kubeadm({ controlPlanes });
        const endpoints = cluster.endpointsSeenFrom(controlPlanes[pick % controlPlanes.length]);
        expect(endpoints).toHaveLength(controlPlanes.length);
        expect(new Set(endpoints).size).toBe(controlPlanes.length);
        expect(endpoints[0]).toBe('https://127.0.0.1:2379');
      }));
    });
  });

  test.each(['', 'Prod', 'prod_1', 'prod.eu', '-prod', 'p'.repeat(64), 'a/b', '..'])('name %j is refused, since it becomes a folder and a part of names', name => {
    expect(() => kubeadm({ name })).toThrow(
      `name must be a DNS label, at most 63 of a-z, 0-9 and '-', with a letter or digit at both ends, got ${JSON.stringify(name)}`);
  });

  test.each(['', 'CP1', 'cp_1', 'cp1.', 'a'.repeat(64), Array(130).fill('a').join('.')])('control plane %j is refused, since no node can have that name', node => {
    expect(() => kubeadm({ controlPlanes: [node] })).toThrow('controlPlanes must be a DNS subdomain, at most 253 of a-z, 0-9, \'-\' and \'.\', '
      + `with a letter or digit at both ends, got ${JSON.stringify(node)}`);
  });

  test.each<[string, Partial<KubeadmEtcdProps>, string]>([
    ['no control planes', { controlPlanes: [] }, 'controlPlanes must name at least one node, got none'],
    ['a control plane twice', { controlPlanes: ['cp1', 'cp2', 'cp1'] }, 'controlPlanes must differ, got "cp1" twice'],
    ['the zone of a stranger', { zones: { cp4: 'eu-central-1a' } }, 'zones must name only the control planes cp1, cp2, cp3, got "cp4"'],
    ['the address of a stranger', { addresses: { cp4: '10.0.0.4' } }, 'addresses must name only the control planes cp1, cp2, cp3, got "cp4"'],
    ['two nodes at one address', { addresses: { cp1: '10.0.0.1', cp2: '10.0.0.1' } },
      'addresses must differ, got the same host for cp1 and cp2, https://10.0.0.1:2379 and https://10.0.0.1:2380: set addresses to those of each'],
    ['two nodes at one address, written differently', { addresses: { cp1: 'fd00::1', cp2: 'FD00:0:0::1' } }, 'addresses must differ, got the same host for cp1 and cp2'],
    ['loopback for one of several', { addresses: { cp1: '127.0.0.1' } },
      'address of cp1 must be one by which the other machines reach it, got 127.0.0.1, which is each machine\'s own: set addresses to those of the control planes'],
    ['IPv6 loopback for one of several', { addresses: { cp3: '0:0::1' } }, 'address of cp3 must be one by which the other machines reach it, got 0:0::1'],
    ['localhost for one of several', { addresses: { cp2: 'Localhost' } }, 'address of cp2 must be one by which the other machines reach it'],
    ['every address for all of them', { addresses: { cp1: '0.0.0.0', cp2: '0.0.0.0', cp3: '::' } }, 'address of cp1 must be one by which'],
    ['an address with a port', { addresses: { cp1: '10.0.0.1:2379' } },
      'address of cp1 must be an IP address or a host name, without scheme and port, got "10.0.0.1:2379"'],
    ['port 0', { clientPort: 0 }, 'clientPort must be a port from 1 to 65535, got 0'],
    ['half a port', { clientPort: 2379.5 }, 'clientPort must be a port from 1 to 65535, got 2379.5'],
    ['a relative data directory', { dataFolder: 'etcd' }, 'dataFolder must be an absolute path without \'..\', got "etcd"'],
    ['an image that may change', { image: 'example.com/etcd', etcdVersion: EtcdVersion.of('3.6.5') },
      'image must have a tag or a digest, got "example.com/etcd": without one it changes when its registry does'],
    ['an image that doesn\'t tell its version', { image: 'example.com/etcd:stable' },
      'etcdVersion must be given for the image example.com/etcd:stable, whose tag does not tell it'],
    ['a digest that doesn\'t tell its version', { image: `example.com/etcd@sha256:${'a'.repeat(64)}` },
      `etcdVersion must be given for the image example.com/etcd@sha256:${'a'.repeat(64)}, whose tag does not tell it`],
    ['a Kubernetes that is too new', { kubernetesVersion: KubernetesVersion.of('1.97') }, 'the etcd of kubernetes 1.97 is not known here'],
  ])('%s is refused', (_, props, message) => expect(() => kubeadm(props)).toThrow(message));

  test('a Kubernetes that is too new works with the image named', () => {
    const cluster = kubeadm({ kubernetesVersion: KubernetesVersion.of('1.97'), image: 'registry.k8s.io/etcd:3.7.1-0' });
    expect(cluster.etcdVersion.toString()).toBe('3.7.1');
  });

  test('two control planes are operated as they are, with a warning', () => {
    kubeadm({ name: 'pair', controlPlanes: ['cp1', 'cp2'] });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('etcd cluster pair, by its controlPlanes: 2 etcd members tolerate the loss of 0'));
  });
});

describe('external', () => {
  const certificates = EtcdCertificates.fromSecretName('etcd-client');
  const endpoints = ['https://10.0.0.2:2379', 'https://10.0.0.1:2379', 'https://etcd3.example.com:2379'];
  const external = (props: Partial<ExternalEtcdProps> = {}) =>
    EtcdCluster.external({ name: 'prod', endpoints, etcdVersion: EtcdVersion.of('3.5.21'), certificates, ...props });

  test('is reached by its endpoints as given, from wherever', () => {
    expect(external().endpointsSeenFrom()).toEqual(endpoints);
    expect(external().endpointsSeenFrom('worker1')).toEqual(endpoints);
  });

  test('has no node, and etcd\'s own image for the tools', () => {
    expect(external()).toMatchObject({
      isExternal: true, controlPlanes: [], members: [], certificates, dataFolder: '/var/lib/etcd', image: 'quay.io/coreos/etcd:v3.5.21',
    });
  });

  test('takes every prop', () => {
    const props: Required<ExternalEtcdProps> = {
      name: 'prod', endpoints, etcdVersion: EtcdVersion.of('3.5.21'), certificates, image: 'example.com/etcd:1', dataFolder: '/data',
    };
    expect(EtcdCluster.external(props)).toMatchObject({ image: 'example.com/etcd:1', dataFolder: '/data' });
    expect(EtcdCluster.external(props).etcdVersion.toString()).toBe('3.5.21');
  });

  test('may serve plain http without certificates, on IPv6 too', () => {
    const plain = external({ endpoints: ['http://[fd00::1]:2379'], certificates: undefined });
    expect(plain.endpointsSeenFrom()).toEqual(['http://[fd00::1]:2379']);
    expect(plain.certificates).toBeUndefined();
  });

  test('a change of the caller\'s list afterwards changes nothing', () => {
    const list = ['https://10.0.0.1:2379'];
    const cluster = external({ endpoints: list });
    list.push('https://10.0.0.9:2379');
    cluster.endpointsSeenFrom().push('https://10.0.0.8:2379');
    expect(cluster.endpointsSeenFrom()).toEqual(['https://10.0.0.1:2379']);
  });

  test.each(['10.0.0.1:2379', 'https://10.0.0.1', 'https://10.0.0.1:2379/', 'https://10.0.0.1:2379/v3', 'ftp://10.0.0.1:2379', 'https://:2379',
    'https://10.0.0.1:0', 'https://10.0.0.1:99999', 'https://user@10.0.0.1:2379', 'https://[10.0.0.1]:2379', 'https://fd00::1:2379', ''])(
    'endpoint %j is refused, and the message says what one looks like', endpoint => {
      expect(() => external({ endpoints: [endpoint] })).toThrow(
        `endpoints must be scheme, host and port without a path, such as https://10.0.0.1:2379, got ${JSON.stringify(endpoint)}`);
    });

  test.each<[string, Partial<ExternalEtcdProps>, string]>([
    ['no endpoints', { endpoints: [] }, 'endpoints must name at least one member, such as https://10.0.0.1:2379, got none'],
    ['http and https mixed', { endpoints: ['https://a:2379', 'http://b:2379'] }, 'endpoints must be all https or all http, got https://a:2379, http://b:2379'],
    ['http with certificates', { endpoints: ['http://a:2379'] }, 'endpoints must be https when certificates are given, got http://a:2379'],
    ['https without certificates', { certificates: undefined }, 'certificates must be given for https endpoints, got none'],
    ['an endpoint twice', { endpoints: ['https://a:2379', 'https://a:2379'] }, 'endpoints must differ, got https://a:2379 twice'],
  ])('%s is refused', (_, props, message) => expect(() => external(props)).toThrow(message));
});
