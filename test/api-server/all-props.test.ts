import { Chart, Yaml } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { parseAllDocuments } from 'yaml';
import { EtcdSnapshotCronJob } from '../../src/backup/etcd-snapshot-cron-job';
import { EtcdSnapshotJob } from '../../src/backup/etcd-snapshot-job';
import { SnapshotNodes } from '../../src/backup/snapshot-nodes';
import { EtcdMemberReplacementJob } from '../../src/restore/etcd-member-replacement-job';
import { EtcdRestoreJob } from '../../src/restore/etcd-restore-job';
import { BackupVolume } from '../../src/storage/backup-volume';
import { ClusterUpgrade } from '../../src/upgrade/cluster-upgrade';
import { NodeMaintenanceCronJob } from '../../src/upgrade/node-maintenance-cron-job';
import { NodeMaintenanceJob } from '../../src/upgrade/node-maintenance-job';
import { NodeUpgradeJob } from '../../src/upgrade/node-upgrade-job';
import { ALL_EBS_STORAGE_CLASS, ALL_EBS_VOLUME, ALL_NFS, allCronJobProps, allJobProps, chart, external, stacked } from '../backup/snapshot-fixtures';
import { allReplacementProps, allRestoreProps, clusterOf } from '../restore/restore-fixtures';
import { KUBECTL, operationWithParts } from '../runtime/operation-with-parts';
import { ApiServer } from '../support/api-server/api-server';
import { missingFields, PublishedSchemas } from '../support/api-server/published-schema';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';
import { allClusterUpgradeProps, allMaintenanceCronJobProps, allMaintenanceJobProps, allUpgradeProps } from '../upgrade/upgrade-fixtures';

const NODES_OF_EC2 = ['ip-10-0-1-10.eu-central-1.compute.internal', 'ip-10-0-1-11.eu-central-1.compute.internal', 'ip-10-0-1-12.eu-central-1.compute.internal'];

const CLUSTER_UPGRADE = 'a ClusterUpgrade with all props';
const MAINTENANCE = 'a NodeMaintenanceCronJob with all props';

/** Sidecar containers are there since 1.29, and their service accounts have a namespace. */
const HAVE_TURNS = [CLUSTER_UPGRADE, MAINTENANCE];

/** Each construct with all its props, and variants that all props together don't show. */
const builds: { [what: string]: (scope: Chart) => void } = {
  'an EtcdSnapshotCronJob with all props': (scope) => new EtcdSnapshotCronJob(scope, 'snapshots', allCronJobProps(scope)),
  'an EtcdSnapshotJob with all props': (scope) => new EtcdSnapshotJob(scope, 'snapshot', allJobProps(scope)),
  'a CronJob for each of several nodes with long names': (scope) => new EtcdSnapshotCronJob(scope, 'snapshots', {
    ...allCronJobProps(scope), cluster: stacked(...NODES_OF_EC2), nodes: SnapshotNodes.everyMember(),
  }),
  'a Job for each of several nodes with long names': (scope) => new EtcdSnapshotJob(scope, 'a-snapshot-before-the-upgrade-of-kubernetes', {
    ...allJobProps(scope), cluster: stacked(...NODES_OF_EC2), nodes: SnapshotNodes.everyMember(),
  }),
  'an external etcd': (scope) => new EtcdSnapshotJob(scope, 'snapshot', {
    ...allJobProps(scope),
    cluster: external(),
    nodes: undefined,
    includePki: false,
    volume: BackupVolume.fromPersistentVolumeClaim(scope, 'claimed', kplus.PersistentVolumeClaim.fromClaimName(scope, 'claim', 'backups')),
  }),
  'an existing EBS volume with all props': (scope) => BackupVolume.fromEbsVolume(scope, 'volume', ALL_EBS_VOLUME),
  'a new EBS volume with all props': (scope) => BackupVolume.fromEbsStorageClass(scope, 'volume', ALL_EBS_STORAGE_CLASS),
  'an EtcdRestoreJob with all props': (scope) => new EtcdRestoreJob(scope, 'restore', allRestoreProps(scope)),
  'an EtcdRestoreJob for a cluster of 1.28, with all that its schema requires': (scope) => new EtcdRestoreJob(scope, 'restore', {
    ...allRestoreProps(scope), cluster: clusterOf('1.28.0', 'cp1', 'cp2', 'cp3'),
  }),
  'an EtcdMemberReplacementJob with all props': (scope) => new EtcdMemberReplacementJob(scope, 'replacement', allReplacementProps()),
  'an EtcdMemberReplacementJob for a cluster of 1.28, with all that its schema requires': (scope) => new EtcdMemberReplacementJob(scope, 'replacement', {
    ...allReplacementProps(), cluster: clusterOf('1.28.0', 'a', 'b', 'c', 'd', 'e'),
  }),
  'a NodeUpgradeJob with all props': (scope) => new NodeUpgradeJob(scope, 'upgrade', allUpgradeProps()),
  [CLUSTER_UPGRADE]: (scope) => new ClusterUpgrade(scope, 'upgrade', allClusterUpgradeProps(scope)),
  'a NodeMaintenanceJob with all props': (scope) => new NodeMaintenanceJob(scope, 'maintenance', allMaintenanceJobProps),
  [MAINTENANCE]: (scope) => new NodeMaintenanceCronJob(scope, 'maintenance', allMaintenanceCronJobProps),
  'an operation whose parts have a token, a tool of another image, and any taint': (scope) => operationWithParts(scope, {
    tools: [KUBECTL], tolerations: [kplus.NodeTaintQuery.any()],
  }),
  'an NFS volume with all props': (scope) => BackupVolume.fromNfs(scope, 'volume', ALL_NFS),
};

