import assert from 'node:assert/strict';
import { EtcdSnapshotJob } from '../../../src/backup/etcd-snapshot-job';
import { SnapshotNodes } from '../../../src/backup/snapshot-nodes';
import { ContainerImages } from '../../../src/cluster/container-images';
import { EtcdCluster } from '../../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../../src/cluster/etcd-version';
import { BackupVolume } from '../../../src/storage/backup-volume';
import { EtcdImageContent } from '../../lab/etcd-image';
import { loadImages } from '../../lab/image-loading';
import { BackupFolder } from '../../support/e2e/backup-folder';
import { namesOf, synthesized } from '../../support/e2e/chart';
import { Etcd } from '../../support/e2e/etcd';
import { saved } from '../../support/e2e/job-run';
import { KubernetesObject } from '../../support/e2e/kubernetes';
import { Scenario } from '../scenario';

interface Variant {
  readonly name: string;
  readonly image: string;
  readonly version: string;
  /** What the image holds. */
  readonly content: EtcdImageContent;
}

const variants: readonly Variant[] = [
  { name: 'v34', image: 'quay.io/coreos/etcd:v3.4.23', version: '3.4.23', content: { shell: false } },
  { name: 'v34-shell', image: 'registry.k8s.io/etcd:3.4.23-0', version: '3.4.23', content: { shell: true } },
  { name: 'v35-no-etcdutl', image: 'registry.k8s.io/etcd:3.5.21-0', version: '3.5.21', content: { shell: true, etcdutl: false } },
  { name: 'v35-shell', image: 'quay.io/coreos/etcd:v3.5.21', version: '3.5.21', content: { shell: true, etcdutl: true } },
  { name: 'v35', image: 'gcr.io/etcd-development/etcd:v3.5.35', version: '3.5.35', content: { shell: false, etcdutl: true } },
  { name: 'v36', image: 'gcr.io/etcd-development/etcd:v3.6.16', version: '3.6.16', content: { shell: false, etcdutl: true } },
  { name: 'v37', image: 'gcr.io/etcd-development/etcd:v3.7.3', version: '3.7.3', content: { shell: false, etcdutl: true } },
];

export const images: Scenario = {
  group: 7,
  promise: 'images of etcd 3.4, 3.5, 3.6 and 3.7, with and without a shell, with and without etcdutl, take verified backups',
  run: async (stage) => {
    const { cluster, kubernetes } = stage;
    const [node] = cluster.controlPlanes;
    await stage.loadImages([ContainerImages.defaults().busybox], [node]);
    for (const { image, content } of variants) await loadImages([image], [node], content);
    await kubernetes.createNamespace();

    const endpoint = (index: number) => `http://${node.address}:${23790 + 10 * index}`;
    await kubernetes.apply(variants.map((variant, index) => server(stage.namespace, variant, node.name, endpoint(index))));
    await kubernetes.kubectl(['wait', '--for=condition=Ready', '--timeout=90s', 'pod', '--all']);
    for (const [index, { name }] of variants.entries()) {
      await kubernetes.kubectl(['exec', name, '--', 'etcdctl', `--endpoints=${endpoint(index)}`, 'put', 'image', name]);
    }

    stage.atTheEnd(() => node.run(['rm', '-rf', '/mnt/backup']));
    const objects = synthesized(stage, (chart) => {
      const volume = BackupVolume.fromHostPath(chart, 'backups');
      variants.forEach(({ name, image, version }, index) => {
        const etcd = EtcdCluster.external({ name, image, etcdVersion: EtcdVersion.of(version), endpoints: [endpoint(index)] });
        new EtcdSnapshotJob(chart, name, { cluster: etcd, volume, nodes: SnapshotNodes.named(node.name) });
      });
    });
    await kubernetes.apply(objects);
    for (const [index, job] of namesOf(objects, 'Job').entries()) {
      const { name, version } = variants[index];
      stage.say(variants[index].image);
      const { backup } = saved(await kubernetes.ended(job));
      const folder = new BackupFolder(node, `/mnt/backup/${name}`);
      assert.equal((await folder.record(backup)).etcdVersion, version);
      const { keys } = await new Etcd(version).restored(folder, backup, '');
      assert.deepEqual(keys.map(({ key, value }) => [key, value]), [['image', name]]);
    }
  },
};

/** An etcd of its own, from the image whose tools take its snapshots. */
function server(namespace: string, { name, image }: Variant, nodeName: string, endpoint: string): KubernetesObject {
  const port = Number(new URL(endpoint).port);
  const peers = `http://127.0.0.1:${port + 1}`;
  const flags = [
    '--data-dir=/data', `--listen-client-urls=${endpoint}`, `--advertise-client-urls=${endpoint}`, `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`, `--initial-cluster=default=${peers}`,
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      nodeName,
      hostNetwork: true,
      terminationGracePeriodSeconds: 0,
      containers: [{
        name: 'etcd',
        image,
        command: ['etcd', ...flags],
        readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      }],
      volumes: [{ name: 'data', emptyDir: {} }],
    },
  };
}
