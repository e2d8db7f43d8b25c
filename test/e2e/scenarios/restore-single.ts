import assert from 'node:assert/strict';
import { clusterSeenBy } from '../../support/e2e/members';
import { RestoreDrill } from '../../support/e2e/restore';
import { summaryOfJob } from '../../support/e2e/restore-job';
import { appliedAgainAndAgain } from '../../support/e2e/time-travel';
import { Scenario } from '../scenario';
import { Stage } from '../stage';

export const restoreSingle: Scenario = {
  group: 10,
  promise: 'a restore of one control plane brings back what was deleted, takes away what came later, and controllers act on it at once',
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'restored');
    const restoreId = drill.idFor('first');
    await drill.start({ restoreId });
    await drill.assertRestored(restoreId);
    await assertUsed(stage, drill, restoreId);
  },
};

export const timeTravelSingle: Scenario = {
  group: 10,
  promise: 'while a GitOps controller applies the restore again every few seconds, one control plane is restored exactly once',
  run: async (stage) => appliedAgainAndAgain(stage, await RestoreDrill.begin(stage, 'travelled')),
};

/** A second Job of the same restore has nothing to do, and reports the first one. */
async function assertUsed(stage: Stage, drill: RestoreDrill, restoreId: string): Promise<void> {
  const { clusterId } = await clusterSeenBy(drill.node);
  const [again] = await drill.start({ restoreId });
  const run = await stage.kubernetes.ended(again);
  assert.deepEqual([run.succeeded, summaryOfJob(run).outcome], [true, 'restored']);
  assert.equal((await clusterSeenBy(drill.node)).clusterId, clusterId);
}
