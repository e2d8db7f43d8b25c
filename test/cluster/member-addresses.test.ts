import { OWN_HOSTS } from './own-hosts';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { StaticPodEtcdProps } from '../../src/cluster/etcd-cluster-props';

jest.spyOn(console, 'warn').mockImplementation();

const THREE = 'n1=https://192.0.2.7:2380,n2=https://192.0.2.8:2380,n3=https://192.0.2.9:2380';

/** The cluster of a member with kubeadm's flags, some of them changed; undefined leaves a flag out. */
function read(changes: { [flag: string]: string | undefined } = {}, props: Partial<StaticPodEtcdProps> = {}): EtcdCluster {
  const flags: { [flag: string]: string | undefined } = {
    'name': 'n1',
    'data-dir': '/var/lib/etcd',
    'advertise-client-urls': 'https://192.0.2.7:2379',
    'initial-advertise-peer-urls': 'https://192.0.2.7:2380',
    'initial-cluster': THREE,
    'listen-client-urls': 'https://127.0.0.1:2379,https://192.0.2.7:2379',
    'cert-file': '/etc/kubernetes/pki/etcd/server.crt',
    'trusted-ca-file': '/etc/kubernetes/pki/etcd/ca.crt',
    ...changes,
  };
  const command = ['etcd', ...Object.entries(flags).filter(([, value]) => value !== undefined).map(([flag, value]) => `--${flag}=${value}`)];
  const volumes = ['/var/lib/etcd', '/etc/kubernetes/pki/etcd'].map((path, i) => ({ name: `v${i}`, hostPath: { path } }));
  const volumeMounts = volumes.map(({ name, hostPath: { path } }) => ({ name, mountPath: path }));
  const manifest = { spec: { containers: [{ name: 'etcd', image: 'registry.k8s.io/etcd:3.5.21-0', command, volumeMounts }], volumes } };
  return EtcdCluster.fromStaticPodManifest(JSON.stringify(manifest), { name: 'prod', ...props });
}

const clientUrls = (cluster: EtcdCluster) => cluster.members.map(({ clientUrl }) => clientUrl);
const alone = { 'initial-cluster': 'n1=https://192.0.2.7:2380' };

describe('clients on one network, members on another', () => {
  const apart = { 'advertise-client-urls': 'https://10.0.0.1:2379' };

  test('nobody knows the others\' addresses for clients: the prop is named, whose are missing, and why', () => {
    expect(() => read(apart)).toThrow('addresses must have the client addresses of n2, n3: manifest has https://10.0.0.1:2379 for clients and '
      + 'https://192.0.2.7:2380 for members, so the hosts of --initial-cluster may be on a network where no client is answered');
    expect(() => read(apart, { addresses: { n2: '10.0.0.2' } })).toThrow('addresses must have the client addresses of n3:');
  });

  test('with addresses, clients go there and members where they went', () => {
    const cluster = read(apart, { addresses: { n2: '10.0.0.2', n3: '10.0.0.3' } });
    expect(cluster.members).toEqual(['1', '2', '3'].map((n) => (
      { name: `n${n}`, clientUrl: `https://10.0.0.${n}:2379`, peerUrl: `https://192.0.2.${Number(n) + 6}:2380` })));
  });

  test('a member alone is reached by what it advertises', () => {
    expect(clientUrls(read({ ...apart, ...alone }))).toEqual(['https://10.0.0.1:2379']);
  });

  test('a member that advertises both is reached by either, and so are the others', () => {
    const both = read({ 'advertise-client-urls': 'https://10.0.0.1:2379,https://192.0.2.7:12379' });
    expect(clientUrls(both)).toEqual(['https://10.0.0.1:2379', 'https://192.0.2.8:12379', 'https://192.0.2.9:12379']);
  });

  test('an address is the same however it is written', () => {
    const cluster = read({
      'advertise-client-urls': 'https://[2001:DB8:0:0::7]:2379',
      'initial-cluster': 'n1=https://[2001:db8::7]:2380,n2=https://[2001:db8::8]:2380,n3=https://[2001:db8::9]:2380',
    });
    expect(clientUrls(cluster).slice(1)).toEqual(['https://[2001:db8::8]:2379', 'https://[2001:db8::9]:2379']);
  });

  test('without --initial-cluster, by the URL for members', () => {
    expect(() => read({ ...apart, 'initial-cluster': 'n2=https://192.0.2.8:2380,n3=https://192.0.2.9:2380' }, { controlPlanes: ['n1', 'n2', 'n3'] }))
      .toThrow('addresses must have the client addresses of n2, n3');
    expect(() => read({ ...apart, 'initial-cluster': 'n2=https://192.0.2.8:2380', 'initial-advertise-peer-urls': undefined }, { controlPlanes: ['n1', 'n2', 'n3'] }))
      .toThrow('for clients and none for members');
  });
});

