import assert from 'node:assert/strict';
import { Cron } from 'cdk8s';
import { EtcdSnapshotCronJob } from '../../../src/backup/etcd-snapshot-cron-job';
import { SnapshotNodes } from '../../../src/backup/snapshot-nodes';
import { ContainerImages } from '../../../src/cluster/container-images';
import { BackupVolume } from '../../../src/storage/backup-volume';
import { killProcess, startStaticPod, stopStaticPod } from '../../lab/faults';
import { BackupFolder } from '../../support/e2e/backup-folder';
import { kubeadmCluster, namesOf, synthesized } from '../../support/e2e/chart';
import { assertHealed, assertSwept } from '../../support/e2e/healed';
import { hostBackups } from '../../support/e2e/host-backups';
import { saved } from '../../support/e2e/job-run';
import { fatten, goOn, stopMidSave } from '../../support/e2e/mid-save';
import { Scenario } from '../scenario';

export const failOver: Scenario = {
  group: 3,
  promise: 'when the member on its own node is down, or hangs, a run takes the backup from another one',
  run: async (stage) => {
    const { cluster, kubernetes } = stage;
    const [, second] = cluster.controlPlanes;
    const { node, folder, cronJobs: [cronJob] } = await hostBackups(stage, 'fail-over');
    assert.equal(saved(await kubernetes.runCronJob(cronJob, 'all-is-well')).endpoint, 'https://127.0.0.1:2379');

    // As behind a load balancer: this node's API server goes down with its etcd, and its kubelet goes on with another one.
    kubernetes.via = second.name;
    const kubeletAsks = (from: string, to: string) => node.shell(
      'sed -i "s|https://$1:6443|https://$2:6443|" /etc/kubernetes/kubelet.conf && systemctl restart kubelet', from, to);
    await kubeletAsks(node.address, second.address);
    stage.atTheEnd(() => kubeletAsks(second.address, node.address));

    await stopStaticPod(node, 'etcd');
    stage.atTheEnd(() => cluster.waitUntilReady());
    try {
      stage.say(`etcd on ${node.name} is down`);
      const refused = await kubernetes.runCronJob(cronJob, 'member-down');
      assert.equal(saved(refused).endpoint, `https://${second.name}:2379`);
      assert.match(refused.pods[0].log, /https:\/\/127\.0\.0\.1:2379: connection refused/);
      assert.equal((await folder.record(saved(refused).backup)).member, second.name);
    } finally {
      await startStaticPod(node, 'etcd');
    }
    await kubernetes.eventually('the member is back', async () => {
      const health = await node.exec(['curl', '--silent', '--max-time', '2', 'http://127.0.0.1:2381/health']);
      return health.stdout.includes('"health":"true"');
    }, 60);

    stage.say(`etcd on ${node.name} hangs`);
    await killProcess(node, 'etcd', 'STOP');
    try {
      const hung = await kubernetes.runCronJob(cronJob, 'member-hangs');
      assert.equal(saved(hung).endpoint, `https://${second.name}:2379`);
      assert.match(hung.pods[0].log, /https:\/\/127\.0\.0\.1:2379: no answer within 5 s/);
    } finally {
      await killProcess(node, 'etcd', 'CONT');
    }
    assert.equal((await folder.backups()).length, 3);
  },
};

export const everyMember: Scenario = {
  group: 3,
  promise: 'with every member, each control plane has a backup of its own member',
  run: async (stage) => {
    const { cluster, kubernetes } = stage;
    const etcd = kubeadmCluster(stage, 'every');
    await stage.loadImages(ContainerImages.defaults().listFor(etcd), cluster.controlPlanes);
    stage.atTheEnd(() => Promise.all(cluster.controlPlanes.map((node) => node.run(['rm', '-rf', '/mnt/backup']))));
    const objects = synthesized(stage, (chart) => {
      new EtcdSnapshotCronJob(chart, 'snapshots', {
        cluster: etcd, volume: BackupVolume.fromHostPath(chart, 'backups'), nodes: SnapshotNodes.everyMember(), schedule: Cron.annually(),
      });
    });
    await kubernetes.createNamespace();
    await kubernetes.apply(objects);
    const cronJobs = namesOf(objects, 'CronJob');
    assert.equal(cronJobs.length, cluster.controlPlanes.length);
    const nodes: (string | undefined)[] = [];
    for (const [index, cronJob] of cronJobs.entries()) {
      const run = await kubernetes.runCronJob(cronJob, `run-${index}`);
      nodes.push(run.pods[0].node);
      const folder = new BackupFolder(cluster.node(run.pods[0].node!), '/mnt/backup/every');
      assert.deepEqual(await folder.backups(), [saved(run).backup]);
      const { member, endpoint } = await folder.record(saved(run).backup);
      assert.deepEqual([member, endpoint], [run.pods[0].node, 'https://127.0.0.1:2379']);
    }
    assert.deepEqual(nodes, cluster.controlPlanes.map(({ name }) => name));
  },
};

export const drain: Scenario = {
  group: 6,
  promise: 'a drain of the node in the middle of a save costs no backup, and the run goes on there although the node is cordoned',
  run: async (stage) => {
    const { kubernetes } = stage;
    const { node, folder, cronJobs: [cronJob] } = await hostBackups(stage, 'drained', { backoffLimit: 2 });
    await fatten(kubernetes, 40);
    const first = saved(await kubernetes.runCronJob(cronJob, 'first'));
    const intact = await folder.digests();

    await kubernetes.startJob(cronJob, 'drained');
    await stopMidSave(node, folder.path);
    stage.atTheEnd(() => kubernetes.kubectl(['uncordon', node.name]));
    const draining = kubernetes.tryKubectl(['drain', node.name, '--ignore-daemonsets', '--delete-emptydir-data', '--force', '--timeout=120s']);
    await kubernetes.eventually('the pod is being evicted', async () => (await kubernetes.podsOf('drained')).some(({ metadata }) => metadata.deletionTimestamp), 60);
    await goOn(node);
    assert.equal((await draining).exitCode, 0);
    const run = await kubernetes.ended('drained');
    assert.equal(run.pods[run.pods.length - 1].node, node.name);
    await assertHealed(folder, intact, [first.backup, saved(run).backup]);
  },
};

export const powerCut: Scenario = {
  group: 6,
  promise: 'a power cut in the middle of a save costs no backup, and the node heals when it is back',
  run: async (stage) => {
    const { cluster, kubernetes } = stage;
    const { node, folder, cronJobs: [cronJob] } = await hostBackups(stage, 'cut', { backoffLimit: 2 });
    await fatten(kubernetes, 40);
    const first = saved(await kubernetes.runCronJob(cronJob, 'first'));
    const intact = await folder.digests();

    await kubernetes.startJob(cronJob, 'cut');
    await stopMidSave(node, folder.path);
    const [dead] = await folder.unfinished();
    await node.powerOff();
    await node.powerOn();
    await cluster.waitUntilReady();
    const run = await kubernetes.ended('cut', 180);
    assertSwept(run, dead);
    await assertHealed(folder, intact, [first.backup, saved(run).backup]);
  },
};
