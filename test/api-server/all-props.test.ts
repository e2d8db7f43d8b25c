import { Chart, Yaml } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { ApiServer } from './support/api-server';
import { BackupVolume } from '../../src/backup/backup-volume';
import { EtcdSnapshotCronJob } from '../../src/backup/etcd-snapshot-cron-job';
import { EtcdSnapshotJob } from '../../src/backup/etcd-snapshot-job';
import { ALL_EBS_STORAGE_CLASS, ALL_EBS_VOLUME, ALL_NFS, allCronJobProps, allJobProps, chart, external, stacked } from '../backup/snapshot-fixtures';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const NODES_OF_EC2 = ['ip-10-0-1-10.eu-central-1.compute.internal', 'ip-10-0-1-11.eu-central-1.compute.internal', 'ip-10-0-1-12.eu-central-1.compute.internal'];

/** Each construct with all its props, and the shapes that those leave out. */
const builds: { [what: string]: (scope: Chart) => void } = {
  'an EtcdSnapshotCronJob with all props': (scope) => new EtcdSnapshotCronJob(scope, 'snapshots', allCronJobProps(scope)),
  'an EtcdSnapshotJob with all props': (scope) => new EtcdSnapshotJob(scope, 'snapshot', allJobProps(scope)),
  'a CronJob for each of several nodes with long names': (scope) => new EtcdSnapshotCronJob(scope, 'snapshots', {
    ...allCronJobProps(scope), cluster: stacked(...NODES_OF_EC2), everyMember: true, node: undefined,
  }),
  'a Job for each of several nodes with long names': (scope) => new EtcdSnapshotJob(scope, 'a-snapshot-before-the-upgrade-of-kubernetes', {
    ...allJobProps(scope), cluster: stacked(...NODES_OF_EC2), everyMember: true, node: undefined,
  }),
  'an external etcd': (scope) => new EtcdSnapshotJob(scope, 'snapshot', {
    ...allJobProps(scope),
    cluster: external(scope),
    node: undefined,
    includePki: false,
    encryptionConfig: undefined,
    volume: BackupVolume.fromPersistentVolumeClaim(scope, 'claimed', kplus.PersistentVolumeClaim.fromClaimName(scope, 'claim', 'backups')),
  }),
  'an existing EBS volume with all props': (scope) => BackupVolume.fromEbsVolume(scope, 'volume', ALL_EBS_VOLUME),
  'a new EBS volume with all props': (scope) => BackupVolume.fromEbsStorageClass(scope, 'volume', ALL_EBS_STORAGE_CLASS),
  'an NFS volume with all props': (scope) => BackupVolume.fromNfs(scope, 'volume', ALL_NFS),
};

function manifestsOf(what: string, namespace?: string): string {
  const scope = chart(namespace);
  builds[what](scope);
  return Yaml.stringify(...scope.toJson());
}

for (const tool of [toolchain.kubeApiserver128, toolchain.kubeApiserver136]) {
  describeWithTools(`the constructs on ${tool.title}`, ApiServer.needs(tool), () => {
    let server: ApiServer;
    beforeAll(async () => {
      server = await ApiServer.start(tool);
      await server.assertStrict();
      await server.podSecurity('restricted', 'restricted');
      await server.podSecurity('privileged', 'privileged');
    });
    afterAll(() => server?.destroy());

    test.each(Object.keys(builds))('takes %s, and has nothing to warn of', async (what) => {
      for (const namespace of [undefined, 'backup']) {
        expect(await server.dryRunApply(manifestsOf(what, namespace))).toMatchObject({ exitCode: 0, stderr: '' });
      }
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
