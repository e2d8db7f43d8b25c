import * as fs from 'fs';
import * as path from 'path';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';
import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { StaticPodEtcdProps } from '../../src/cluster/etcd-cluster-props';
import { EtcdVersion } from '../../src/cluster/etcd-version';

const warn = jest.spyOn(console, 'warn').mockImplementation();

const fileOf = (minor: string) => path.join(__dirname, 'fixtures', `kubeadm-${minor}.yaml`);
const textOf = (minor: string) => fs.readFileSync(fileOf(minor), 'utf8');
const read = (manifest: string, props: Partial<StaticPodEtcdProps> = {}) => EtcdCluster.fromStaticPodManifest(manifest, { name: 'prod', ...props });

/** The manifest of a third control plane, edited. The edit must hit something, or the test would prove nothing. */
function edited(pattern: string | RegExp, replacement: string, minor = '1.31'): string {
  const text = textOf(minor).replace(pattern, replacement);
  expect(text).not.toBe(textOf(minor));
  return text;
}

/** A pod that runs etcd in the given way, on IPs, with kubeadm's paths. */
function podWith(container: object, volumes: object[] = []): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    spec: {
      containers: [
        { name: 'metrics', image: 'example.com/metrics:1', command: ['metrics', '--etcd=etcd'] },
        {
          image: 'registry.k8s.io/etcd:3.5.21-0',
          volumeMounts: [{ name: 'data', mountPath: '/var/lib/etcd' }, { name: 'pki', mountPath: '/etc/kubernetes/pki/etcd' }],
          ...container,
        },
      ],
      volumes: [{ name: 'data', hostPath: { path: '/var/lib/etcd' } }, { name: 'pki', hostPath: { path: '/etc/kubernetes/pki/etcd' } }, ...volumes],
    },
  });
}

const flags = [
  '--name=cp1', '--data-dir=/var/lib/etcd', '--advertise-client-urls=https://10.0.0.1:2379',
  '--listen-client-urls=https://127.0.0.1:2379,https://10.0.0.1:2379', '--initial-cluster=cp1=https://10.0.0.1:2380',
  '--cert-file=/etc/kubernetes/pki/etcd/server.crt', '--trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt',
];

function expectCp1(cluster: EtcdCluster): void {
  expect(cluster).toMatchObject({ controlPlanes: ['cp1'], dataFolder: '/var/lib/etcd', isExternal: false });
  expect(cluster.endpointsSeenFrom('cp1')).toEqual(['https://127.0.0.1:2379']);
  expect(cluster.certificates?.files.key).toBe('/etc/kubernetes/pki/etcd/healthcheck-client.key');
}

