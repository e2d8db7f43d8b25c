import assert from 'node:assert/strict';
import { emptyDisk, fillDisk, mountDisk } from '../../lab/disk-faults';
import { startStaticPod, stopStaticPod } from '../../lab/faults';
import { NodeAccess } from '../../lab/node-access';
import { faultAtEveryPoint, roleOf } from '../../support/e2e/every-point';
import { LastingFault, playFaults } from '../../support/e2e/failpoints';
import { clusterSeenBy } from '../../support/e2e/members';
import { RestoreDrill } from '../../support/e2e/restore';
import { requirePoints } from '../../support/e2e/restore-points';
import { Scenario } from '../scenario';
import { Stage } from '../stage';

const data = '/var/lib/etcd';
const records = '/var/lib/cdk8s-day2';

/** Points at which a full disk aborts a restore. At all others, it only holds the restore up. */
const refusing: readonly { readonly role: 'holder' | 'follower'; readonly point: string }[] = [
  { role: 'holder', point: 'check' },
  { role: 'follower', point: 'check' },
  { role: 'holder', point: 'verify' },
  { role: 'holder', point: 'restore-aside' },
];

export const diskFull: Scenario = {
  group: 13,
  promise: 'disks of data and of records that are full, at every step of the holder and of a follower, end a restore as it began, or hold it up, no more',
  spendsCluster: true,
  run: async (stage) => {
    requirePoints(refusing.map(({ point }) => point));
    const victims = stage.cluster.controlPlanes.slice(0, 2);
    for (const node of victims) await giveDisks(stage, node);
    const drill = await RestoreDrill.begin(stage, 'full');

    for (const { role, point } of refusing) {
      const restoreId = drill.idFor(`${role}-${point}`);
      const victim = victims[role === 'holder' ? 0 : 1];
      // The disk of the records gets space again: an operation that can't write its record can't end.
      const full = new LastingFault(() => fill(victim), () => emptyDisk(victim, records), 20);
      await drill.start({ restoreId, failpoints: { [victim.name]: `${point}:hold` } });
      await playFaults(drill, restoreId, () => full.strike(), 240);
      await full.passes();
      await emptyDisk(victim, data);
      for (const { status, outcome, message } of await drill.ended(restoreId)) {
        assert.deepEqual([status, outcome], [1, 'aborted']);
        assert.match(message, /restore into a new folder failed|KiB free/);
      }
      await drill.assertAsBefore(restoreId);
    }

    const faults = new Map(victims.map((node) => [node, new LastingFault(() => fill(node), () => empty(node), 20)]));
    const refuses = (node: NodeAccess, point: string) => refusing.some((other) => other.role === roleOf(drill, node) && other.point === point);
    await faultAtEveryPoint(drill, victims, (node, point) => refuses(node, point) ? undefined : faults.get(node)!.strike(), 1500);
    for (const fault of faults.values()) await fault.passes();
  },
};

/** Puts etcd's data and the operations' records onto disks of their own. */
async function giveDisks(stage: Stage, node: NodeAccess): Promise<void> {
  await node.run(['mkdir', '-p', records]);
  await stopStaticPod(node, 'etcd');
  // The data that earlier restores have set aside would fill the disk by itself.
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
