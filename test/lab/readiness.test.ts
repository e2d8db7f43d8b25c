import { notReady } from './readiness';

const boot = new Date('2026-11-21T10:00:00.700Z');
const before = '2026-11-21T09:59:59Z';
const after = '2026-11-21T10:00:00Z';

const nodes = (...entries: [name: string, status: string, seen: string][]) => JSON.stringify({
  items: entries.map(([name, status, lastHeartbeatTime]) => ({ metadata: { name }, status: { conditions: [{ type: 'Ready', status, lastHeartbeatTime }] } })),
});
const pods = (...entries: [name: string, startedAt?: string][]) => JSON.stringify({
  items: entries.map(([name, startedAt]) => ({
    metadata: { name },
    status: { containerStatuses: [{ state: startedAt ? { running: { startedAt } } : { waiting: {} } }] },
  })),
});
const leases = (renewTime: string, ...names: string[]) => JSON.stringify({
  items: names.map((name) => ({ metadata: { name }, spec: { renewTime } })),
});

const up = {
  nodes: nodes(['cp1', 'True', after]),
  pods: pods(['etcd-cp1', after]),
  leases: leases('2026-11-21T10:00:03.123456Z', 'kube-controller-manager', 'kube-scheduler'),
};

test('a cluster is up when every node, pod and leader was seen at work since its boot', () => {
  expect(notReady(up, ['cp1'], boot)).toEqual([]);
});

test('what the API remembers from before the boot doesn’t count', () => {
  const remembered = {
    nodes: nodes(['cp1', 'True', before]),
    pods: pods(['etcd-cp1', before]),
    leases: leases(before, 'kube-controller-manager', 'kube-scheduler'),
  };
  expect(notReady(remembered, ['cp1'], boot)).toEqual(['node cp1', 'pod etcd-cp1', 'a leader of kube-controller-manager', 'a leader of kube-scheduler']);
});

test('a node that has not joined, one that isn’t ready and a pod that doesn’t run are named', () => {
  const seen = { ...up, nodes: nodes(['cp1', 'True', after], ['cp2', 'False', after]), pods: pods(['a', after], ['b']) };
  expect(notReady(seen, ['cp1', 'cp2', 'cp3'], boot)).toEqual(['node cp2', 'node cp3', 'pod b']);
});

test('a pod without containers yet isn’t up, and a cluster without pods or leaders neither', () => {
  const young = JSON.stringify({ items: [{ metadata: { name: 'new' }, status: {} }] });
  expect(notReady({ ...up, pods: young }, ['cp1'], boot)).toEqual(['pod new']);
  expect(notReady({ ...up, pods: pods() }, ['cp1'], boot)).toEqual(['every pod of kube-system']);
  expect(notReady({ ...up, leases: leases(after, 'kube-scheduler') }, ['cp1'], boot)).toEqual(['a leader of kube-controller-manager']);
});
