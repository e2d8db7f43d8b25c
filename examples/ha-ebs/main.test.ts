import { Testing } from 'cdk8s';
import { EtcdBackups } from './etcd-backups';
import { reviewed } from '../reviewed';

const manifests = Testing.synth(new EtcdBackups(Testing.app(), 'etcd-backups'));
const find = (wanted: string) => manifests.find(({ kind }) => kind === wanted);
const cronJob = find('CronJob');
const pod = cronJob.spec.jobTemplate.spec.template.spec;
const env = Object.fromEntries(pod.containers[0].env.map(({ name, value }: any) => [name, value]));
const controlPlanes = ['1', '2', '3'].map((zone) => `ip-10-0-${zone}-10.eu-central-1.compute.internal`);

test('the pod comes to the control plane in the zone of the volume', () => {
  const terms = pod.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
  expect(terms).toEqual([{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [controlPlanes[0]] }] }]);
  expect(find('PersistentVolume').spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0]).toMatchObject({ values: ['eu-central-1a'] });
});

test('every member can give the snapshot, the one on the same machine first', () => {
  expect(env.ENDPOINTS.split(' ')).toEqual(['https://127.0.0.1:2379', ...controlPlanes.slice(1).map((name) => `https://${name}:2379`)]);
});

test('claim and volume belong to each other alone, and the EBS volume outlives both', () => {
  const [volume, claim] = [find('PersistentVolume'), find('PersistentVolumeClaim')];
  expect(volume.spec.csi).toMatchObject({ driver: 'ebs.csi.aws.com', volumeHandle: 'vol-0f1e2d3c4b5a69788' });
  expect(volume.spec.claimRef).toEqual({ name: claim.metadata.name, namespace: claim.metadata.namespace });
  expect(claim.spec.volumeName).toBe(volume.metadata.name);
  expect(volume.spec.persistentVolumeReclaimPolicy).toBe('Retain');
  expect(pod.volumes).toContainEqual({ name: 'backup', persistentVolumeClaim: { claimName: claim.metadata.name } });
});

test('sons of a week, fathers of five, grandfathers of a year', () => {
  expect(cronJob.metadata.annotations['cdk8s-day2/retention']).toBe('keeps the last 6, 7 daily, 5 weekly, 12 monthly');
  expect(env).toMatchObject({ KEEP_LAST: '6', KEEP_DAILY: '7', KEEP_WEEKLY: '5', KEEP_MONTHLY: '12' });
});

test('the snapshot is taken even when the cluster is full', () => {
  expect(pod.priorityClassName).toBe('system-cluster-critical');
});

test('the manifests are those that were reviewed', () => {
  expect(reviewed(manifests)).toMatchSnapshot();
});
