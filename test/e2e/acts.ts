import { Played } from './last-passed';
import { Act } from './scenario';
import { clusterUpgraded, upgradeAsked, upgradeKilled, upgradeTriedAgain } from './scenarios/cluster-upgrade';
import { examples } from './scenarios/examples';
import { hostPathRefused, restricted } from './scenarios/external-etcd';
import { clockBack, fullDisk, killedMidSave, sharedVolume } from './scenarios/faults';
import { drain, everyMember, failOver, powerCut } from './scenarios/high-availability';
import { classic } from './scenarios/host-path';
import { images } from './scenarios/images';
import { maintenanceKilled, workersMaintained } from './scenarios/node-maintenance';
import { everyStepHit, memberByHand, memberReplaced, replacementRefused, strangerReplaced } from './scenarios/replace-member';
import { badInput } from './scenarios/restore-bad-input';
import { byHandHa, byHandSingle, oneLost, twoLost, withoutQuorum } from './scenarios/restore-break-glass';
import { restoreByHand } from './scenarios/restore-by-hand';
import { encryptedSecrets } from './scenarios/restore-encrypted';
import { externalByHand } from './scenarios/restore-external';
import { everyStepKilled, everyStepTwice, followerAbsent, powerCutAll, powerCutFollower, powerCutHolder } from './scenarios/restore-faults';
import { diskFull } from './scenarios/restore-full-disk';
import { restoreHa, timeTravelHa } from './scenarios/restore-ha';
import { networkCut, networkGone } from './scenarios/restore-network';
import { byHandBehindProxy, kubesprayEtcd, membersOnTwoNetworks, restoredByHandBefore } from './scenarios/restore-not-by-the-book';
import { podsKilled } from './scenarios/restore-pods';
import { restoreFromClaim, restoreSingle, timeTravelSingle } from './scenarios/restore-single';
import { ebs, provisionedClaim } from './scenarios/storage';
import { whatYouSee } from './scenarios/what-you-see';
import { topologyNamed } from '../lab/topology';

const single = topologyNamed('single');
const ha = topologyNamed('ha');
const externalEtcd = topologyNamed('external-etcd');

/** Everything that is played. Few clusters and many scenarios on each, since a cluster takes as long as a scenario. */
export const acts: readonly Act[] = [
  { topology: single, scenarios: [classic, restoreByHand, examples, images, whatYouSee, fullDisk, killedMidSave, sharedVolume, clockBack] },
  { topology: ha, scenarios: [everyMember, provisionedClaim, ebs, failOver, drain, powerCut] },
  { topology: externalEtcd, scenarios: [restricted, hostPathRefused] },
  // A restore takes hold of the whole cluster: these have clusters of their own.
  {
    topology: single,
    scenarios: [
      restoreSingle, timeTravelSingle, restoreFromClaim, badInput, byHandSingle, everyStepKilled, everyStepTwice, powerCutHolder, encryptedSecrets,
      byHandBehindProxy, restoredByHandBefore,
    ],
    replacedAfterFailure: true,
  },
  {
    topology: ha,
    scenarios: [
      restoreHa, timeTravelHa, byHandHa, everyStepKilled, everyStepTwice, followerAbsent, podsKilled, networkCut, networkGone,
      powerCutHolder, powerCutFollower, powerCutAll, diskFull, oneLost, withoutQuorum, twoLost,
    ],
    replacedAfterFailure: true,
  },
  { topology: externalEtcd, scenarios: [externalByHand, kubesprayEtcd] },
  { topology: ha, scenarios: [restoredByHandBefore] },
  { topology: ha, scenarios: [membersOnTwoNetworks] },
  { topology: ha, scenarios: [memberReplaced, everyStepHit, replacementRefused, strangerReplaced, memberByHand], replacedAfterFailure: true },
  { topology: { ...single, name: 'single-2-workers', workers: 2 }, scenarios: [clusterUpgraded('1.35.4'), upgradeKilled, upgradeAsked, upgradeTriedAgain] },
  { topology: { ...single, name: 'single-2-workers', workers: 2 }, scenarios: [workersMaintained, maintenanceKilled] },
  { topology: { ...ha, name: 'ha-3-workers', workers: 3 }, scenarios: [clusterUpgraded('1.35.4', '1.36.3', '1.37.2')] },
  ...['1.35.4', '1.36.3', '1.37.2'].map((kubernetes) => ({
    topology: { ...single, name: `single-${kubernetes.replaceAll('.', '-')}`, kubernetes },
    scenarios: [restoreByHand, examples, restoreSingle],
  })),
];

/** Every group on each of its clusters, with the number of its scenarios there. */
export function groupsOf(all: readonly Act[]): Played[] {
  const found = new Map<string, Played>();
  for (const { topology: { name: cluster }, scenarios } of all) {
    for (const { group } of scenarios) {
      const key = `${group} ${cluster}`;
      found.set(key, { group, cluster, scenarios: (found.get(key)?.scenarios ?? 0) + 1 });
    }
  }
  return [...found.values()];
}
