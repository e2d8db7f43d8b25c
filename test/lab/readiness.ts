/** As much of `kubectl get -o json` as tells whether a cluster is up. */
interface List<T> {
  readonly items: T[];
}

interface NodeObject {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions: { readonly type: string; readonly status: string; readonly lastHeartbeatTime: string }[] };
}

interface ContainerStatus {
  readonly ready: boolean;
  readonly state: { readonly running?: { readonly startedAt: string } };
}

interface PodObject {
  readonly metadata: { readonly name: string };
  readonly status: { readonly containerStatuses?: ContainerStatus[] };
}

/**
 * What still isn't up, in words; empty when all is.
 *
 * After a power cut the API tells for a while how things were before it, so only what was seen since then counts.
 */
export function notReady(nodeList: string, podList: string, nodeNames: string[], since: Date): string[] {
  const nodes = (JSON.parse(nodeList) as List<NodeObject>).items;
  const pods = (JSON.parse(podList) as List<PodObject>).items;
  // The API's times are whole seconds.
  const fresh = (time: string) => Date.parse(time) >= Math.floor(since.getTime() / 1000) * 1000;
  const ready = ({ status: { conditions } }: NodeObject) => conditions
    .some(({ type, status, lastHeartbeatTime }) => type === 'Ready' && status === 'True' && fresh(lastHeartbeatTime));
  const running = ({ status: { containerStatuses = [] } }: PodObject) => containerStatuses.length > 0
    && containerStatuses.every((container) => container.ready && container.state.running !== undefined && fresh(container.state.running.startedAt));
  return [
    ...nodeNames.filter((name) => !nodes.some((node) => node.metadata.name === name && ready(node))).map((name) => `node ${name}`),
    ...pods.filter((pod) => !running(pod)).map(({ metadata }) => `pod ${metadata.name}`),
    ...pods.length === 0 ? ['every pod of kube-system'] : [],
  ];
}
