import { EtcdCluster } from '../../src/cluster/etcd-cluster';
import { CommandLineEtcdProps } from '../../src/cluster/etcd-cluster-props';
import { EtcdVersion } from '../../src/cluster/etcd-version';

const image = 'registry.k8s.io/etcd:3.5.15-0';
const read = (commandLine: string, props: Partial<CommandLineEtcdProps> = {}) => EtcdCluster.fromCommandLine(commandLine, { name: 'prod', image, ...props });

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
    ['with values behind a space', etcd.replace(/(--(?!client-cert-auth|experimental)[-a-z]+)=/g, '$1 ')],
    ['twice, as a shell shows it and as itself', `sh -c ${etcd}\n${etcd}`],
    ['as a shell shows it alone', `root 9 1 0 10:00 ? 00:00:01 sh -c exec ${etcd} 2>&1 | tee /var/log/etcd.log`],
    ['with the columns of ps aux', `root      3554  4.1  3.0 11217788 60012 ?      Ssl  Nov21 123:45 ${etcd}`],
    ['with the columns of ps axf and its tree', `   3031 ?        Sl     0:10  \\_ ${etcd}`],
    ['with a tree of several branches', `root 1 2 0 Nov21 ? 1-02:03:04  |   \\_ /usr/bin/${etcd}`],
    ['with its number, from pgrep -a', `3554 ${etcd}`],
    ['with a name of a user alone', `root ${etcd}`],
    ['of a journal', `Nov 21 10:00:00 n1 systemd[1]: Started ${etcd}`],
    ['from /proc, beside another one', `${etcd.replace(/ /g, '\0')}\0\nsh\0-c\0sleep 1\0`],
    ['with docker beside it', 'root 9 1 0 10:00 ? 00:00:01 /usr/bin/docker run --net=host -v /var/lib/etcd:/var/lib/etcd:rw --name etcd quay.io/coreos/etcd:v3.5.9 '
      + `/usr/local/bin/${etcd} --pre-vote=false\nroot 11 9 0 10:00 ? 00:00:01 /usr/local/bin/${etcd}`],
    ['in docker\'s line alone', `/usr/bin/docker run --restart=on-failure:5 --net=host -v /var/lib/etcd:/var/lib/etcd:rw --name etcd quay.io/coreos/etcd:v3.5.9 /usr/local/bin/${etcd}`],
    ['with a backup beside it', `root 5 1 0 10:00 ? 00:00:01 rsync -a /var/lib/etcd --delete /mnt\nroot 11 9 0 10:00 ? 00:00:01 ${etcd}`],
    ['with others who name it beside it', ['tail -f /var/log/etcd --name=etcd', 'sudo -u etcd /opt/etcd --follow', 'etcdctl --endpoints=x snapshot save etcd', 'etcd grpc-proxy start --endpoints=x',
      'journalctl -u etcd -f', 'vi /etc/etcd --name=x', etcd].join('\n')],
  ])('%s', (_, text) => {
    const cluster = read(text);
    expect(cluster.dataFolder).toBe('/var/lib/etcd');
    expect(cluster.etcdVersion.toString()).toBe('3.5.15');
    expect(cluster.controlPlanes).toEqual(['cp2', 'cp1', 'cp3']);
    expect(cluster.endpointsSeenFrom('cp1')).toEqual(['https://127.0.0.1:2379', 'https://10.0.0.2:2379', 'https://10.0.0.3:2379']);
    expect(cluster.certificates?.files.cert).toBe('/etc/kubernetes/pki/etcd/healthcheck-client.crt');
  });

  test('of a cluster whose members and version are told', () => {
    const cluster = read(etcd, { controlPlanes: ['cp3'], image: 'example.com/etcd:stable', etcdVersion: EtcdVersion.of('3.5.21') });
    expect(cluster.controlPlanes).toEqual(['cp3']);
    expect(cluster.etcdVersion.toString()).toBe('3.5.21');
  });

  test.each(['', others.join('\n'), grep, 'rsync -a /var/lib/etcd /mnt --delete', 'etcd gateway start --endpoints=x'])('isn\'t in %j, and the message says how to get it', text => {
    expect(() => read(text)).toThrow(/^commandLine must hold the line of an etcd process with its flags, got .*: ps -ww -C etcd -o args prints it$/);
  });

  test.each([
    ['as a unit of kubespray shows it', 'root 1234 1 3 10:00 ? 00:10:00 /usr/local/bin/etcd'],
    ['alone', 'etcd'],
    ['below its header', 'COMMAND\n/usr/bin/etcd\n'],
    ['in a tree', '   CGroup: /system.slice/etcd.service\n           └─812 /usr/bin/etcd'],
    ['from /proc', '/usr/bin/etcd\0'],
    ['beside a shell that greps for it', `etcd\n${grep}`],
  ])('that takes everything from variables or a file, %s: the message says what helps, and not what was just done', (_, text) => {
    expect(() => read(text)).toThrow('commandLine has an etcd process without flags, which takes them from variables or a file, and no process list shows those: '
      + 'describe it with EtcdCluster.external, or the etcd of a control plane with EtcdCluster.kubeadm or fromStaticPodManifest');
  });

  test('that takes the rest from variables: so does this one', () => {
    expect(() => read('/usr/bin/etcd --name=cp1')).toThrow('commandLine has no --advertise-client-urls: check that it is complete and is etcd\'s; '
      + 'if so, describe it with EtcdCluster.external, or the etcd of a control plane');
    expect(() => read('/usr/bin/etcd --config-file /etc/etcd/etcd.conf.yml')).toThrow('or EtcdCluster.external where it is none of kubeadm\'s');
  });

  test.each([
    ['as systemctl status cuts it', '           └─812 /usr/bin/etcd --advertise-client-urls=https://192.0.2.7:2379 --data-dir=/var/lib/etcd --initial-clu…', '--initial-clu…'],
    ['without Unicode', '/usr/bin/etcd --data-dir=/var/lib/etcd --initial-clu...', '--initial-clu...'],
    ['as less cuts it', '└─812 /usr/bin/etcd --data-dir=/var/lib/etcd --initial-clu>', '--initial-clu>'],
    ['in the middle', 'etcd --data-dir=/var/lib/etcd --init…urls=x --name=cp1', '--init…urls=x'],
    ['at once', '└─812 /usr/bin/etcd …', '…'],
  ])('that is cut, %s, is refused with the fix', (_, text, at) => {
    expect(() => read(text)).toThrow(`commandLine must hold the whole line of etcd, got one that is cut at ${JSON.stringify(at)}, as systemctl status cuts it: `
      + 'ps -ww -C etcd -o args prints all of it');
  });

  test('with a blank in a value, which its line doesn\'t show as one word', () => {
    expect(() => read(etcd.replace('2380,cp1', '2380, cp1'))).toThrow('commandLine has the word "cp1=https://10.0.0.1:2380,cp3=https://10.0.0.3:2380" after '
      + '--initial-cluster=cp2=https://10.0.0.2:2380,, where etcd takes only flags');
    expect(read(etcd.replace('2380,cp1', '2380,\tcp1').replace(/ /g, '\0')).controlPlanes).toEqual(['cp2', 'cp1', 'cp3']);
  });

  test('must be one process', () => {
    expect(() => read(`${etcd}\n${etcd.replace('--name=cp3', '--name=cp4')}`)).toThrow(
      'commandLine must hold one etcd process, got 2 with different flags: leave the others out');
  });

  test('cut off by a narrow terminal says which flag is missing', () => {
    expect(() => read(etcd.slice(0, etcd.indexOf('--data-dir')))).toThrow('commandLine has no --data-dir: check that it is complete and is etcd\'s');
  });
});
