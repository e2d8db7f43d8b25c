import { notReady } from './readiness';

const boot = new Date('2026-11-21T10:00:00.700Z');
const before = '2026-11-21T09:59:59Z';
const after = '2026-11-21T10:00:00Z';

const nodes = (...entries: [name: string, status: string, seen: string][]) => JSON.stringify({
  items: entries.map(([name, status, lastHeartbeatTime]) => ({ metadata: { name }, status: { conditions: [{ type: 'Ready', status, lastHeartbeatTime }] } })),
});
const pods = (...entries: [name: string, ready: boolean, startedAt?: string][]) => JSON.stringify({
  items: entries.map(([name, ready, startedAt]) => ({
    metadata: { name },
    status: { containerStatuses: [{ ready, state: startedAt ? { running: { startedAt } } : {} }] },
  })),
});

test('a cluster is up when every node and pod was seen up since its boot', () => {
  expect(notReady(nodes(['cp1', 'True', after]), pods(['etcd-cp1', true, after]), ['cp1'], boot)).toEqual([]);
});

test('what the API remembers from before the boot doesn’t count', () => {
  expect(notReady(nodes(['cp1', 'True', before]), pods(['etcd-cp1', true, before]), ['cp1'], boot)).toEqual(['node cp1', 'pod etcd-cp1']);
});

test('a node that has not joined, one that isn’t ready and pods that don’t run are named', () => {
  const seen = nodes(['cp1', 'True', after], ['cp2', 'False', after]);
  expect(notReady(seen, pods(['a', false, after], ['b', true]), ['cp1', 'cp2', 'cp3'], boot)).toEqual(['node cp2', 'node cp3', 'pod a', 'pod b']);
});

test('a pod without containers yet isn’t up, and a cluster without pods neither', () => {
  const seen = nodes(['cp1', 'True', after]);
  expect(notReady(seen, JSON.stringify({ items: [{ metadata: { name: 'new' }, status: {} }] }), ['cp1'], boot)).toEqual(['pod new']);
  expect(notReady(seen, pods(), ['cp1'], boot)).toEqual(['every pod of kube-system']);
});
