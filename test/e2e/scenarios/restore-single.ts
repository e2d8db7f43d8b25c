import assert from 'node:assert/strict';
import { Size } from 'cdk8s';
import { PersistentVolumeAccessMode, PersistentVolumeClaim } from 'cdk8s-plus-28';
import { ContainerImages } from '../../../src/cluster/container-images';
import { SnapshotSource } from '../../../src/restore/snapshot-source';
import { BackupVolume } from '../../../src/storage/backup-volume';
import { KubernetesObject } from '../../support/e2e/kubernetes';
import { localPathProvisioner } from '../../support/e2e/local-path';
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

export const restoreFromClaim: Scenario = {
  group: 10,
  promise: 'a backup in a claim, which no machine has mounted, is restored; a pod of another user that has the claim, too, can plant none there',
  run: async (stage) => {
    const { kubernetes } = stage;
    await localPathProvisioner(stage);
    const drill = await RestoreDrill.begin(stage, 'claimed', {}, undefined, undefined, (chart) => BackupVolume.fromPersistentVolumeClaim(chart, 'backups', new PersistentVolumeClaim(chart, 'claim', {
      metadata: { name: 'backups' }, accessModes: [PersistentVolumeAccessMode.READ_WRITE_ONCE], storage: Size.gibibytes(1), storageClassName: 'local-path',
    })));
    const image = ContainerImages.defaults().listFor(drill.etcd).find((name) => name.includes('busybox'))!;
    await kubernetes.apply([planter(stage.namespace, image)]);
    const planted = await kubernetes.ended('planter');
    assert.equal(planted.succeeded, false, 'a pod of another user has planted a backup');

    const restoreId = drill.idFor('claimed');
    await drill.start({ restoreId, snapshot: SnapshotSource.latest() });
    await drill.assertRestored(restoreId);
  },
};

/** A copy of the newest backup, named as one that is newer. */
function planter(namespace: string, image: string): KubernetesObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'planter', namespace },
    spec: {
      backoffLimit: 0,
      template: {
        spec: {
          restartPolicy: 'Never',
          securityContext: { runAsUser: 1000, runAsGroup: 1000 },
          containers: [{
            name: 'planter',
            image,
            command: ['sh', '-ec', 'cd /backup/claimed; cp -r "$(ls -d [0-9]* | tail -n 1)" "$(date -u +%Y%m%dT%H%M%SZ)-r999999"'],
            volumeMounts: [{ name: 'backups', mountPath: '/backup' }],
          }],
          volumes: [{ name: 'backups', persistentVolumeClaim: { claimName: 'backups' } }],
        },
      },
    },
  };
}

/** A second Job of the same restore has nothing to do, and reports the first one. */
async function assertUsed(stage: Stage, drill: RestoreDrill, restoreId: string): Promise<void> {
  const { clusterId } = await clusterSeenBy(drill.node);
  const [again] = await drill.start({ restoreId });
  const run = await stage.kubernetes.ended(again);
  assert.deepEqual([run.succeeded, summaryOfJob(run).outcome], [true, 'restored']);
  assert.equal((await clusterSeenBy(drill.node)).clusterId, clusterId);
}
