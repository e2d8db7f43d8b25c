import { Testing } from 'cdk8s';
import { EtcdMemberReplacement } from './etcd-member-replacement';
import { reviewed } from '../reviewed';

const manifests = Testing.synth(new EtcdMemberReplacement(Testing.app(), 'etcd-member-replacement'));
const jobs = manifests.filter(({ kind }) => kind === 'Job');
const pod = jobs[0].spec.template.spec;
const env = Object.fromEntries(pod.containers[0].env.map(({ name, value }: any) => [name, value]));

test('one Job, on the machine whose disk is new', () => {
  expect(jobs).toHaveLength(1);
  expect(pod.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms).toEqual([
    { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['master-3'] }] },
  ]);
});

test('it knows where every member is, and which of them it is', () => {
  expect(env.SELF).toBe('master-3');
  expect(env.MEMBERS.split(' ')).toEqual([1, 2, 3].map((n) => `master-${n}=https://master-${n}:2379`));
});

test('it happens once, and never after its time', () => {
  expect(env).toMatchObject({ OPERATION: '2026-11-21-master-3-new-disk', EXPIRES: '2026-11-21T18:00:00Z' });
});

test('the pod can\'t speak to the API server', () => {
  expect(pod.automountServiceAccountToken).toBe(false);
  expect(pod.volumes.filter((volume: any) => volume.projected?.sources.some(({ serviceAccountToken }: any) => serviceAccountToken))).toEqual([]);
});

test('the manifests are those that were reviewed', () => {
  expect(reviewed(manifests)).toMatchSnapshot();
});
