import assert from 'node:assert/strict';
import { shiftedDate } from '../../lab/clock';
import { emptyDisk, fillDisk, mountDisk, removeDisk } from '../../lab/disk-faults';
import { killPod } from '../../lab/faults';
import { assertHealed, assertSwept } from '../../support/e2e/healed';
import { HostBackups, hostBackups } from '../../support/e2e/host-backups';
import { failed, saved } from '../../support/e2e/job-run';
import { fatten, goOn, stopMidSave } from '../../support/e2e/mid-save';
import { Scenario } from '../scenario';
import { Stage } from '../stage';

export const fullDisk: Scenario = {
  group: 6,
  promise: 'a full disk, before a save or in the middle of one, costs no backup, and the next run heals',
  run: async (stage) => {
    const { kubernetes } = stage;
    const [node] = stage.cluster.controlPlanes;
    await mountDisk(node, '/mnt/full', 1024);
    stage.atTheEnd(() => removeDisk(node, '/mnt/full'));
    const { folder, cronJobs: [cronJob] } = await hostBackups(stage, 'full');
    const first = saved(await kubernetes.runCronJob(cronJob, 'first'));
    const intact = await folder.digests();

    await fillDisk(node, '/mnt/full', 4096);
    const refused = failed(await kubernetes.runCronJob(cronJob, 'refused'));
    assert.equal(refused.step, 'space');
    assert.match(refused.message, /the volume has \d+ .* free and needs \d+ .*: \d+ .* are missing/);
    assert.deepEqual([await folder.digests(), await folder.unfinished()], [intact, []]);
    await emptyDisk(node, '/mnt/full');

    await fatten(kubernetes, 40);
    await kubernetes.startJob(cronJob, 'overrun');
    await stopMidSave(node, folder.path);
    await fillDisk(node, '/mnt/full', 4096);
    await goOn(node);
    assert.equal(failed(await kubernetes.ended('overrun')).message, 'the volume filled up while the snapshot was being saved');
    assert.deepEqual([await folder.digests(), await folder.unfinished()], [intact, []]);
    await emptyDisk(node, '/mnt/full');

    const healed = saved(await kubernetes.runCronJob(cronJob, 'healed'));
    assert.deepEqual(await folder.backups(), [first.backup, healed.backup]);
  },
};

export const killedMidSave: Scenario = {
  group: 6,
  promise: 'a pod that is killed in the middle of a save costs no backup, and the pod that Kubernetes starts instead heals',
  run: async (stage) => {
    const { kubernetes, namespace } = stage;
    const { node, folder, cronJobs: [cronJob] } = await hostBackups(stage, 'killed', { backoffLimit: 2 });
    await fatten(kubernetes, 40);
    const first = saved(await kubernetes.runCronJob(cronJob, 'first'));
    const intact = await folder.digests();

    await kubernetes.startJob(cronJob, 'killed');
    await stopMidSave(node, folder.path);
    const [dead] = await folder.unfinished();
    assert.ok(dead, 'a save was under way');
    await killPod(node, namespace, (await kubernetes.podsOf('killed'))[0].metadata.name);
    const run = await kubernetes.ended('killed');
    const { backup } = saved(run);
    assert.equal(run.pods[0].exitCode, 137);
    assert.equal(run.pods.length, 2);
    assertSwept(run, dead);
    await assertHealed(folder, intact, [first.backup, backup]);
  },
};

export const sharedVolume: Scenario = {
  group: 6,
  promise: 'two CronJobs on one volume write one after the other, and each has its backup',
  run: async (stage) => {
    const { kubernetes } = stage;
    const { node, folder, cronJobs: [one, other] } = await hostBackups(stage, 'shared', {}, ['one', 'other']);
    await fatten(kubernetes, 40);
    await kubernetes.startJob(one, 'first');
    await stopMidSave(node, folder.path);
    await kubernetes.startJob(other, 'second');
    await kubernetes.eventually('the second run waits', async () => {
      const [pod] = await kubernetes.podsOf('second');
      return (await kubernetes.logOf(pod.metadata.name)).includes('another run is writing here, waiting for it');
    }, 60);
    assert.deepEqual([(await folder.unfinished()).length, await folder.backups()], [1, []]);
    await goOn(node);
    const saves = [await kubernetes.ended('first'), await kubernetes.ended('second')].map(saved);
    assert.deepEqual(saves.map(({ backup }) => backup), await folder.backups());
  },
};

export const clockBack: Scenario = {
  group: 6,
  promise: 'with the clock set back by two days, the backups that look like the future stay, and so does the new one',
  run: async (stage) => {
    const { kubernetes } = stage;
    const backups = await hostBackups(stage, 'clock');
    const { folder, cronJobs: [cronJob] } = backups;
    const first = saved(await kubernetes.runCronJob(cronJob, 'first'));
    const intact = await folder.digests();
    const early = saved(await runAt(stage, backups, 'early', -2 * 86400));
    assert.ok(early.backup < first.backup, `${early.backup} was to be dated before ${first.backup}`);
    assert.equal(early.pruned, 0);
    const last = saved(await kubernetes.runCronJob(cronJob, 'last'));
    await assertHealed(folder, intact, [early.backup, first.backup, last.backup]);
  },
};

/** Runs a CronJob's program with a clock that is off. */
async function runAt(stage: Stage, { cronJobs: [cronJob] }: HostBackups, job: string, seconds: number) {
  const { kubernetes } = stage;
  const object = JSON.parse(await kubernetes.kubectl(['create', 'job', `--from=cronjob/${cronJob}`, job, '--dry-run=client', '-o', 'json']));
  const [container] = object.spec.template.spec.containers;
  const [shell, applet, option, script, ...words] = container.command;
  assert.equal(option, '-c');
  container.command = [shell, applet, option, shiftedDate(seconds) + script, ...words];
  await kubernetes.apply([object]);
  return kubernetes.ended(job);
}
