import { hosts, nodeFiles } from './node-files';
import { planOf, topologyNamed } from './topology';

const ha = planOf(topologyNamed('ha'));
const [cp1, cp2, cp3, w1] = ha.nodes;

test('the API has the address of the control plane that is chosen, and every node its own', () => {
  expect(hosts(ha, cp2).split('\n')).toEqual(expect.arrayContaining(['10.77.0.12 api.day2.test', '10.77.0.12 cp2', '10.77.0.21 w1']));
});

test('until it is one itself, a control plane finds the API on the first one', () => {
  expect(nodeFiles(ha, cp3)['/etc/hosts']).toContain('10.77.0.11 api.day2.test');
});

test('a node reaches the pods of every other node, and has its own by its own bridge', () => {
  const script = nodeFiles(ha, w1)['/usr/local/sbin/prepare-node'];
  expect(script).toContain('ip route replace 10.244.11.0/24 via 10.77.0.11');
  expect(script).not.toContain('10.244.21.0/24');
  expect(nodeFiles(ha, w1)['/etc/cni/net.d/10-pods.conflist']).toContain('10.244.21.0/24');
});

test('a registry can’t be found: there is no name server', () => {
  expect(nodeFiles(ha, cp1)['/etc/resolv.conf']).toBe('');
});

test('a machine that only runs etcd has nothing of Kubernetes', () => {
  const plan = planOf(topologyNamed('external-etcd'));
  const files = Object.keys(nodeFiles(plan, plan.nodes.find(({ role }) => role === 'etcd')!));
  expect(files.filter((file) => /kubelet|containerd|cni/.test(file))).toEqual([]);
});

test('machines differ, as those of the field do', () => {
  expect(nodeFiles(ha, cp1)['/etc/machine-id']).toMatch(/^[0-9a-f]{32}\n$/);
  expect(nodeFiles(ha, cp1)['/etc/machine-id']).not.toBe(nodeFiles(ha, cp2)['/etc/machine-id']);
});
