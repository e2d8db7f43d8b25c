import assert from 'node:assert/strict';
import { KubernetesObject } from './kubernetes';
import { Stage } from '../../e2e/stage';
import { NodeAccess } from '../../lab/node-access';

const labels = { app: 'web' };
const service = 'web';

export const workloadImage = 'docker.io/library/busybox:1.37.0-musl';

/** A Deployment with a Service: controllers, kubelets and kube-proxy that watch the API all have a part in it. */
export class Workload {
  constructor(private readonly stage: Stage) {}

  objects(): KubernetesObject[] {
    const { namespace } = this.stage;
    return [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace },
        spec: {
          replicas: 1,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              terminationGracePeriodSeconds: 0,
              containers: [{ name: 'web', image: workloadImage, command: ['httpd', '-f'] }],
            },
          },
        },
      },
      { apiVersion: 'v1', kind: 'Service', metadata: { name: service, namespace }, spec: { selector: labels, ports: [{ port: 80 }] } },
    ];
  }

  async scale(replicas: number): Promise<void> {
    await this.stage.kubernetes.kubectl(['scale', 'deployment/web', `--replicas=${replicas}`]);
  }

  async replicas(): Promise<number> {
    return (await this.stage.kubernetes.get('deployment', 'web')).spec.replicas;
  }

  /** Waits until so many pods run, and exactly these stand in the slices of the Service and in a node's rules for it. */
  async settles(replicas: number, node: NodeAccess): Promise<void> {
    const { kubernetes, namespace } = this.stage;
    await kubernetes.eventually(`${replicas} pods run, and slices and rules of the service name them`, async () => {
      const pods = await kubernetes.get('pods', '--selector', 'app=web');
      const running = pods.items.filter(({ status, metadata }: any) => status.phase === 'Running' && !metadata.deletionTimestamp);
      const addresses: string[] = running.map(({ status }: any) => status.podIP).sort();
      assert.equal(addresses.length, replicas, `${addresses.length} pods run`);
      const slices = await kubernetes.get('endpointslices', '--selector', `kubernetes.io/service-name=${service}`);
      const listed = slices.items.flatMap(({ endpoints }: any) => endpoints ?? []).filter(({ conditions }: any) => conditions.ready)
        .flatMap((endpoint: any) => endpoint.addresses).sort();
      assert.deepEqual(listed, addresses, 'the slices name other pods');
      const rules = await node.run(['iptables', '-w', '-t', 'nat', '-S']);
      const followed = rules.split('\n').filter((rule) => rule.includes(`"${namespace}/${service}" -m tcp -j DNAT`))
        .map((rule) => /--to-destination ([\d.]+):/.exec(rule)?.[1]).sort();
      assert.deepEqual(followed, addresses, `the rules on ${node.name} name other pods`);
      return true;
    }, 180);
  }
}
