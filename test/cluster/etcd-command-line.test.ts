import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { CommandLineEtcdProps } from '../../src/cluster/etcd-cluster-props';
import { EtcdVersion } from '../../src/cluster/etcd-version';

const image = 'registry.k8s.io/etcd:3.5.15-0';
const read = (commandLine: string, props: Partial<CommandLineEtcdProps> = {}) => EtcdCluster.fromCommandLine({ name: 'prod', commandLine, image, ...props });

const etcd = 'etcd --advertise-client-urls=https://10.0.0.3:2379 --cert-file=/etc/kubernetes/pki/etcd/server.crt --client-cert-auth=true '
  + '--data-dir=/var/lib/etcd --experimental-initial-corrupt-check=true --initial-advertise-peer-urls=https://10.0.0.3:2380 '
  + '--initial-cluster=cp2=https://10.0.0.2:2380,cp1=https://10.0.0.1:2380,cp3=https://10.0.0.3:2380 --initial-cluster-state=existing '
  + '--key-file=/etc/kubernetes/pki/etcd/server.key --listen-client-urls=https://127.0.0.1:2379,https://10.0.0.3:2379 --name=cp3 '
  + '--trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt';
const others = [
  'UID          PID    PPID  C STIME TTY          TIME CMD',
  'root        2986    2862  3 22:22 ?        00:01:12 kube-apiserver --advertise-address=10.0.0.3 --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt',
];
const grep = 'root        9893    8194  0 22:41 pts/0    00:00:00 grep --color=auto -i etcd';

describe('the line of a running etcd', () => {
  test.each([
    ['alone', etcd],
    ['with the columns of ps -ef', `root        3554    3031  0 22:23 ?        00:00:26 ${etcd}`],
    ['among other processes', [...others, `root        3554    3031  0 22:23 ?        00:00:26 ${etcd}`, grep].join('\n')],
    ['with a path, from systemctl status', `     CGroup: /system.slice/etcd.service\n             └─812 /usr/local/bin/${etcd}`],
    ['beside a process that works on a folder of its name', `root 1 0 backup --source=/var/lib/etcd --target=/mnt\n${etcd}`],
    ['from /proc', etcd.replace(/ /g, '\0') + '\0'],
    ['with values behind a space', etcd.replace(/(--[-a-z]+)=/g, '$1 ')],
    ['twice, as a shell shows it and as itself', `sh -c ${etcd}\n${etcd}`],
  ])('%s', (_, text) => {
    const cluster = read(text);
    expect(cluster.memberName).toBe('cp3');
    expect(cluster.dataDir).toBe('/var/lib/etcd');
    expect(cluster.etcdVersion.toString()).toBe('3.5.15');
    expect(cluster.controlPlanes).toEqual(['cp2', 'cp1', 'cp3']);
    expect(cluster.endpointsFrom('cp1')).toEqual(['https://127.0.0.1:2379', 'https://10.0.0.2:2379', 'https://10.0.0.3:2379']);
    expect(cluster.certificates?.files.cert).toBe('/etc/kubernetes/pki/etcd/healthcheck-client.crt');
  });

  test('of a cluster whose members and version are told', () => {
    const cluster = read(etcd, { controlPlanes: ['cp3'], image: 'example.com/etcd:stable', etcdVersion: EtcdVersion.of('3.5.21') });
    expect(cluster.controlPlanes).toEqual(['cp3']);
    expect(cluster.etcdVersion.toString()).toBe('3.5.21');
  });

  test.each(['', others.join('\n'), grep, 'etcd'])('isn\'t in %j, and the message says how to get it', text => {
    expect(() => read(text)).toThrow(/^commandLine must hold the line of an etcd process with its flags, got .*: ps -ww -C etcd -o args prints it$/);
  });

  test('must be one process', () => {
    expect(() => read(`${etcd}\n${etcd.replace('--name=cp3', '--name=cp4')}`)).toThrow(
      'commandLine must hold one etcd process, got 2 with different flags: leave the others out');
  });

  test('cut off by a narrow terminal says which flag is missing', () => {
    expect(() => read(etcd.slice(0, etcd.indexOf('--data-dir')))).toThrow('commandLine has no --data-dir: is it the whole of it, and etcd\'s?');
  });
});