describe('the members\' names have a domain, the nodes\' names don\'t', () => {
  const named = { 'name': 'm-01.example.com', 'initial-cluster': THREE.replace(/n(\d)/g, 'm-0$1.example.com') };
  const addresses = ['https://192.0.2.7:2379', 'https://192.0.2.8:2379', 'https://192.0.2.9:2379'];

  test('the addresses of --initial-cluster are used', () => {
    const cluster = read(named, { controlPlanes: ['m-01', 'm-02', 'm-03'] });
    expect(cluster.controlPlanes).toEqual(['m-01', 'm-02', 'm-03']);
    expect(clientUrls(cluster)).toEqual(addresses);
    expect(cluster.members[1].peerUrl).toBe('https://192.0.2.8:2380');
  });

  test.each([
    ['the nodes\' have one, the members\' don\'t', { 'name': 'm-01', 'initial-cluster': THREE.replace(/n(\d)/g, 'm-0$1') }, ['m-01.a.b', 'm-02.a.b', 'm-03.a.b']],
    ['both have one, and they differ', named, ['m-01.internal', 'm-02.internal', 'm-03.internal']],
    ['members\' are written in capitals', { 'name': 'M-01', 'initial-cluster': THREE.replace(/n(\d)/g, 'M-0$1') }, ['m-01', 'm-02', 'm-03']],
    ['another order', named, ['m-01', 'm-02', 'm-03']],
  ])('%s', (_, changes, controlPlanes) => {
    expect(clientUrls(read(changes, { controlPlanes }))).toEqual(addresses);
  });

  test('the first of several, which knows only itself', () => {
    const cluster = read({ 'name': 'm-01.example.com', 'initial-cluster': 'm-01.example.com=https://192.0.2.7:2380' }, { controlPlanes: ['m-01', 'm-02', 'm-03'] });
    expect(clientUrls(cluster)).toEqual(['https://192.0.2.7:2379', 'https://m-02:2379', 'https://m-03:2379']);
  });

  test('where two have the same first label, nothing is guessed: names are used', () => {
    const twins = { 'name': 'm.a', 'initial-cluster': 'm.a=https://192.0.2.7:2380,m.b=https://192.0.2.8:2380,n3=https://192.0.2.9:2380' };
    expect(clientUrls(read(twins, { controlPlanes: ['m', 'n2', 'n3'] }))).toEqual(['https://m:2379', 'https://n2:2379', 'https://192.0.2.9:2379']);
    expect(clientUrls(read(named, { controlPlanes: ['m-01.x', 'm-01.y', 'm-03'] }))).toEqual(['https://m-01.x:2379', 'https://m-01.y:2379', 'https://192.0.2.9:2379']);
  });
});

describe('URLs that mean each machine itself', () => {
  test.each(OWN_HOSTS)('%s, advertised among several members, is refused with the fix', (host) => {
    expect(() => read({ 'advertise-client-urls': `https://${host}:2379` })).toThrow(
      `addresses must have the address of n1: manifest has https://${host}:2379 in --advertise-client-urls, `
      + 'which leads each machine to itself; correct it on the control plane, too');
    expect(() => read({ ...alone, 'advertise-client-urls': `https://${host}:2379` }, { controlPlanes: ['n1', 'n2', 'n3'] }))
      .toThrow('addresses must have the address of n1');
  });

  test.each(OWN_HOSTS)('%s, among the URLs for members, is refused with the fix', (host) => {
    expect(() => read({ 'initial-cluster': THREE.replace('192.0.2.8', host) })).toThrow(
      `addresses must have the address of n2: manifest has https://${host}:2380 in --initial-cluster`);
  });

  test.each(OWN_HOSTS)('%s, advertised by a single member, is fine for a snapshot on that node', (host) => {
    const cluster = read({ ...alone, 'advertise-client-urls': `https://${host}:2379` });
    expect(cluster.endpointsSeenFrom('n1')[0]).toBe('https://127.0.0.1:2379');
  });

  test('with addresses, these are taken for clients and members', () => {
    const cluster = read({ 'advertise-client-urls': 'https://0.0.0.0:2379', 'initial-cluster': THREE.replace('192.0.2.8', '127.0.0.1') }, {
      addresses: { n1: '10.0.0.1', n2: '10.0.0.2', n3: '10.0.0.3' },
    });
    expect(clientUrls(cluster)).toEqual(['https://10.0.0.1:2379', 'https://10.0.0.2:2379', 'https://10.0.0.3:2379']);
    expect(cluster.members.map(({ peerUrl }) => peerUrl)).toEqual(['https://192.0.2.7:2380', 'https://10.0.0.2:2380', 'https://192.0.2.9:2380']);
  });

  test('beside one for others, the one for others is used', () => {
    expect(clientUrls(read({ 'advertise-client-urls': 'https://127.0.0.1:2379,https://192.0.2.7:2379' }))[0]).toBe('https://192.0.2.7:2379');
  });

  test('the same URL of two members is refused with the fix', () => {
    expect(() => read({ 'initial-cluster': THREE.replace('192.0.2.9', '192.0.2.8') })).toThrow(
      'addresses must differ, got the same host for n2 and n3, https://192.0.2.8:2379 and https://192.0.2.8:2380: set addresses to those of each');
    expect(() => read({ 'initial-cluster': THREE.replace('192.0.2.9', '192.0.2.7') })).toThrow('addresses must differ, got the same host for n1 and n3');
  });

  test('names that look like numbers are names', () => {
    expect(clientUrls(read({ ...alone }, { controlPlanes: ['n1', 'node.1', 'node.02'] })).slice(1)).toEqual(['https://node.1:2379', 'https://node.02:2379']);
  });
});

describe('unix sockets among the client URLs', () => {
  test('are passed over', () => {
    const cluster = read({
      'listen-client-urls': 'unix:///run/etcd.sock,https://127.0.0.1:2379', 'advertise-client-urls': 'unixs://localhost:23790,https://192.0.2.7:2379',
    });
    expect(cluster.endpointsSeenFrom('n1')).toEqual(['https://127.0.0.1:2379', 'https://192.0.2.8:2379', 'https://192.0.2.9:2379']);
  });

  test.each([['listen-client-urls', 'unixs:///run/etcd.sock'], ['advertise-client-urls', 'unix:///a,unix:///b']])('%s with nothing else is refused with a fix', (flag, value) => {
    expect(() => read({ [flag]: value })).toThrow(`manifest has --${flag}=${value}, unix sockets alone, which no pod reaches: `
      + 'add an https URL to it on the control plane, or describe the cluster with EtcdCluster.kubeadm');
  });
});
