import { Duration } from 'cdk8s';
import { Fault, playFaults } from './failpoints';
import { RestoreDrill, RestoreOrder } from './restore';
import { assertCovered } from './restore-points';
import { NodeAccess } from '../../lab/node-access';

/** An order whose programs hold at every point on these machines, with time-outs that leave time for what happens there. */
export function heldEverywhere(restoreId: string, nodes: readonly NodeAccess[]): RestoreOrder {
  return {
    restoreId,
    readyTimeout: Duration.minutes(30),
    stopTimeout: Duration.minutes(30),
    failpoints: Object.fromEntries(nodes.map(({ name }) => [name, 'every:hold'])),
  };
}

/** Plays a fault at every point of these machines' programs in one restore, which still has to end with all members. */
export async function faultAtEveryPoint(drill: RestoreDrill, nodes: readonly NodeAccess[], fault: Fault, timeoutSeconds: number): Promise<void> {
  const restoreId = drill.idFor('every');
  await drill.start(heldEverywhere(restoreId, nodes));
  const hit = await playFaults(drill, restoreId, fault, timeoutSeconds);
  await drill.assertRestored(restoreId);
  assertCovered(new Map(nodes.map((node) => [roleOf(drill, node), hit.get(node.name)!])));
}

export function roleOf(drill: RestoreDrill, node: NodeAccess): string {
  return node === drill.node ? 'holder' : 'follower';
}
