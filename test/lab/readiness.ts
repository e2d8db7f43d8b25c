/** The fields of `kubectl get -o json` that tell whether a cluster is up. */
interface List<T> {
  readonly items: T[];
}

interface Named {
  readonly metadata: { readonly name: string };
}

interface NodeObject extends Named {
  readonly status: { readonly conditions: { readonly type: string; readonly status: string; readonly lastHeartbeatTime: string }[] };
}

interface PodObject extends Named {
  readonly status: { readonly containerStatuses?: { readonly state: { readonly running?: { readonly startedAt: string } } }[] };
}

interface LeaseObject extends Named {
  readonly spec: { readonly renewTime?: string };
}

/** What the API says, as `kubectl get -o json` prints it. */
export interface Observation {
  readonly nodes: string;
  /** Those of kube-system. */
  readonly pods: string;
  /** Those of kube-system. */
  readonly leases: string;
}

/** Whoever holds these does the work. */
const leaders = ['kube-controller-manager', 'kube-scheduler'];

/**
 * What still isn't up, in words; empty when all is.
 *
 * After a power cut the API tells for a while how things were before it, so only what was seen since then counts. Pods count when
 * their containers run: kubelet calls those of the control plane ready only 10 s after their start, whatever they can do before.
 */
export function notReady(seen: Observation, nodeNames: string[], since: Date): string[] {
  const [nodes, pods, leases] = [items<NodeObject>(seen.nodes), items<PodObject>(seen.pods), items<LeaseObject>(seen.leases)];
  // Most of the API's times are whole seconds.
  const fresh = (time: string | undefined) => time !== undefined && Date.parse(time) >= Math.floor(since.getTime() / 1000) * 1000;
  const ready = ({ status: { conditions } }: NodeObject) => conditions
    .some(({ type, status, lastHeartbeatTime }) => type === 'Ready' && status === 'True' && fresh(lastHeartbeatTime));
  const running = ({ status: { containerStatuses = [] } }: PodObject) => containerStatuses.length > 0
    && containerStatuses.every(({ state }) => fresh(state.running?.startedAt));
  return [
    ...nodeNames.filter((name) => !nodes.some((node) => node.metadata.name === name && ready(node))).map((name) => `node ${name}`),
    ...pods.filter((pod) => !running(pod)).map(({ metadata }) => `pod ${metadata.name}`),
    ...pods.length === 0 ? ['every pod of kube-system'] : [],
    ...leaders.filter((name) => !leases.some(({ metadata, spec }) => metadata.name === name && fresh(spec.renewTime))).map((name) => `a leader of ${name}`),
  ];
}

function items<T>(list: string): T[] {
  return (JSON.parse(list) as List<T>).items;
}
