import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import { faultAtEveryPoint, roleOf } from '../../support/e2e/every-point';
import { powerCycle } from '../../support/e2e/failpoints';
import { RestoreDrill } from '../../support/e2e/restore';
import { assertCovered } from '../../support/e2e/restore-points';
import { Scenario } from '../scenario';

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
    // The last step writes the result: nothing is redone after it.
    const last = (role: string) => [...hits.get(role) ?? [], 'finish'];
    for (const role of hits.keys()) assertCovered(new Map([[role, last(role)]]));
  },
};

export const powerCutHolder: Scenario = {
  group: 13,
  promise: 'the holder loses its power at every step, and the restore ends with all members',
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'cut-holder');
    await faultAtEveryPoint(drill, [drill.node], (node) => powerCycle([node]), 1200);
  },
};

export const powerCutFollower: Scenario = {
  group: 13,
  promise: 'a follower loses its power at every step, and the restore ends with all members',
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'cut-follower');
    await faultAtEveryPoint(drill, [drill.nodes[1]], (node) => powerCycle([node]), 1200);
  },
};

export const powerCutAll: Scenario = {
  group: 13,
  promise: 'all machines lose their power at once, at every step of the holder and of a follower, and the restore ends with all members',
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'cut-all');
    await faultAtEveryPoint(drill, drill.nodes.slice(0, 2), () => powerCycle(drill.nodes), 2400);
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
    for (const node of others) assertCovered(new Map([['back', await drill.record(restoreId, node).reached()]]));

    // The absent follower starts too late, and finds out by itself that all is over.
    await drill.start({ restoreId });
    const [late] = await drill.ended(restoreId, 120, [absent]);
    assert.deepEqual([late.status, late.outcome], [1, 'aborted']);
    await drill.assertAsBefore(restoreId);
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
