import assert from 'node:assert/strict';
import { namesOf } from './chart';
import { RestoreDrill } from './restore';
import { summaryOfJob } from './restore-job';
import { Stage } from '../../e2e/stage';
import { NodeAccess } from '../../lab/node-access';
import { sleep } from '../wait';

/** Applies the same manifests every 3 s, from before a restore until a minute after it, as a GitOps controller does. */
export async function appliedAgainAndAgain(stage: Stage, drill: RestoreDrill): Promise<void> {
  const { kubernetes } = stage;
  const restoreId = drill.idFor('travel');
  const objects = drill.objects({ restoreId });
  const setAside = async (node: NodeAccess) => (await node.run(['ls', '/var/lib/etcd'])).split('\n').filter((name) => name.startsWith('before-'));
  const earlier = await Promise.all(drill.nodes.map(setAside));
  let applications = 0;
  let ended = false;
  const controller = (async () => {
    while (!ended) {
      // There are moments without an API server.
      await kubernetes.apply(objects).then(() => { applications += 1; }, () => undefined);
      await sleep(3000);
    }
  })();
  try {
    await drill.ended(restoreId);
    stage.say(`restored; the manifests were applied ${applications} times, and go on being applied for a minute`);
    await sleep(60_000);
  } finally {
    ended = true;
    await controller;
  }
  await drill.assertRestored(restoreId);
  for (const job of namesOf(objects, 'Job')) {
    const run = await kubernetes.ended(job);
    const { outcome, operation } = summaryOfJob(run);
    assert.deepEqual([run.succeeded, outcome, operation], [true, 'restored', restoreId], `${job} reports the first restore`);
  }
  for (const [index, node] of drill.nodes.entries()) {
    const aside = (await setAside(node)).filter((name) => !earlier[index].includes(name));
    assert.deepEqual(aside, [`before-${restoreId}`], `on ${node.name} data was set aside once`);
    const seen = (await drill.witness.members()).filter((member) => member.node === node.name);
    assert.equal(new Set(seen.map(({ clusterId }) => clusterId)).size, 2, `${node.name} was in the old cluster, and in one other`);
  }
}
