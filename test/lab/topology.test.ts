import { planOf, topologies, topologyNamed } from './topology';

const names = (topology: string) => planOf(topologyNamed(topology)).nodes.map(({ name }) => name);

test('the named topologies have the nodes that their names promise', () => {
  expect(names('single')).toEqual(['cp1']);
  expect(names('ha')).toEqual(['cp1', 'cp2', 'cp3', 'w1']);
  expect(names('external-etcd')).toEqual(['cp1', 'etcd1', 'etcd2', 'etcd3']);
});

test('another topology is made out of one that is there', () => {
  const plan = planOf({ ...topologyNamed('ha'), name: 'wide', workers: 2, kubernetes: '1.36' });
  expect(plan.nodes.map(({ name }) => name)).toEqual(['cp1', 'cp2', 'cp3', 'w1', 'w2']);
  expect(plan.kubernetes).toBe('1.36.3');
});

test('no two nodes share an address or a subnet of pods, in the largest cluster there can be', () => {
  const { nodes } = planOf({ name: 'largest', controlPlanes: 7, workers: 7, etcdMembers: 7 });
  expect(nodes).toHaveLength(21);
  expect(new Set(nodes.map(({ address }) => address)).size).toBe(21);
  expect(new Set(nodes.map(({ podSubnet }) => podSubnet)).size).toBe(21);
});

test('a cluster starts the etcd that kubeadm of its release starts, unless told otherwise', () => {
  expect(planOf(topologyNamed('single')).etcd).toBe('3.6.5');
  expect(planOf({ ...topologyNamed('single'), etcd: '3.5.35' }).etcd).toBe('3.5.35');
});

test('an etcd that kubeadm would give flags which it doesn’t know is refused, but not outside the cluster', () => {
  const versions = { kubernetes: '1.36', etcd: '3.5.35' };
  expect(() => planOf({ ...topologyNamed('single'), ...versions })).toThrow('etcd of topology single must be 3.6 or newer, got 3.5.35');
  expect(planOf({ ...topologyNamed('external-etcd'), ...versions }).etcd).toBe('3.5.35');
});

test.each([
  ['a topology nobody declared', () => topologyNamed('huge'), 'topology must be one of single, ha, external-etcd, got "huge"'],
  ['no control plane', () => planOf({ name: 'none', controlPlanes: 0 }), 'controlPlanes of topology none must be a whole number from 1 to 7, got 0'],
  ['half a worker', () => planOf({ name: 'half', controlPlanes: 1, workers: 0.5 }), 'workers of topology half must be a whole number from 0 to 7, got 0.5'],
  ['a worker that is no number', () => planOf({ name: 'odd', controlPlanes: 1, workers: NaN }), 'got NaN'],
  ['a name that leaves its folder', () => planOf({ ...topologies[0], name: '../x' }), 'lower-case letters, digits and hyphens, got "../x"'],
  ['a release the lab lacks', () => planOf({ ...topologies[0], kubernetes: '1.19' }), 'kubernetes version must be one of 1.34.4, 1.35.4, 1.36.3, 1.37.2, got "1.19"'],
])('%s is refused', (_, attempt, message) => {
  expect(attempt).toThrow(message);
});
