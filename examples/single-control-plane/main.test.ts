import { Testing } from 'cdk8s';
import { EtcdBackups } from './etcd-backups';
import { reviewed } from '../reviewed';

const manifests = Testing.synth(new EtcdBackups(Testing.app(), 'etcd-backups'));
const namespace = manifests.find(({ kind }) => kind === 'Namespace');
const cronJob = manifests.find(({ kind }) => kind === 'CronJob');
const pod = cronJob.spec.jobTemplate.spec.template.spec;
const env = Object.fromEntries(pod.containers[0].env.map(({ name, value }: any) => [name, value]));

test('a snapshot is taken every five minutes', () => {
  expect(cronJob.spec.schedule).toBe('*/5 * * * *');
  expect(cronJob.spec.suspend).toBe(false);
});

test('it is taken on the control plane, of the member there', () => {
  expect(pod.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms).toEqual([
    { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['master-1'] }] },
  ]);
  expect(pod.hostNetwork).toBe(true);
  expect(env.ENDPOINTS).toBe('https://127.0.0.1:2379');
});

test('it goes onto the second disk, and the pod waits where that is not mounted', () => {
  const backup = pod.volumes.find(({ name }: any) => name === 'backup');
  expect(backup.hostPath).toEqual({ path: '/mnt/backup', type: 'Directory' });
  expect(pod.containers[0].volumeMounts).toContainEqual({ name: 'backup', mountPath: '/backup' });
});

test('an hour is kept to the five minutes, a day to the hour, a week to the day', () => {
  expect(cronJob.metadata.annotations['cdk8s-day2/retention']).toBe('keeps the last 12, 24 hourly, 7 daily');
  expect(env).toMatchObject({ KEEP_LAST: '12', KEEP_HOURLY: '24', KEEP_DAILY: '7' });
});

test('every image comes from the registry in the machine room, and the registry may be down once it has', () => {
  const containers = [...pod.initContainers, ...pod.containers];
  expect(containers.map(({ image }: any) => image)).toEqual([
    '192.168.50.90:5000/docker.io/library/busybox:1.37.0-musl',
    '192.168.50.90:5000/registry.k8s.io/etcd:3.6.5-0',
  ]);
  expect(containers.map(({ imagePullPolicy }: any) => imagePullPolicy)).toEqual(['IfNotPresent', 'IfNotPresent']);
});

test('the namespace admits pods that read files of the node', () => {
  expect(namespace.metadata.name).toBe(cronJob.metadata.namespace);
  expect(namespace.metadata.labels['pod-security.kubernetes.io/enforce']).toBe('privileged');
});

test('the manifests are those that were reviewed', () => {
  expect(reviewed(manifests)).toMatchSnapshot();
});