function manifestsOf(what: string, namespace?: string): string {
  const scope = chart(namespace);
  builds[what](scope);
  return Yaml.stringify(...scope.toJson());
}

for (const tool of [toolchain.kubeApiserver128, toolchain.kubeApiserver137]) {
  describeWithTools(`the constructs on ${tool.title}`, ApiServer.needs(tool), () => {
    let server: ApiServer;
    const judged = Object.keys(builds).filter((what) => !HAVE_TURNS.includes(what) || tool !== toolchain.kubeApiserver128);

    beforeAll(async () => {
      server = await ApiServer.start(tool);
      await server.assertStrict();
      await server.podSecurity('restricted', 'restricted');
      await server.podSecurity('privileged', 'privileged');
    });
    afterAll(() => server?.destroy());

    test.each(judged)('takes %s, and has nothing to warn of', async (what) => {
      for (const namespace of HAVE_TURNS.includes(what) ? ['backup'] : [undefined, 'backup']) {
        expect(await server.dryRunApply(manifestsOf(what, namespace))).toMatchObject({ exitCode: 0, stderr: '' });
      }
    });

    test.each(judged)('has published no schema by which %s lacks a field', async (what) => {
      for (const object of parseAllDocuments(manifestsOf(what, 'backup')).map((document) => document.toJS())) {
        const [version, group] = object.apiVersion.split('/').reverse();
        const published = await server.kubectl(['get', '--raw', group ? `/openapi/v3/apis/${group}/${version}` : `/openapi/v3/api/${version}`]);
        const schemas: PublishedSchemas = JSON.parse(published.stdout);
        expect(missingFields(schemas, `io.k8s.api.${group?.split('.')[0] ?? 'core'}.${version}.${object.kind}`, object)).toEqual([]);
      }
    });

    test('has published a schema by which a rule of a failure policy without an action lacks a field', async () => {
      const schemas: PublishedSchemas = JSON.parse((await server.kubectl(['get', '--raw', '/openapi/v3/apis/batch/v1'])).stdout);
      const job = { spec: { podFailurePolicy: { rules: [{ onPodConditions: [] }] }, template: {} } };
      expect(missingFields(schemas, 'io.k8s.api.batch.v1.Job', job)).toEqual(['io.k8s.api.batch.v1.Job.spec.podFailurePolicy.rules.0.action']);
    });

    test.each(Object.keys(builds).filter((what) => what.includes('an EtcdRestoreJob')))('has nothing to change when %s is applied again', async (what) => {
      const manifests = manifestsOf(what, 'backup');
      expect(await server.kubectl(['apply', '-f', '-'], manifests)).toMatchObject({ exitCode: 0 });
      expect(await server.kubectl(['diff', '-f', '-'], manifests)).toMatchObject({ exitCode: 0, stdout: '' });
      expect(await server.kubectl(['delete', '--cascade=background', '--wait=false', '-f', '-'], manifests)).toMatchObject({ exitCode: 0 });
    });

    test('the pod for an external etcd is admitted under restricted', async () => {
      expect(await server.dryRunPods(manifestsOf('an external etcd'), 'restricted')).toMatchObject({ exitCode: 0, stderr: '' });
    });

    test('the pod that keeps the PKI is refused under restricted, for host paths, and admitted under privileged', async () => {
      const manifests = manifestsOf('an EtcdSnapshotCronJob with all props');
      const { exitCode, stderr } = await server.dryRunPods(manifests, 'restricted');
      expect(exitCode).not.toBe(0);
      expect(stderr).toContain('violates PodSecurity "restricted:latest"');
      expect(stderr).toContain('hostPath');
      expect(await server.dryRunPods(manifests, 'privileged')).toMatchObject({ exitCode: 0, stderr: '' });
    });
  });
}
