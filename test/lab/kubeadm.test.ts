import { parseAllDocuments } from 'yaml';
import { etcdCertificates, initConfiguration, joinConfiguration } from './kubeadm';
import { planOf, topologyNamed } from './topology';

const ha = planOf(topologyNamed('ha'));
const single = planOf(topologyNamed('single'));
const externalEtcd = planOf(topologyNamed('external-etcd'));

function document(configuration: string, kind: string): any {
  return parseAllDocuments(configuration).map((each) => each.toJS()).find((object) => object.kind === kind);
}

test('etcd runs as static pods of the chosen version', () => {
  const plan = planOf({ ...topologyNamed('single'), etcd: '3.5.35' });
  expect(document(initConfiguration(plan), 'ClusterConfiguration').etcd).toEqual({ local: { imageTag: '3.5.35-0' } });
});

test('an etcd outside the cluster is named by its members, with a client certificate', () => {
  const { external } = document(initConfiguration(externalEtcd), 'ClusterConfiguration').etcd;
  expect(external.endpoints).toEqual(['https://10.77.0.31:2379', 'https://10.77.0.32:2379', 'https://10.77.0.33:2379']);
  expect(external.certFile).toBe('/etc/kubernetes/pki/apiserver-etcd-client.crt');
});

test('pods run on control planes only where there is no worker', () => {
  expect(document(initConfiguration(single), 'InitConfiguration').nodeRegistration.taints).toEqual([]);
  expect(document(initConfiguration(ha), 'InitConfiguration').nodeRegistration).not.toHaveProperty('taints');
});

test('a control plane joins as one, with its own address; a worker doesn’t', () => {
  const [, cp2, , w1] = ha.nodes;
  const joined = document(joinConfiguration(ha, cp2), 'JoinConfiguration');
  expect(joined.controlPlane.localAPIEndpoint.advertiseAddress).toBe('10.77.0.12');
  expect(joined.discovery.bootstrapToken.apiServerEndpoint).toBe('10.77.0.11:6443');
  expect(document(joinConfiguration(ha, w1), 'JoinConfiguration')).not.toHaveProperty('controlPlane');
});

test('the certificates of an etcd member name that member', () => {
  const member = externalEtcd.nodes.find(({ name }) => name === 'etcd2')!;
  const { local } = document(etcdCertificates(externalEtcd, member), 'ClusterConfiguration').etcd;
  expect(local).toEqual({ serverCertSANs: ['etcd2', '10.77.0.32'], peerCertSANs: ['etcd2', '10.77.0.32'] });
});
