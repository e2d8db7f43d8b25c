import assert from 'node:assert/strict';
import { mountDisk } from '../../lab/disk-faults';
import { isRunning, startStaticPod, stopStaticPod } from '../../lab/faults';
import { NodeAccess } from '../../lab/node-access';
import { clusterSeenBy } from '../../support/e2e/members';
import { askAnotherApiServer, loseData, ReplacementDrill, replacementSteps, spoilData } from '../../support/e2e/replacement';
import { summaryOfJob } from '../../support/e2e/restore-job';
import { outage, Witness } from '../../support/e2e/witness';
import { sleep, until } from '../../support/wait';
import { Scenario } from '../scenario';

const group = 15;

export const memberReplaced: Scenario = {
  group,
  promise: 'a member that can\'t read its disk is replaced by a Job while the others serve, and keeps what was left of its data',
  run: async (stage) => {
    const drill = await ReplacementDrill.begin(stage);
    const [cp1, cp2, failed] = drill.nodes;
    const replacementId = drill.idFor('job');
    const witness = new Witness([cp1, cp2]);
    await stage.kubernetes.apply([cp1, cp2].map((node) => ({ ...Witness.objectOf(node), data: {} })));
    await askAnotherApiServer(stage, failed, cp1);
    await spoilData(failed);
    stage.atTheEnd(() => witness.stop());
    await witness.start();
    const run = await stage.kubernetes.ended(await drill.start(failed, replacementId), 300);
    assert.deepEqual([run.succeeded, summaryOfJob(run).outcome], [true, 'replaced'], run.pods.map(({ log }) => log).join('\n'));
    await drill.assertReplaced(failed, replacementId);
    assert.notEqual(await failed.shell('ls /var/lib/etcd/before-"$1"/member/wal', replacementId), '');
    const writes = await witness.writes();
    assert.ok(outage(writes) < 5, `${writes.length} writes, with ${outage(writes)} s between two of them`);

    const again = await stage.kubernetes.ended(await drill.start(failed, replacementId), 60);
    assert.deepEqual([again.succeeded, summaryOfJob(again).outcome], [true, 'replaced'], 'a second Job reports the first one');
  },
};

export const everyStepHit: Scenario = {
  group,
  promise: 'the program is killed before every step, and once more when each is done but not yet recorded, and the member is replaced',
  run: async (stage) => {
    const drill = await ReplacementDrill.begin(stage);
    const [cp1, failed] = drill.nodes;
    await askAnotherApiServer(stage, failed, cp1);
    for (const kind of ['kill', 'redo']) {
      const replacementId = drill.idFor(kind);
      await spoilData(failed);
      await drill.start(failed, replacementId, `every:${kind}`);
      await drill.assertReplaced(failed, replacementId);
      const hit = await drill.record(failed, replacementId).reached();
      // The last step writes the result: nothing is redone after it.
      const expected = (await replacementSteps()).filter((step) => kind === 'kill' || step !== 'finish');
      assert.deepEqual(expected.filter((step) => !hit.includes(step)), [], `steps at which it was not hit by ${kind}`);
    }
  },
};

export const memberByHand: Scenario = {
  group,
  promise: 'where the kubelet asks its own API server, which is down without its etcd, the Job waits: by hand, on a new empty disk, its work is done',
  run: async (stage) => {
    const drill = await ReplacementDrill.begin(stage);
    const [, , failed] = drill.nodes;
    const replacementId = drill.idFor('hand');
    await drill.bringProgram(failed);
    await spoilData(failed);
    const job = await drill.start(failed, replacementId);
    await sleep(60_000);
    const phases = (await stage.kubernetes.podsOf(job)).map(({ status }) => status.phase);
    assert.deepEqual(phases, ['Pending'], 'nothing starts the pod');
    await loseData(failed);
    await mountDisk(failed, '/var/lib/etcd', 1024);
    const { exitCode, stdout, stderr } = await drill.type(failed, `sh replace-member.sh --id ${replacementId}`);
    assert.equal(exitCode, 0, stdout + stderr);
    assert.match((await drill.type(failed, `sh replace-member.sh --status ${replacementId}`)).stdout, /"outcome":"replaced"/);
    await drill.assertReplaced(failed, replacementId);
    const run = await stage.kubernetes.ended(job, 180);
    assert.deepEqual([run.succeeded, summaryOfJob(run).outcome], [true, 'replaced'], 'the Job reports what was done by hand');
  },
};