describe('as kubeadm writes it', () => {
  test.each([['1.20', '3.4.13', 'k8s.gcr.io/etcd:3.4.13-0'], ['1.24', '3.5.3', 'k8s.gcr.io/etcd:3.5.3-0'], ['1.28', '3.5.15', 'registry.k8s.io/etcd:3.5.15-0']])(
    'a first control plane of %s runs etcd %s', (minor, version, image) => {
      const cluster = EtcdCluster.fromStaticPodManifestFile(fileOf(minor), { name: 'prod' });
      expectCp1(cluster);
      expect(cluster.image).toBe(image);
      expect(cluster.etcdVersion.toString()).toBe(version);
      expect(warn).not.toHaveBeenCalled();
    });

  test.each([['1.31', '3.5.15'], ['1.34', '3.6.5'], ['1.36', '3.6.8']])('the third control plane of %s knows all members, and runs etcd %s', (minor, version) => {
    const cluster = EtcdCluster.fromStaticPodManifestFile(fileOf(minor), { name: 'prod' });
    expect(cluster.etcdVersion.toString()).toBe(version);
    expect(cluster.members).toEqual(['2', '1', '3'].map(n =>
      ({ name: `cp${n}`, peerUrl: `https://10.0.0.${n}:2380`, clientUrl: `https://10.0.0.${n}:2379` })));
    expect(cluster.endpointsSeenFrom('cp3')).toEqual(['https://127.0.0.1:2379', 'https://10.0.0.2:2379', 'https://10.0.0.1:2379']);
    expect(cluster.endpointsSeenFrom('cp1')).toEqual(['https://127.0.0.1:2379', 'https://10.0.0.2:2379', 'https://10.0.0.3:2379']);
  });

  test('the first control plane knows only itself, so the others can be named', () => {
    const cluster = read(textOf('1.28'), { controlPlanes: ['cp1', 'cp2', 'cp3'], addresses: { cp2: '10.0.0.2' } });
    expect(cluster.members).toEqual([
      { name: 'cp1', peerUrl: 'https://10.0.0.1:2380', clientUrl: 'https://10.0.0.1:2379' },
      { name: 'cp2', peerUrl: 'https://10.0.0.2:2380', clientUrl: 'https://10.0.0.2:2379' },
      { name: 'cp3', peerUrl: 'https://cp3:2380', clientUrl: 'https://cp3:2379' },
    ]);
  });

  test('a second control plane knows of two, which is warned about with the way to correct it', () => {
    read(edited(/cp1=[^,]*,/, '').replace('cp3=https://10.0.0.3:2380', 'cp1=https://10.0.0.3:2380'), { name: 'second' });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining(
      'etcd cluster second, by its --initial-cluster (set controlPlanes if more have joined since): 2 etcd members tolerate the loss of 0'));
  });

  test('takes every prop', () => {
    const props: Required<StaticPodEtcdProps> = {
      name: 'staging',
      etcdVersion: EtcdVersion.of('3.5.16'),
      image: 'example.com/etcd:stable',
      controlPlanes: ['cp1'],
      addresses: { cp1: 'cp1.example.com' },
      zones: { cp1: 'eu-central-1a' },
      certificates: EtcdCertificates.fromHostFolder('/etc/etcd'),
    };
    const cluster = EtcdCluster.fromStaticPodManifest(textOf('1.31'), props);
    expect(cluster).toMatchObject({ name: 'staging', etcdVersion: props.etcdVersion, image: props.image, certificates: props.certificates });
    expect(cluster.members).toEqual([{ name: 'cp1', peerUrl: 'https://10.0.0.1:2380', clientUrl: 'https://cp1.example.com:2379', zone: 'eu-central-1a' }]);
  });
});

