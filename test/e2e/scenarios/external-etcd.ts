import { readFileSync } from 'fs';
import assert from 'node:assert/strict';
import { join } from 'path';
import { Cron, Size } from 'cdk8s';
import { PersistentVolumeAccessMode, PersistentVolumeClaim } from 'cdk8s-plus-28';
import { EtcdSnapshotCronJob } from '../../../src/backup/etcd-snapshot-cron-job';
import { SnapshotNodes } from '../../../src/backup/snapshot-nodes';
import { ContainerImages } from '../../../src/cluster/container-images';
import { EtcdCertificates } from '../../../src/cluster/etcd-certificates';
import { BackupVolume } from '../../../src/storage/backup-volume';
import { BackupFolder } from '../../support/e2e/backup-folder';
import { externalCluster, namesOf, synthesized } from '../../support/e2e/chart';
import { saved } from '../../support/e2e/job-run';
import { localPathProvisioner, volumeOf } from '../../support/e2e/local-path';
import { Scenario } from '../scenario';

const pki = '/etc/kubernetes/pki/etcd';

export const restricted: Scenario = {
  group: 5,
  promise: 'an external etcd is backed up with certificates from a Secret, in a namespace that enforces the restricted standard',
  run: async (stage) => {
    const { cluster, kubernetes, etcd, namespace } = stage;
    const [node] = cluster.controlPlanes;
    await localPathProvisioner(stage);
    await kubernetes.createNamespace('restricted');
    const file = async (path: string) => Buffer.from(await node.readFile(path)).toString('base64');
    await kubernetes.apply([{
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'etcd-client', namespace },
      data: {
        'ca.crt': await file(`${pki}/ca.crt`),
        'tls.crt': await file(`${pki}/healthcheck-client.crt`),
        'tls.key': await file(`${pki}/healthcheck-client.key`),
      },
    }]);

    const objects = synthesized(stage, (chart) => {
      const claim = new PersistentVolumeClaim(chart, 'claim', {
        metadata: { name: 'backups' }, accessModes: [PersistentVolumeAccessMode.READ_WRITE_ONCE], storage: Size.gibibytes(1), storageClassName: 'local-path',
      });
      new EtcdSnapshotCronJob(chart, 'snapshots', {
        cluster: externalCluster(stage, 'billing', EtcdCertificates.fromSecretName('etcd-client')),
        volume: BackupVolume.fromPersistentVolumeClaim(chart, 'backups', claim),
        schedule: Cron.annually(),
      });
    });
    const [{ spec }] = objects.filter(({ kind }) => kind === 'CronJob');
    const { containers, initContainers } = spec.jobTemplate.spec.template.spec;
    await stage.loadImages([...new Set<string>([...containers, ...initContainers].map(({ image }) => image))]);
    await kubernetes.apply(objects);

    const first = saved(await kubernetes.runCronJob(namesOf(objects, 'CronJob')[0], 'first'));
    assert.equal(first.endpoint, `https://${cluster.etcdMembers[0].address}:2379`);
    const volume = await volumeOf(stage, 'backups');
    const folder = new BackupFolder(cluster.node(volume.node), `${volume.path}/billing`);
    assert.equal((await etcd.status(folder, first.backup)).revision, first.revision);
    assert.ok((await folder.modes(first.backup)).every((line) => /^(600|700) 65532 /.test(line)), 'all of it belongs to the user without a name');

    // One member down is no reason to go without a backup.
    await cluster.etcdMembers[0].powerOff();
    stage.atTheEnd(() => cluster.etcdMembers[0].powerOn());
    const second = saved(await kubernetes.runCronJob(namesOf(objects, 'CronJob')[0], 'second'));
    assert.equal(second.endpoint, `https://${cluster.etcdMembers[1].address}:2379`);
    assert.deepEqual(await folder.backups(), [first.backup, second.backup]);
  },
};

export const hostPathRefused: Scenario = {
  group: 5,
  promise: 'pods that mount folders of the host are refused where restricted is enforced, and come with the label that the docs name',
  run: async (stage) => {
    const { cluster, kubernetes } = stage;
    const [node] = cluster.controlPlanes;
    await kubernetes.createNamespace('restricted');
    const described = externalCluster(stage, 'billing', EtcdCertificates.fromHostFolder(pki));
    await stage.loadImages(ContainerImages.defaults().listFor(described), [node]);
    stage.atTheEnd(() => node.run(['rm', '-rf', '/mnt/backup']));
    const objects = synthesized(stage, (chart) => {
      new EtcdSnapshotCronJob(chart, 'snapshots', {
        cluster: described, volume: BackupVolume.fromHostPath(chart, 'backups'), nodes: SnapshotNodes.named(node.name), schedule: Cron.annually(),
      });
    });
    await kubernetes.apply(objects);
    await kubernetes.startJob(namesOf(objects, 'CronJob')[0], 'refused');
    await kubernetes.eventually('the refusal is told', async () => {
      const { items } = await kubernetes.get('events', '--field-selector', 'reason=FailedCreate');
      return items.some(({ message }: { message: string }) => message.includes('violates PodSecurity "restricted:latest"') && message.includes('hostPath'));
    }, 30);

    const docs = readFileSync(join(__dirname, '../../../docs/back-up.md'), 'utf8');
    const [, label] = /^kubectl label namespace \S+ (\S+)$/m.exec(docs) ?? [];
    assert.ok(label, 'docs/back-up.md names the label');
    await kubernetes.kubectl(['label', '--overwrite', 'namespace', stage.namespace, label]);
    saved(await kubernetes.runCronJob(namesOf(objects, 'CronJob')[0], 'admitted'));
  },
};
