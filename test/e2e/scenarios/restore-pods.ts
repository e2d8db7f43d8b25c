import { killPod } from '../../lab/faults';
import { NodeAccess } from '../../lab/node-access';
import { heldEverywhere, roleOf } from '../../support/e2e/every-point';
import { playFaults } from '../../support/e2e/failpoints';
import { RestoreDrill } from '../../support/e2e/restore';
import { assertCovered } from '../../support/e2e/restore-points';
import { Scenario } from '../scenario';

export const podsKilled: Scenario = {
  group: 13,
  promise: 'the pod is killed at every step, on every machine: the work goes on, and while there is an API server a new pod attaches to it',
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'pods');
    const killedAt = new Map(drill.nodes.map((node) => [roleOf(drill, node), [] as string[]]));
    for (;;) {
      const before = [...killedAt.values()].flat().length;
      await restoreUnderKills(drill, killedAt);
      const open = faultOf(() => assertCovered(killedAt));
      if (!open) return;
      if ([...killedAt.values()].flat().length === before) throw open;
      await drill.renew();
    }
  },
};

/** At these steps the API server is back and doesn't know the pod, so the kubelet may have ended it already. */
const ended = ['restart', 'finish'];

/**
 * One restore that ends as if undisturbed. On each machine, the pod is killed once while an API server can start another one, and once
 * after that, at points where no pod was killed before.
 *
 * @param killedAt points at which pods were killed, by role; this adds to them.
 */
async function restoreUnderKills(drill: RestoreDrill, killedAt: ReadonlyMap<string, string[]>): Promise<void> {
  const { kubernetes, namespace } = drill.stage;
  const restoreId = drill.idFor('pods');
  const jobs = await drill.start(heldEverywhere(restoreId, drill.nodes));
  const pods = new Map<NodeAccess, string>();
  const killed = new Map<NodeAccess, string>();

  const follow = async (node: NodeAccess) => {
    await kubernetes.eventually(`a pod follows the restore on ${node.name}`, async () => {
      const running = (await kubernetes.podsOf(jobs[drill.nodes.indexOf(node)])).filter(({ status }) => status.phase === 'Running');
      const pod = running.map(({ metadata }) => metadata.name).find((name) => name !== killed.get(node));
      if (pod === undefined || (killed.has(node) && !(await kubernetes.logOf(pod)).includes('attaches to it'))) return false;
      pods.set(node, pod);
      return true;
    }, 180);
  };
  const kill = async (node: NodeAccess, point: string) => {
    const hit = killedAt.get(roleOf(drill, node))!;
    const pod = pods.get(node);
    if (pod === undefined || hit.includes(point)) return;
    await killPod(node, namespace, pod).catch((error: Error) => {
      if (!ended.includes(point)) throw error;
    });
    drill.stage.say(`the pod on ${node.name} is killed at ${point}`);
    hit.push(point);
    pods.delete(node);
    killed.set(node, pod);
  };

  for (const node of drill.nodes) await follow(node);
  await playFaults(drill, restoreId, async (node, point) => {
    await kill(node, point);
    // The last point at which every API server runs: none is stopped before all machines have passed it.
    if (point === 'ready') await follow(node);
  }, 900);
  await drill.assertRestored(restoreId);
}

/** What it throws. */
function faultOf(check: () => void): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    return error;
  }
}
