import { ApiServer } from '../api-server/api-server';

/** What a Node says of itself. */
export interface NodeState {
  /** The kubelet's version. */
  readonly version: string;
  /** @default 'True' */
  readonly ready?: 'True' | 'False' | 'Unknown';
  /** @default no label */
  readonly labels?: Record<string, string>;
  /** @default no annotation */
  readonly annotations?: Record<string, string>;
}

const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'];

/** Nodes, and the pods of control planes, as kubelets would make them. */
export class Nodes {
  constructor(private readonly server: ApiServer) {}

  /** Makes a Node anew. */
  async set(name: string, { version, ready = 'True', labels = {}, annotations = {} }: NodeState): Promise<void> {
    const status = { nodeInfo: { kubeletVersion: `v${version}` }, conditions: [{ type: 'Ready', status: ready, reason: 'Test', message: '' }] };
    await this.anew('/api/v1/nodes', { metadata: { name, labels, annotations } }, status);
  }

  /** Makes the pods of a control plane anew. */
  async setControlPlane(node: string, version: string, failing: string[] = []): Promise<void> {
    for (const component of COMPONENTS) {
      const image = component === 'etcd' ? 'registry.k8s.io/etcd:3.6.5-0' : `registry.k8s.io/${component}:v${version}`;
      await this.anew('/api/v1/namespaces/kube-system/pods', {
        metadata: { name: `${component}-${node}`, labels: { component, tier: 'control-plane' } },
        spec: { nodeName: node, containers: [{ name: component, image }] },
      }, { phase: 'Running', conditions: [{ type: 'Ready', status: failing.includes(component) ? 'False' : 'True' }] });
    }
  }

  private async anew(path: string, object: { metadata: { name: string; [part: string]: unknown }; spec?: object }, status: object): Promise<void> {
    await this.server.request('DELETE', `${path}/${object.metadata.name}`, { gracePeriodSeconds: 0 });
    await this.server.request('POST', path, object);
    await this.server.request('PATCH', `${path}/${object.metadata.name}/status`, { status });
  }
}
