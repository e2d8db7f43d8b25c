import { ApiServer } from '../api-server/api-server';

/** What a pod is. */
export interface PodOnNode {
  /** @default 'w1' */
  readonly node?: string;
  /** @default the app `web` */
  readonly labels?: Record<string, string>;
  /** The kind of its controller; none if it is empty. @default 'ReplicaSet' */
  readonly owner?: string;
}

/** Makes a pod on a node, as its controller makes it. No kubelet ends it, so it ends at once. */
export async function addPod(server: ApiServer, name: string, pod: PodOnNode = {}): Promise<void> {
  const { node = 'w1', labels = { app: 'web' }, owner = 'ReplicaSet' } = pod;
  const ownerReferences = owner === '' ? [] : [{ apiVersion: 'apps/v1', kind: owner, name: 'web', uid: 'b9a1b5a0-0000-4000-8000-000000000000', controller: true }];
  await server.request('POST', '/api/v1/namespaces/default/pods', {
    metadata: { name, labels, ownerReferences },
    spec: { nodeName: node, terminationGracePeriodSeconds: 0, containers: [{ name: 'web', image: 'web' }] },
  });
  // A budget counts only for pods that run.
  await server.request('PATCH', `/api/v1/namespaces/default/pods/${name}/status`, { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } });
}

/** The names of all pods. */
export async function podsIn(server: ApiServer): Promise<string[]> {
  return (await server.ask('get', 'pods', '--output=name')).trim().split('\n').filter((each) => each !== '').sort();
}
