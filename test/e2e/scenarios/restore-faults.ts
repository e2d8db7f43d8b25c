import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import { killPod } from '../../lab/faults';
import { NodeAccess } from '../../lab/node-access';
import { Scenario } from '../scenario';
import { assertHit, playFaults, powerCycle } from '../support/failpoints';
import { RestoreDrill } from '../support/restore';
import { assertCovered, requirePoints } from '../support/restore-points';

/** Long enough for machines that lose their power at every step of another one's. */
const patient = { readyTimeout: Duration.minutes(20), quiesceTimeout: Duration.minutes(20) };

/** Holds the program of these machines at every point. */
const heldEverywhere = (nodes: readonly NodeAccess[]) => Object.fromEntries(nodes.map(({ name }) => [name, 'every:hold']));

export const everyStepKilled: Scenario = {
  group: 13,
  promise: 'the program is killed at every step, on every machine, and the restore ends as if nothing had been',
  run: async (stage) => assertCovered(await everywhere(await RestoreDrill.begin(stage, 'killed'), 'kill')),
};

export const everyStepTwice: Scenario = {
  group: 13,
  promise: 'the program is killed after every step, before its record says so, and every step can be done twice',
  run: async (stage) => {
    const hits = await everywhere(await RestoreDrill.begin(stage, 'twice'), 'redo');
    // The end is what the record says.
    const last = (role: string) => [...hits.get(role) ?? [], 'finish'];
    for (const role of hits.keys()) await assertCovered(new Map([[role, last(role)]]));
  },
};

export const powerCutHolder: Scenario = {
  group: 13,
  promise: 'the holder loses its power at every step, and the restore ends with all members',
  run: async (stage) => powerCutAtEveryStep(await RestoreDrill.begin(stage, 'cut-holder'), ([holder]) => holder),
};

export const powerCutFollower: Scenario = {
  group: 13,
  promise: 'a follower loses its power at every step, and the restore ends with all members',
  run: async (stage) => powerCutAtEveryStep(await RestoreDrill.begin(stage, 'cut-follower'), ([, follower]) => follower),
};

export const powerCutAll: Scenario = {
  group: 13,
  promise: 'all machines lose their power at once, at each of the steps that matter most, and the restore ends with all members',
  run: async (stage) => {
    const onHolder = ['await-quiesced', 'decide', 'swap', 'mark'];
    const onFollower = ['add-learner', 'promote'];
    await requirePoints([...onHolder, ...onFollower]);
    const drill = await RestoreDrill.begin(stage, 'cut-all');
    const [holder, follower] = drill.nodes;
    const restoreId = drill.idFor('cut');
    await drill.start({ restoreId, ...patient, failpoints: heldEverywhere([holder, follower]) });
    const hit = await playFaults(drill, restoreId, (node, point) => {
      return (node === holder ? onHolder : onFollower).includes(point) ? powerCycle(drill.nodes) : undefined;
    }, 900);
    assertHit(hit, { [holder.name]: onHolder, [follower.name]: onFollower });
    await drill.assertRestored(restoreId);
  },
};

export const followerAbsent: Scenario = {
  group: 13,
  promise: 'with a follower that never starts, and the others killed at every step, all go back, and the old cluster serves as before',
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'absent');
    const restoreId = drill.idFor('absent');
    const [holder, follower, absent] = drill.nodes;
    const others = [holder, follower];
    const failpoints = Object.fromEntries(others.map(({ name }) => [name, 'every:kill']));
    await drill.start({ restoreId, readyTimeout: Duration.seconds(30), absent: [absent.name], failpoints });
    const told = await drill.ended(restoreId, 180, others);
    for (const { status, outcome, message, fix } of told) {
      assert.deepEqual([status, outcome], [1, 'aborted']);
      assert.match(message, new RegExp(`not ready within 30 s.*${absent.name}|decided to abort`));
      assert.notEqual(fix, '');
    }
    await drill.assertAsBefore(restoreId);
    for (const node of others) await assertCovered(new Map([['back', await drill.record(restoreId, node).reached()]]));

    // Too late, it finds out by itself.
    await drill.start({ restoreId });
    const [late] = await drill.ended(restoreId, 120, [absent]);
    assert.deepEqual([late.status, late.outcome], [1, 'aborted']);
    await drill.assertAsBefore(restoreId);
  },
};

export const podsKilled: Scenario = {
  group: 13,
  promise: 'the pod is killed at steps before and after the API server stops: the work goes on, and a new pod attaches to it',
  run: async (stage) => {
    const { kubernetes, namespace } = stage;
    const points = ['ready', 'quiesce', 'swap', 'start-api'];
    // Later, nobody says whether its API server is there to start another pod.
    const onFollower = ['ready'];
    await requirePoints(points);
    const drill = await RestoreDrill.begin(stage, 'pods');
    const restoreId = drill.idFor('pods');
    const [holder, follower] = drill.nodes;
    const victims = follower ? [holder, follower] : [holder];
    const jobs = await drill.start({ restoreId, ...patient, failpoints: heldEverywhere(victims) });
    const kill = async (node: NodeAccess) => {
      const job = jobs[victims.indexOf(node)];
      // Before the API server is gone there is somebody who starts another one.
      const pods = await kubernetes.podsOf(job).catch(() => []);
      const last = pods.find(({ status }) => status.phase === 'Running');
      if (!last) return;
      await killPod(node, namespace, last.metadata.name);
      await kubernetes.eventually('another pod attaches', async () => {
        const running = (await kubernetes.podsOf(job)).filter(({ status, metadata }) => status.phase === 'Running' && metadata.name !== last.metadata.name);
        return running.length === 1 && (await kubernetes.logOf(running[0].metadata.name)).includes('attach');
      }, 180);
    };
    const isHit = (node: NodeAccess, point: string) => (node === holder ? points : onFollower).includes(point);
    const hit = await playFaults(drill, restoreId, (node, point) => isHit(node, point) ? kill(node) : undefined, 900);
    assertHit(hit, { [holder.name]: points, ...follower && { [follower.name]: onFollower } });
    await drill.assertRestored(restoreId);
  },
};

/** Kills the program of every machine at every step. Returns where it was hit, by role. */
async function everywhere(drill: RestoreDrill, kind: 'kill' | 'redo'): Promise<Map<string, string[]>> {
  const restoreId = drill.idFor(kind);
  await drill.start({ restoreId, failpoints: Object.fromEntries(drill.nodes.map(({ name }) => [name, `every:${kind}`])) });
  await drill.ended(restoreId, 600);
  await drill.assertRestored(restoreId);
  const hits = new Map<string, string[]>();
  for (const node of drill.nodes) hits.set(roleOf(drill, node), await drill.record(restoreId, node).reached());
  return hits;
}

/** Cuts the power of one machine at every point of its program. */
async function powerCutAtEveryStep(drill: RestoreDrill, choose: (nodes: NodeAccess[]) => NodeAccess): Promise<void> {
  const victim = choose(drill.nodes);
  const restoreId = drill.idFor('cut');
  await drill.start({ restoreId, ...patient, failpoints: heldEverywhere([victim]) });
  const hit = await playFaults(drill, restoreId, (node) => powerCycle([node]), 1200);
  await drill.assertRestored(restoreId);
  await assertCovered(new Map([[roleOf(drill, victim), hit.get(victim.name)!]]));
}

function roleOf(drill: RestoreDrill, node: NodeAccess): string {
  return node === drill.node ? 'holder' : 'follower';
}
