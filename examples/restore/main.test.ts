import { Testing } from 'cdk8s';
import { EtcdRestore } from './etcd-restore';
import { reviewed } from '../reviewed';

const manifests = Testing.synth(new EtcdRestore(Testing.app(), 'etcd-restore'));
const jobs = manifests.filter(({ kind }) => kind === 'Job');
const pods = jobs.map((job) => job.spec.template.spec);
const envOf = (pod: any) => Object.fromEntries(pod.containers[0].env.map(({ name, value }: any) => [name, value]));

test('each control plane has its Job, and its pod comes to that machine alone', () => {
  const namesOf = (pod: any) => pod.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
  expect(pods.map(namesOf)).toEqual(['master-1', 'master-2', 'master-3'].map((name) => [
    { matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] },
  ]));
});

test('the machine with the backups restores, the others join it', () => {
  expect(pods.map((pod) => envOf(pod).ROLE)).toEqual(['holder', 'follower', 'follower']);
  expect(pods.map((pod) => envOf(pod).HOLDER)).toEqual(['master-1', 'master-1', 'master-1']);
  expect(envOf(pods[0])).toMatchObject({ SNAPSHOT: 'before:2026-11-21T10:00:00Z', BACKUP_ROOT: '/mnt/backup' });
});

test('it happens once, and never after its time', () => {
  for (const pod of pods) expect(envOf(pod)).toMatchObject({ OPERATION: '2026-11-21-deleted-namespace', EXPIRES: '2026-11-21T18:00:00Z' });
});

test('no pod can speak to the API server', () => {
  expect(pods.map((pod) => pod.automountServiceAccountToken)).toEqual([false, false, false]);
  const sources = pods.flatMap((pod) => pod.volumes).flatMap(({ projected }: any) => projected?.sources ?? []);
  expect(sources.filter(({ serviceAccountToken }: any) => serviceAccountToken)).toEqual([]);
});

test('the manifests are those that were reviewed', () => {
  expect(reviewed(manifests)).toMatchSnapshot();
});
