import assert from 'node:assert/strict';
import { Chart, Cron, Size } from 'cdk8s';
import { PersistentVolumeAccessMode, PersistentVolumeClaim } from 'cdk8s-plus-28';
import { EtcdSnapshotCronJob } from '../../../src/backup/etcd-snapshot-cron-job';
import { ContainerImages } from '../../../src/cluster/container-images';
import { BackupVolume } from '../../../src/storage/backup-volume';
import { BackupFolder } from '../../support/e2e/backup-folder';
import { kubeadmCluster, namesOf, synthesized } from '../../support/e2e/chart';
import { disks, ebsDriver } from '../../support/e2e/ebs';
import { saved } from '../../support/e2e/job-run';
import { localPathProvisioner, volumeOf } from '../../support/e2e/local-path';
import { Scenario } from '../scenario';
import { Stage } from '../stage';

export const provisionedClaim: Scenario = {
  group: 4,
  promise: 'a claim that waits for its first consumer is bound where the pod comes, found again by the next run, and kept when it goes',
  run: async (stage) => {
    const { cluster, kubernetes } = stage;
    await localPathProvisioner(stage);
    await kubernetes.createNamespace();
    await kubernetes.apply([{
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'kept' },
      provisioner: 'rancher.io/local-path',
      reclaimPolicy: 'Retain',
      volumeBindingMode: 'WaitForFirstConsumer',
    }]);
    const cronJob = await apply(stage, 'claimed', (chart) => BackupVolume.fromPersistentVolumeClaim(chart, 'backups', new PersistentVolumeClaim(chart, 'claim', {
      metadata: { name: 'backups' }, accessModes: [PersistentVolumeAccessMode.READ_WRITE_ONCE], storage: Size.gibibytes(1), storageClassName: 'kept',
    })));
    assert.equal((await kubernetes.get('persistentvolumeclaim', 'backups')).status.phase, 'Pending');

    const first = await kubernetes.runCronJob(cronJob, 'first');
    const { node, path, reclaimPolicy } = await volumeOf(stage, 'backups');
    assert.deepEqual([node, reclaimPolicy], [first.pods[0].node, 'Retain']);
    const second = await kubernetes.runCronJob(cronJob, 'second');
    assert.equal(second.pods[0].node, node);
    assert.equal(saved(second).kept, 2);

    await kubernetes.kubectl(['delete', 'persistentvolumeclaim', 'backups', '--wait=false']);
    await kubernetes.kubectl(['delete', 'job', '--all']);
    const folder = new BackupFolder(cluster.node(node), `${path}/claimed`);
    await kubernetes.eventually('the claim is gone', async () => (await kubernetes.get('persistentvolumeclaims')).items.length === 0, 60);
    assert.deepEqual(await folder.backups(), [saved(first).backup, saved(second).backup]);
  },
};

const zones = { cp1: 'eu-central-1a', cp2: 'eu-central-1b', cp3: 'eu-central-1c', w1: 'eu-central-1a' };
const existing = 'vol-0f1e2d3c4b5a69788';

export const ebs: Scenario = {
  group: 4,
  promise: 'EBS volumes, existing and new, are bound, attached only in their zone, written to and found again by the next run',
  run: async (stage) => {
    const { kubernetes } = stage;
    stage.atTheEnd(() => Promise.all(stage.cluster.controlPlanes.map((node) => node.shell(`rm -rf ${disks}/*/*`))));
    await ebsDriver(stage, { zones, volumes: { [existing]: zones.cp2 } });
    await kubernetes.createNamespace();

    stage.say('a volume that exists');
    const onExisting = await apply(stage, 'existing', (chart) =>
      BackupVolume.fromEbsVolume(chart, 'existing', { volumeId: existing, zone: zones.cp2, size: Size.gibibytes(1) }));
    await kubernetes.kubectl(['wait', '--for=jsonpath={.status.phase}=Bound', '--timeout=60s', 'persistentvolumeclaim', '--all']);
    // The chart names no node and no zones of nodes: only the volume says where the pod can be.
    await runTwice(stage, onExisting, 'existing', 'cp2', existing);

    stage.say('a new volume in a given zone');
    const inZone = await apply(stage, 'in-zone', (chart) => BackupVolume.fromEbsStorageClass(chart, 'in-zone', {
      size: Size.gibibytes(10),
      zone: zones.cp3,
      iops: 4000,
      throughputPerSecond: Size.mebibytes(500),
      kmsKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0',
      tags: { team: 'platform', purpose: 'etcd backups' },
      fsType: 'xfs',
    }));
    await runTwice(stage, inZone, 'in-zone', 'cp3');

    stage.say('a new volume where the pod comes');
    const anywhere = await apply(stage, 'anywhere', (chart) => BackupVolume.fromEbsStorageClass(chart, 'anywhere', { size: Size.gibibytes(1) }));
    await runTwice(stage, anywhere, 'anywhere');
  },
};

/** Applies a CronJob that keeps its backups on a volume; returns its name. */
async function apply(stage: Stage, name: string, volume: (chart: Chart) => BackupVolume): Promise<string> {
  const { cluster, kubernetes } = stage;
  const etcd = kubeadmCluster(stage, name);
  await stage.loadImages(ContainerImages.defaults().listFor(etcd), cluster.controlPlanes);
  const objects = synthesized(stage, (chart) => {
    new EtcdSnapshotCronJob(chart, `snapshots-${name}`, { cluster: etcd, volume: volume(chart), schedule: Cron.annually() });
  });
  await kubernetes.apply(objects);
  return namesOf(objects, 'CronJob')[0];
}

/**
 * Two runs, the second of which finds the backup of the first.
 *
 * @param node where both have to be. @param volumeId which volume it has to be.
 */
async function runTwice(stage: Stage, cronJob: string, name: string, node?: string, volumeId?: string): Promise<void> {
  const { cluster, kubernetes } = stage;
  const first = await kubernetes.runCronJob(cronJob, `${name}-1`);
  const second = await kubernetes.runCronJob(cronJob, `${name}-2`);
  assert.equal(saved(second).kept, 2);
  assert.equal(second.pods[0].node, first.pods[0].node);
  if (node) assert.equal(first.pods[0].node, node);

  const { spec } = await kubernetes.get('cronjob', cronJob);
  const claimed = spec.jobTemplate.spec.template.spec.volumes.find((volume: any) => volume.persistentVolumeClaim).persistentVolumeClaim.claimName;
  const claim = await kubernetes.get('persistentvolumeclaim', claimed);
  const bound = await kubernetes.get('persistentvolume', claim.spec.volumeName);
  const { driver, volumeHandle } = bound.spec.csi;
  assert.deepEqual([driver, bound.spec.persistentVolumeReclaimPolicy], ['ebs.csi.aws.com', 'Retain']);
  if (volumeId) assert.equal(volumeHandle, volumeId);
  const folder = new BackupFolder(cluster.node(first.pods[0].node!), `${disks}/${volumeHandle}/${name}`);
  assert.deepEqual(await folder.backups(), [saved(first).backup, saved(second).backup]);
}
