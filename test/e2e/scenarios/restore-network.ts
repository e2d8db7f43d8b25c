import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import { heal, partition } from '../../lab/faults';
import { faultAtEveryPoint } from '../../support/e2e/every-point';
import { LastingFault } from '../../support/e2e/failpoints';
import { RestoreDrill } from '../../support/e2e/restore';
import { requirePoints } from '../../support/e2e/restore-points';
import { Scenario } from '../scenario';

export const networkCut: Scenario = {
  group: 13,
  promise: 'the network between holder and followers is cut for a quarter of a minute at every step of the holder and of a follower, and the restore ends with all members',
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'network');
    const [holder, follower, ...others] = drill.nodes;
    stage.atTheEnd(() => heal(drill.nodes));
    const cut = new LastingFault(() => partition([holder], [follower, ...others]), () => heal(drill.nodes), 15);
    await faultAtEveryPoint(drill, [holder, follower], () => cut.strike(), 1500);
    await cut.passes();
  },
};

export const networkGone: Scenario = {
  group: 13,
  promise: 'the network between holder and followers stays cut until time runs out, before the decision: all go back, and are told what to do',
  run: async (stage) => {
    const points = ['await-ready', 'await-quiesced'];
    requirePoints(points);
    const drill = await RestoreDrill.begin(stage, 'gone');
    const [holder, ...followers] = drill.nodes;
    stage.atTheEnd(() => heal(drill.nodes));
    for (const point of points) {
      const restoreId = drill.idFor(point);
      await drill.start({
        restoreId, readyTimeout: Duration.seconds(40), stopTimeout: Duration.seconds(20), failpoints: { [holder.name]: `${point}:hold` },
      });
      await stage.kubernetes.eventually(`${holder.name} holds at ${point}`, async () => (await drill.record(restoreId).held()).length > 0, 180);
      await partition([holder], followers);
      await drill.record(restoreId).pass(point);
      // The followers have a quorum, so they can write the decision. No machine relies on the holder yet, so it goes back alone.
      stage.kubernetes.via = followers[0].name;
      for (const { status, outcome, fix } of await drill.ended(restoreId, 240, followers)) {
        assert.deepEqual([status, outcome], [1, 'aborted']);
        assert.notEqual(fix, '');
      }
      await heal(drill.nodes);
      stage.kubernetes.via = undefined;
      const [told] = await drill.ended(restoreId, 120, [holder]);
      assert.deepEqual([told.status, told.outcome], [1, 'aborted']);
      assert.notEqual(told.fix, '');
      await drill.assertAsBefore(restoreId);
    }
  },
};
