import assert from 'node:assert/strict';
import { EtcdSnapshotJob } from '../../../src/backup/etcd-snapshot-job';
import { SnapshotNodes } from '../../../src/backup/snapshot-nodes';
import { ContainerImages } from '../../../src/cluster/container-images';
import { BackupVolume } from '../../../src/storage/backup-volume';
import { BackupFolder } from '../../support/e2e/backup-folder';
import { kubeadmCluster, namesOf, synthesized } from '../../support/e2e/chart';
import { saved } from '../../support/e2e/job-run';
import { Scenario } from '../scenario';

export const restoreByHand: Scenario = {
  group: 8,
  promise: 'a backup that plain etcdutl restores holds what was written before it, and nothing that was written after',
  run: async (stage) => {
    const { cluster, kubernetes, etcd, namespace } = stage;
    const [node] = cluster.controlPlanes;
    const production = kubeadmCluster(stage, 'by-hand');
    await stage.loadImages(ContainerImages.defaults().listFor(production), [node]);
    const write = (name: string) => kubernetes.apply([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { written: name } }]);

    await kubernetes.createNamespace();
    await write('before');
    const objects = synthesized(stage, (chart) => {
      new EtcdSnapshotJob(chart, 'snapshot', { cluster: production, volume: BackupVolume.fromHostPath(chart, 'backups'), nodes: SnapshotNodes.named(node.name) });
    });
    await kubernetes.apply(objects);
    stage.atTheEnd(() => node.run(['rm', '-rf', '/mnt/backup']));
    const { backup, revision } = saved(await kubernetes.ended(namesOf(objects, 'Job')[0]));
    await write('after');

    const folder = new BackupFolder(node, '/mnt/backup/by-hand');
    const restored = await etcd.restored(folder, backup, `/registry/configmaps/${namespace}/`);
    const names = restored.keys.map(({ key }) => key.split('/').pop());
    assert.ok(names.includes('before'), `before is not among ${names.join(', ')}`);
    assert.ok(!names.includes('after'), 'after was written when the backup was complete');
    assert.equal(restored.revision, revision);
  },
};