export const replacementRefused: Scenario = {
  group,
  promise: 'a healthy member is not replaced, nor one without which the others have no quorum, and nothing has changed',
  run: async (stage) => {
    const drill = await ReplacementDrill.begin(stage);
    const [, down, failed] = drill.nodes;

    const state = () => stateOf(failed);
    const untouched = await state();
    const healthy = await stage.kubernetes.ended(await drill.start(failed, drill.idFor('healthy')));
    assert.equal(healthy.succeeded, false);
    assert.match(summaryOfJob(healthy).message, /the member on cp3 is healthy, it says: .*successfully committed/);
    assert.equal(await state(), untouched);

    await drill.bringProgram(failed);
    await spoilData(failed);
    const left = await failed.run(['ls', '-A', '/var/lib/etcd']);
    await stopStaticPod(down, 'etcd');
    stage.atTheEnd(async () => { if (!await isRunning(down, 'etcd')) await startStaticPod(down, 'etcd'); });
    const refused = await drill.type(failed, `READY_TIMEOUT=5 sh replace-member.sh --id ${drill.idFor('no-quorum')}`);
    assert.equal(refused.exitCode, 1, refused.stdout + refused.stderr);
    assert.match(refused.stdout, /no quorum|with a quorum/);
    assert.match(refused.stdout, /EtcdRestoreJob/);
    assert.equal(await failed.run(['ls', '-A', '/var/lib/etcd']), left);

    await startStaticPod(down, 'etcd', 180);
    await until('there is a quorum again', async () => (await clusterSeenBy(down)).members.length === 3, 120);
    const replaced = await drill.type(failed, `sh replace-member.sh --id ${drill.idFor('healed')}`);
    assert.equal(replaced.exitCode, 0, replaced.stdout + replaced.stderr);
    await drill.assertReplaced(failed, drill.idFor('healed'));
  },
};

export const strangerReplaced: Scenario = {
  group,
  promise: 'a member that has begun a cluster of its own on its empty disk, with an empty Kubernetes on it, comes back to the others',
  run: async (stage) => {
    const drill = await ReplacementDrill.begin(stage);
    const [stranger, cp2] = drill.nodes;
    const replacementId = drill.idFor('stranger');
    stage.kubernetes.via = cp2.name;
    await drill.bringProgram(stranger);
    await loseData(stranger);
    // As after a restore: without data, etcd's settings begin another cluster than the one that runs.
    await stranger.shell(`
      sed -i "s/^\\( *- \\)--name=.*/&\\n\\1--initial-cluster-token=another/" /etc/kubernetes/manifests/etcd.yaml
      pkill -9 -x kube-apiserver
      systemctl start kubelet`);
    await until('an empty Kubernetes is served, which does not know its administrator', async () => {
      const { stderr } = await stage.cluster.kubectl(['get', 'namespaces', '--request-timeout=5s'], { via: stranger.name });
      return stderr.includes('User "kubernetes-admin" cannot list');
    }, 180);
    const unknown = await drill.type(stranger, `sh replace-member.sh --id ${replacementId}`);
    assert.match(unknown.stderr, /no member besides this one is known here.*--via/);
    const { exitCode, stdout, stderr } = await drill.type(stranger, `sh replace-member.sh --id ${replacementId} --via https://${cp2.address}:2379`);
    assert.equal(exitCode, 0, stdout + stderr);
    assert.match(stdout, /serves another cluster/);
    await drill.assertReplaced(stranger, replacementId);
  },
};

/** What a replacement would change first: processes, manifests, folders of data. */
async function stateOf(node: NodeAccess): Promise<string> {
  return node.shell('pidof etcd kube-apiserver; stat -c "%n %i %Y" /etc/kubernetes/manifests/*; ls -A /var/lib/etcd; ls /etc/systemd/system | grep cdk8s-day2 || true');
}
