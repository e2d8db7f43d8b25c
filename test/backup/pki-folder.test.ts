import { Cron } from 'cdk8s';
import { chart } from './snapshot-fixtures';
import { mountOf, only } from './synthesized';
import { EtcdSnapshotCronJob } from '../../src/backup/etcd-snapshot-cron-job';
import { EtcdCertificates } from '../../src/cluster/etcd-certificates';
import { EtcdCluster, IEtcdCluster } from '../../src/cluster/etcd-cluster';
import { KubernetesVersion } from '../../src/cluster/kubernetes-version';
import { BackupVolume } from '../../src/storage/backup-volume';
import { withNodeFiles } from '../support/with-node-files';

const FLAGS = '--name=cp1 --data-dir=/var/lib/etcd --advertise-client-urls=https://10.0.0.1:2379 --initial-cluster=cp1=https://10.0.0.1:2380';

/** An etcd whose certificates are in `folder`, which is `onHost` on the host. */
function read(folder: string, onHost = folder, certificates?: EtcdCertificates): EtcdCluster {
  const volumes = [['/var/lib/etcd', '/var/lib/etcd'], [folder, onHost]];
  const container = {
    name: 'etcd',
    image: 'registry.k8s.io/etcd:3.5.21-0',
    command: ['etcd', ...FLAGS.split(' '), `--cert-file=${folder}/server.crt`, `--trusted-ca-file=${folder}/ca.crt`],
    volumeMounts: volumes.map(([mountPath], i) => ({ name: `v${i}`, mountPath })),
  };
  const manifest = { spec: { containers: [container], volumes: volumes.map(([, path], i) => ({ name: `v${i}`, hostPath: { path } })) } };
  return EtcdCluster.fromStaticPodManifest(JSON.stringify(manifest), { name: 'prod', certificates });
}

const kubeadm = (certificates?: EtcdCertificates) => EtcdCluster.kubeadm({
  name: 'prod', kubernetesVersion: KubernetesVersion.of('1.34.4'), controlPlanes: ['cp1'], certificates,
});

/** The paths on the host that a pod mounts of the PKI: two files for fingerprints, and the folder that it keeps. */
function foldersOf(cluster: IEtcdCluster): string[] {
  const scope = chart();
  new EtcdSnapshotCronJob(scope, 'snapshots', {
    cluster, volume: BackupVolume.fromHostPath(scope, 'v'), schedule: Cron.daily(), includePki: true,
  });
  const cronJob = only(scope, 'CronJob');
  return ['fingerprint-ca-crt', 'fingerprint-sa-pub', 'pki'].map((name) => mountOf(cronJob, name).source.hostPath.path);
}

const filesOf = (folder: string) => [`${folder}/ca.crt`, `${folder}/sa.pub`, folder];

test.each<[string, () => EtcdCluster, string]>([
  ['kubeadm\'s own', () => kubeadm(), '/etc/kubernetes/pki'],
  ['minikube\'s', () => read('/var/lib/minikube/certs/etcd'), '/var/lib/minikube/certs'],
  ['kubeadm\'s certificatesDir', () => read('/opt/k8s/certificates/etcd'), '/opt/k8s/certificates'],
  ['a folder of the host that the container has elsewhere', () => read('/etc/kubernetes/pki/etcd', '/srv/pki/etcd'), '/srv/pki'],
  ['a folder that was read, beside certificates of a person\'s own', () => read('/opt/k8s/etcd', undefined, EtcdCertificates.fromHostFolder('/root/etcd')), '/opt/k8s'],
  ['a folder that was read, beside certificates in a Secret',
    () => read('/opt/k8s/etcd', undefined, EtcdCertificates.fromSecretName('etcd')), '/opt/k8s'],
  ['a command line\'s', () => EtcdCluster.fromCommandLine(
    `etcd ${FLAGS} --cert-file=/etc/kubernetes/ssl/etcd/server.crt --trusted-ca-file=/etc/kubernetes/ssl/etcd/ca.crt`, { name: 'prod', image: 'etcd:3.5.21' },
  ), '/etc/kubernetes/ssl'],
  ['of certificates that a person has named, by its name', () => kubeadm(EtcdCertificates.fromHostFolder('/var/lib/minikube/certs/etcd/')), '/var/lib/minikube/certs'],
  ['not the folder above any that is called etcd', () => kubeadm(EtcdCertificates.fromHostFolder('/etc/ssl/etcd')), '/etc/kubernetes/pki'],
  ['not the folder above one that isn\'t etcd\'s in a PKI folder', () => read('/etc/kubernetes/pki/etcd', '/srv/etcd-certificates'), '/etc/kubernetes/pki'],
])('files of the PKI come from where it is: %s', (_, cluster, folder) => {
  expect(foldersOf(cluster())).toEqual(filesOf(folder));
});

test('pkiFolder of a KubeadmCluster goes before what was read', () => {
  expect(foldersOf(withNodeFiles(read('/var/lib/minikube/certs/etcd'), { pkiFolder: '/srv/pki' }))).toEqual(filesOf('/srv/pki'));
});
