import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import { emptyDisk, fillDisk, mountDisk } from '../../lab/disk-faults';
import { startStaticPod, stopStaticPod } from '../../lab/faults';
import { NodeAccess } from '../../lab/node-access';
import { Scenario } from '../scenario';
import { Stage } from '../stage';
import { assertHit, LastingFault, playFaults } from '../support/failpoints';
import { clusterSeenBy } from '../support/members';
import { RestoreDrill } from '../support/restore';
import { requirePoints } from '../support/restore-points';

const data = '/var/lib/etcd';
const records = '/var/lib/cdk8s-day2';

export const diskFull: Scenario = {
  group: 13,
  promise: 'full disks, of data and of records, end a restore before the decision as it began, and hold it up after it, no more',
  spendsCluster: true,
  run: async (stage) => {
    const onHolder = ['quiesce', 'swap', 'mark'];
    const onFollower = ['quiesce', 'set-aside', 'start-etcd', 'promote'];
    await requirePoints(['restore-aside', ...onHolder, ...onFollower]);
    const [holder, follower] = stage.cluster.controlPlanes;
    for (const node of [holder, follower]) await giveDisks(stage, node);
    const drill = await RestoreDrill.begin(stage, 'full');

    const refused = drill.idFor('refused');
    await drill.start({ restoreId: refused, failpoints: { [holder.name]: 'restore-aside:hold' } });
    await playFaults(drill, refused, (node) => fillDisk(node, data), 180);
    await emptyDisk(holder, data);
    for (const { status, outcome, message } of await drill.ended(refused)) {
      assert.deepEqual([status, outcome], [1, 'aborted']);
      assert.match(message, /restore into a new folder failed|space/);
    }
    await drill.assertAsBefore(refused);

    const restoreId = drill.idFor('held-up');
    const full = new Map([holder, follower].map((node) => [node.name, new LastingFault(() => fill(node), () => empty(node), 20)]));
    await drill.start({
      restoreId, readyTimeout: Duration.minutes(10), quiesceTimeout: Duration.minutes(10), failpoints: { [holder.name]: 'every:hold', [follower.name]: 'every:hold' },
    });
    const isHit = (node: NodeAccess, point: string) => (node === holder ? onHolder : onFollower).includes(point);
    const hit = await playFaults(drill, restoreId, (node, point) => isHit(node, point) ? full.get(node.name)!.strike() : undefined, 900);
    for (const fault of full.values()) await fault.passes();
    assertHit(hit, { [holder.name]: onHolder, [follower.name]: onFollower });
    await drill.assertRestored(restoreId);
  },
};

/** Puts etcd's data and the operations' records onto disks of their own. */
async function giveDisks(stage: Stage, node: NodeAccess): Promise<void> {
  await node.run(['mkdir', '-p', records]);
  await stopStaticPod(node, 'etcd');
  // What restores before this one have set aside would fill the disk up by itself.
  await node.shell('rm -rf "$1"/before-* "$1"/abandoned-*', data);
  for (const [folder, mebibytes] of [[data, 600], [records, 400]] as const) {
    await node.shell('mv "$1" "$1.small"', folder);
    await mountDisk(node, folder, mebibytes);
    await node.shell('chmod 700 "$1" && cp -a "$1.small/." "$1" && rm -rf "$1.small"', folder);
  }
  // A kubelet that can't reach its API server takes its time.
  await startStaticPod(node, 'etcd', 180);
  await stage.kubernetes.eventually(`etcd on ${node.name} is back`, () => clusterSeenBy(node), 180);
}

async function fill(node: NodeAccess): Promise<void> {
  await fillDisk(node, data);
  await fillDisk(node, records);
}

async function empty(node: NodeAccess): Promise<void> {
  await emptyDisk(node, data);
  await emptyDisk(node, records);
}