describe('as people have edited it', () => {
  test.each<[string, object]>([
    ['flags in args', { name: 'etcd', command: ['etcd'], args: flags }],
    ['flags in args alone', { name: 'etcd', args: flags }],
    ['a path before the program', { name: 'etcd', command: ['/usr/local/bin/etcd', ...flags] }],
    ['a container of another name', { name: 'database', command: ['etcd', ...flags] }],
    ['values behind a space', { name: 'etcd', command: ['etcd', ...flags.flatMap(flag => flag.split(/=([^]*)/, 2))] }],
    ['single dashes', { name: 'etcd', command: ['etcd', ...flags.map(flag => flag.slice(1))] }],
    ['a shell', { name: 'etcd', command: ['sh', '-c', `etcd ${flags.join(' ')}`] }],
    ['a shell that runs other things, too', {
      name: 'etcd', command: ['/bin/bash', '-ec'], args: [`# start\nulimit -n 65536 && exec etcd ${flags.join(' \\\n  ')} 2>&1 | tee /log; echo --name=no`],
    }],
    ['a shell with quotes', { name: 'etcd', command: ['sh', '-c', `etcd ${flags.map((flag, i) => i % 2 ? `'${flag}'` : flag.replace(/=(.*)/, '="$1"')).join(' ')}`] }],
    ['a program in between', { name: 'etcd', command: ['tini', '--', 'etcd', ...flags] }],
    ['variables', {
      name: 'etcd',
      command: ['etcd'],
      env: flags.map(flag => flag.slice(2).split(/=([^]*)/, 2)).map(([key, value]) => ({ name: `ETCD_${key.toUpperCase().replace(/-/g, '_')}`, value })),
    }],
    ['variables in flags', {
      name: 'etcd',
      command: ['etcd', ...flags.map(flag => flag.replace(/10\.0\.0\.1/g, '$(HOST_IP)'))],
      env: [{ name: 'HOST_IP', value: '10.0.0.1' }, { name: 'UNUSED', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
    }],
    ['shell variables in flags', {
      name: 'etcd',
      command: ['sh', '-c', `etcd ${flags.join(' ').replace(/https:\/\/10\.0\.0\.1/g, '${SCHEME}://$HOST')}`],
      env: [{ name: 'SCHEME', value: 'https' }, { name: 'HOST', value: '10.0.0.1' }],
    }],
    ['a flag twice, of which etcd takes the last', { name: 'etcd', command: ['etcd', '--name=old', ...flags] }],
    ['a variable and a flag, of which etcd takes the flag', { name: 'etcd', command: ['etcd', ...flags], env: [{ name: 'ETCD_NAME', value: 'old' }] }],
    ['a flag without a value', { name: 'etcd', command: ['etcd', '--client-cert-auth', ...flags, '--force-new-cluster'] }],
  ])('with %s, it says the same', (_, container) => expectCp1(read(podWith(container))));

  test('comments, and other documents before it', () => {
    expectCp1(read(`# kept by ansible\n---\nkind: ConfigMap\n---\n${textOf('1.28')}`));
  });

  test('the data where the volume is, as after a restore by hand', () => {
    expect(read(edited('path: /var/lib/etcd', 'path: /var/lib/etcd-restored')).dataFolder).toBe('/var/lib/etcd-restored');
  });

  test('the data in a folder within a volume, of which the innermost counts', () => {
    const cluster = read(podWith({
      name: 'etcd',
      command: ['etcd', ...flags, '--data-dir=/var/lib/etcd/nested/data'],
      volumeMounts: [
        { name: 'pki', mountPath: '/etc/kubernetes/pki/etcd' },
        { name: 'data', mountPath: '/var/lib/etcd' },
        { name: 'disk', mountPath: '/var/lib/etcd/nested', subPath: 'etcd' },
        { name: 'data', mountPath: '/var/lib/etc' },
      ],
    }, [{ name: 'disk', hostPath: { path: '/mnt/disk' } }]));
    expect(cluster.dataFolder).toBe('/mnt/disk/etcd/data');
  });

  test('certificates where the volume is', () => {
    const files = read(edited('path: /etc/kubernetes/pki/etcd', 'path: /opt/pki/etcd')).certificates?.files;
    expect(files?.ca).toBe('/opt/pki/etcd/ca.crt');
  });

  test('another port', () => {
    expect(read(edited(/:2379/g, ':12379')).endpointsSeenFrom('cp3')).toEqual(
      ['https://127.0.0.1:12379', 'https://10.0.0.2:12379', 'https://10.0.0.1:12379']);
  });

  test.each([
    ['every address', 'https://0.0.0.0:2379', 'https://127.0.0.1:2379'],
    ['every IPv6 address', 'https://[::]:2379', 'https://[::1]:2379'],
    ['localhost by name', 'https://localhost:2379', 'https://localhost:2379'],
    ['its own address alone', 'https://10.0.0.3:2379', 'https://10.0.0.3:2379'],
    ['plain http on the loopback', 'https://10.0.0.3:2379,http://127.0.0.1:2379', 'https://10.0.0.3:2379'],
  ])('listening on %s', (_, urls, first) => {
    const cluster = read(edited(/--listen-client-urls=.*/, `--listen-client-urls=${urls}`));
    expect(cluster.endpointsSeenFrom('cp3')).toEqual([first, 'https://10.0.0.2:2379', 'https://10.0.0.1:2379']);
  });

  test('listening nowhere near, from any node: every member', () => {
    expect(read(edited('https://127.0.0.1:2379,', '')).endpointsSeenFrom()).toEqual(
      ['https://10.0.0.2:2379', 'https://10.0.0.1:2379', 'https://10.0.0.3:2379']);
  });

  test('IPv6', () => {
    const text = textOf('1.36').replace(/10\.0\.0\.(\d)/g, '[fd00::$1]').replace(/127\.0\.0\.1/g, '[::1]');
    expect(read(text).endpointsSeenFrom('cp3')).toEqual(['https://[::1]:2379', 'https://[fd00::2]:2379', 'https://[fd00::1]:2379']);
  });

  test('plain http without certificates', () => {
    const cluster = read(edited(/https:/g, 'http:'));
    expect(cluster.certificates).toBeUndefined();
    expect(cluster.endpointsSeenFrom('cp3')[0]).toBe('http://127.0.0.1:2379');
  });

  test('https for clients beside http: the https one is used', () => {
    const cluster = read(edited(/--advertise-client-urls=/, '--advertise-client-urls=http://10.0.0.3:2378,'));
    expect(cluster.endpointsSeenFrom('cp3')[0]).toBe('https://127.0.0.1:2379');
  });

  test('a member with two peer URLs is one member', () => {
    const text = edited('cp1=https://10.0.0.1:2380', 'cp1=https://10.0.0.1:2380,cp1=https://192.168.0.1:2380');
    expect(read(text).controlPlanes).toEqual(['cp2', 'cp1', 'cp3']);
  });

  test('no initial cluster, as a person may leave it out once the data exists: the member alone', () => {
    expect(read(edited(/.*--initial-cluster=.*\n/, '')).members).toEqual(
      [{ name: 'cp3', peerUrl: 'https://10.0.0.3:2380', clientUrl: 'https://10.0.0.3:2379' }]);
    expect(read(edited(/.*--initial-(cluster|advertise-peer-urls)=.*\n/g, '')).controlPlanes).toEqual(['cp3']);
  });

  test('a member that isn\'t named as its node: the only control plane is its node', () => {
    const text = edited(/.*--name=.*\n/, '').replace(/--initial-cluster=.*/, '--initial-cluster=default=https://10.0.0.3:2380');
    const cluster = read(text, { controlPlanes: ['cp3'] });
    expect(cluster.members).toEqual([{ name: 'cp3', peerUrl: 'https://10.0.0.3:2380', clientUrl: 'https://10.0.0.3:2379' }]);
  });
});

describe('what is missing is said', () => {
  test.each([
    ['--data-dir', /.*--data-dir.*\n/, 'manifest has no --data-dir: check that it is complete and is etcd\'s'],
    ['--advertise-client-urls', /.*- --advertise-client-urls.*\n/,
      'manifest has no --advertise-client-urls: check that it is complete and is etcd\'s'],
    ['--cert-file', /.*--cert-file.*\n/, 'manifest has no --cert-file'],
    ['--trusted-ca-file', /.*- --trusted-ca-file.*\n/, 'manifest has no --trusted-ca-file'],
    ['the image', /.*image:.*\n/, 'manifest has no image for etcd\'s container: set image'],
  ])('%s', (_, pattern, message) => expect(() => read(edited(pattern, ''))).toThrow(message));

  test('the file\'s name is in the message, when it was read from one', () => {
    expect(() => EtcdCluster.fromStaticPodManifestFile(__filename.replace(/[^/]*$/, 'none.yaml'), { name: 'prod' })).toThrow(
      /^file must be the path of a static pod manifest, got ".*none\.yaml", which does not exist$/);
    expect(() => EtcdCluster.fromStaticPodManifestFile(path.join(__dirname, '../../package.json'), { name: 'prod' })).toThrow(
      /package\.json must be the static pod manifest of etcd, .* on a control plane: no container in it is named etcd or runs etcd$/);
  });

  test.each(['', 'just text', '- a\n- b\n', 'kind: Pod\nspec:\n  containers:\n  - name: kube-apiserver\n    command: [kube-apiserver, --etcd-servers=x]\n'])(
    'etcd, in %j', text => expect(() => read(text)).toThrow('manifest must be the static pod manifest of etcd'));

  test('a value that only the node knows', () => {
    const text = podWith({
      name: 'etcd', command: ['etcd', ...flags, '--name=$(NODE)'], env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    });
    expect(() => read(text)).toThrow('manifest has --name=$(NODE), which is known only on the node: replace it by its value in what is read here');
  });

  test('a configuration file, which etcd reads instead of flags', () => {
    expect(() => read(podWith({ name: 'etcd', command: ['etcd', '--config-file=/etc/etcd/etcd.conf'] }))).toThrow(
      'manifest has --config-file, which etcd reads instead of flags: describe the cluster with EtcdCluster.kubeadm');
  });

  test('a data directory that isn\'t on the host', () => {
    expect(() => read(edited('--data-dir=/var/lib/etcd', '--data-dir=/data'))).toThrow(
      'manifest has no hostPath volume for /data of --data-dir: describe the cluster with EtcdCluster.kubeadm and dataFolder');
  });

  test('certificates that aren\'t on the host', () => {
    const text = edited(/mountPath: \/etc\/kubernetes\/pki\/etcd/, 'mountPath: /pki');
    expect(() => read(text)).toThrow('manifest has no hostPath volume for /etc/kubernetes/pki/etcd of --cert-file: set certificates');
    expect(read(text, { certificates: EtcdCertificates.fromHostFolder() }).isExternal).toBe(false);
  });

  test('a client\'s certificate, where certificates aren\'t kubeadm\'s', () => {
    expect(() => read(edited('etcd/server.crt', 'etcd/cp3.pem'))).toThrow('manifest has --cert-file=/etc/kubernetes/pki/etcd/cp3.pem and '
      + '--trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt, not the server.crt and ca.crt of one folder as kubeadm has them: set certificates');
  });

  test('certificates for plain http are refused', () => {
    expect(() => read(edited(/https:/g, 'http:'), { certificates: EtcdCertificates.fromHostFolder() })).toThrow(
      'endpoints must be https when certificates are given');
  });

  test('a version, where the image has a digest alone', () => {
    const image = `example.com/etcd@sha256:${'a'.repeat(64)}`;
    const text = edited(/image: .*/, `image: ${image}`);
    expect(() => read(text)).toThrow(`etcdVersion must be given for the image ${image}, whose tag does not tell it`);
    expect(read(text, { etcdVersion: EtcdVersion.of('3.5.21') }).image).toBe(image);
  });

  test.each([['--advertise-client-urls', 'https://10.0.0.3'], ['--initial-cluster', 'cp3'], ['--listen-client-urls', 'ftp://10.0.0.3:2379']])(
    '%s that makes no sense: %s', (flag, value) => {
      expect(() => read(edited(new RegExp(`- ${flag}=.*`), `- ${flag}=${value}`))).toThrow(`${flag} must be scheme, host and port`);
    });

  test('a node\'s name, where members have names that no node can have', () => {
    expect(() => read(edited(/cp3=/, 'etcd_3='))).toThrow('controlPlanes must be a DNS subdomain');
  });
});

describe('text that is no manifest', () => {
  test('says that YAML is broken, instead of reading half of it', () => {
    expect(() => EtcdCluster.fromStaticPodManifest('spec:\n  containers: [ {name: etcd\nimage: x', { name: 'prod' }))
      .toThrow(/^manifest must be YAML, got text that is not: /);
  });

  test.each([['a carriage return', '\r'], ['a line separator', '\u2028']])('says that %s ends a line for the kubelet alone', (_, character) => {
    expect(() => EtcdCluster.fromStaticPodManifest(`kind: Pod\n# a comment${character}spec: {}\n`, { name: 'prod' }))
      .toThrow(`manifest has the character ${JSON.stringify(character)} in line 2, where the kubelet begins a new line and others do not: take it out`);
  });

  test('passes over documents that are no objects', () => {
    expect(() => EtcdCluster.fromStaticPodManifest('---\n- 1\n---\nhello\n', { name: 'prod' }))
      .toThrow(/^manifest must be the static pod manifest of etcd/);
  });
});

test('a byte order mark is no column of its line: what is wrong without it stays wrong', () => {
  expect(() => read(`\uFEFF${textOf('1.31')}`)).not.toThrow();
  expect(() => read(`\uFEFF ${textOf('1.31')}`)).toThrow('manifest must be YAML');
});
