import { Testing } from 'cdk8s';
import { EtcdBackups } from './etcd-backups';
import { reviewed } from '../reviewed';

const manifests = Testing.synth(new EtcdBackups(Testing.app(), 'etcd-backups'));
const find = (wanted: string) => manifests.find(({ kind }) => kind === wanted);
const cronJob = find('CronJob');
const pod = cronJob.spec.jobTemplate.spec.template.spec;
const env = Object.fromEntries(pod.containers[0].env.map(({ name, value }: any) => [name, value]));

test('the namespace enforces the restricted Pod Security Standard, and the pod asks for nothing that it forbids', () => {
  expect(find('Namespace').metadata.labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
  expect(pod.volumes.filter((volume: any) => volume.hostPath)).toEqual([]);
  expect(pod).not.toHaveProperty('hostNetwork');
  for (const { securityContext } of [...pod.initContainers, ...pod.containers]) {
    expect(securityContext).toMatchObject({
      runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' },
    });
  }
});

test('any node will do: all members are reached by their names', () => {
  expect(pod.affinity).toBeUndefined();
  expect(pod.tolerations).toBeUndefined();
  expect(env.ENDPOINTS.split(' ')).toEqual([1, 2, 3].map((member) => `https://etcd-${member}.example.com:2379`));
});

test('the client\'s certificate comes from the Secret, whose content is not in the chart', () => {
  expect(manifests.map(({ kind }) => kind)).not.toContain('Secret');
  expect(pod.volumes.find(({ name }: any) => name === 'certificates').secret.secretName).toBe('etcd-client');
  expect(env).toMatchObject({
    ETCDCTL_CACERT: '/certificates/ca.crt', ETCDCTL_CERT: '/certificates/client.crt', ETCDCTL_KEY: '/certificates/client.key',
  });
});

test('backups go into the claim', () => {
  expect(pod.volumes.find(({ name }: any) => name === 'backup').persistentVolumeClaim.claimName).toBe(find('PersistentVolumeClaim').metadata.name);
});

test('the tools are those of the version that is backed up', () => {
  expect(pod.containers[0].image).toBe('quay.io/coreos/etcd:v3.5.21');
});

test('the manifests are those that were reviewed', () => {
  expect(reviewed(manifests)).toMatchSnapshot();
});
