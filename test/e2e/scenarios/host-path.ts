import assert from 'node:assert/strict';
import { Cron } from 'cdk8s';
import { EtcdSnapshotCronJob } from '../../../src/backup/etcd-snapshot-cron-job';
import { SnapshotNodes } from '../../../src/backup/snapshot-nodes';
import { ContainerImages } from '../../../src/cluster/container-images';
import { BackupVolume } from '../../../src/storage/backup-volume';
import { BackupFolder } from '../../support/e2e/backup-folder';
import { kubeadmCluster, namesOf, synthesized } from '../../support/e2e/chart';
import { saved } from '../../support/e2e/job-run';
import { Scenario } from '../scenario';

export const classic: Scenario = {
  group: 2,
  promise: 'a CronJob of a host folder takes a verified backup by its own schedule, and another when asked',
  run: async (stage) => {
    const { cluster, kubernetes, etcd } = stage;
    const [node] = cluster.controlPlanes;
    const production = kubeadmCluster(stage, 'classic');
    // Load only what a mirror would have to hold: when the pods start, the list is complete.
    await stage.loadImages(ContainerImages.defaults().listFor(production), [node]);
    stage.atTheEnd(() => node.run(['rm', '-rf', '/mnt/backup']));

    const objects = synthesized(stage, (chart) => {
      new EtcdSnapshotCronJob(chart, 'snapshots', {
        cluster: production,
        volume: BackupVolume.fromHostPath(chart, 'backups'),
        nodes: SnapshotNodes.named(node.name),
        schedule: Cron.everyMinute(),
      });
    });
    await kubernetes.createNamespace();
    await kubernetes.apply(objects);
    const [cronJob] = namesOf(objects, 'CronJob');

    stage.say('waiting for the schedule');
    let scheduled = '';
    await kubernetes.eventually('the controller starts a Job by the schedule', async () => {
      const { items } = await kubernetes.get('jobs');
      scheduled = items[0]?.metadata.name ?? '';
      return scheduled;
    }, 90);
    const bySchedule = saved(await kubernetes.ended(scheduled));
    await kubernetes.kubectl(['patch', 'cronjob', cronJob, '--patch', '{"spec":{"suspend":true}}']);

    const folder = new BackupFolder(node, '/mnt/backup/classic');
    assert.deepEqual((await folder.backups()).slice(0, 1), [bySchedule.backup]);
    const root = process.getuid!();
    assert.deepEqual(await folder.modes(bySchedule.backup), [
      `600 ${root} ${bySchedule.backup}/backup.json`,
      `600 ${root} ${bySchedule.backup}/snapshot.db`,
      `700 ${root} .`,
      `700 ${root} ${bySchedule.backup}`,
    ]);
    const status = await etcd.status(folder, bySchedule.backup);
    const record = await folder.record(bySchedule.backup);
    assert.deepEqual({ revision: status.revision, keys: status.totalKey }, { revision: bySchedule.revision, keys: bySchedule.keys });
    assert.deepEqual([record.cluster, record.member, record.endpoint, record.etcdVersion, record.revision],
      ['classic', node.name, 'https://127.0.0.1:2379', stage.versions.etcd, bySchedule.revision]);

    const asked = saved(await kubernetes.runCronJob(cronJob, 'before-the-change'));
    assert.ok((await folder.backups()).includes(asked.backup));
    assert.ok(asked.revision > bySchedule.revision, 'the cluster has written meanwhile');
    assert.deepEqual(await folder.unfinished(), []);
  },
};
