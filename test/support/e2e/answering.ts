import assert from 'node:assert/strict';
import { KubernetesObject } from './kubernetes';
import { Stage } from '../../e2e/stage';

const image = 'docker.io/library/busybox:1.37.0-musl';
const labels = { app: 'answering' };

// A line for each second: the seconds of the clock, requests that were answered, requests that were lost.
const asking = `while :; do
  now=$(date +%s) answered=0 lost=0
  while [ "$(date +%s)" = "$now" ]; do
    if wget -q -T 2 -O /dev/null "http://$SERVICE/"; then answered=$((answered + 1)); else lost=$((lost + 1)); fi
    usleep 50000
  done
  echo "$now $answered $lost"
done`;

/** How many requests a Service has answered. */
export interface Answered {
  readonly answered: number;
  readonly lost: number;
}

/**
 * A Deployment of two replicas with a PodDisruptionBudget behind a Service, as people are told to run what must not go away; and a pod that asks it all
 * the time. That pod stays on its node while the node is drained.
 */
export class Answering {
  static readonly images = [image];

  /** @param from the node on which the pod runs that asks. */
  constructor(private readonly stage: Stage, private readonly from: string) {}

  async start(): Promise<void> {
    const { kubernetes, namespace } = this.stage;
    await kubernetes.apply(this.objects());
    await kubernetes.eventually('two replicas are ready', async () => (await kubernetes.get('deployment', 'answering')).status.readyReplicas === 2, 120);
    const { spec } = await kubernetes.get('service', 'answering');
    await kubernetes.apply([{
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'asking', namespace },
      spec: {
        selector: { matchLabels: { app: 'asking' } },
        template: {
          metadata: { labels: { app: 'asking' } },
          spec: {
            tolerations: [{ operator: 'Exists' }],
            nodeSelector: { 'kubernetes.io/hostname': this.from },
            terminationGracePeriodSeconds: 0,
            containers: [{ name: 'asking', image, command: ['sh', '-c', asking], env: [{ name: 'SERVICE', value: spec.clusterIP }] }],
          },
        },
      },
    }]);
    await kubernetes.eventually('requests are answered', async () => (await this.count()).answered > 5, 60);
  }

  /** Of all requests so far. */
  async count(): Promise<Answered> {
    const lines = (await this.stage.kubernetes.kubectl(['logs', 'daemonset/asking'])).trim().split('\n').map((line) => line.split(' ').map(Number));
    const sum = (column: number) => lines.reduce((total, line) => total + (line[column] ?? 0), 0);
    return { answered: sum(1), lost: sum(2) };
  }

  /** Throws when the pod that asks has not asked all the time, or when a request was lost. */
  async assertNoneLost(seconds: number): Promise<Answered> {
    const { items } = await this.stage.kubernetes.get('pods', '--selector', 'app=asking');
    assert.deepEqual(items.map(({ status }: any) => status.containerStatuses[0].restartCount), [0], 'the pod that asks was there all the time');
    const counted = await this.count();
    assert.ok(counted.answered > seconds * 2, `only ${counted.answered} requests were sent in ${seconds} s`);
    assert.equal(counted.lost, 0, `${counted.lost} of ${counted.answered + counted.lost} requests were lost`);
    return counted;
  }

  private objects(): KubernetesObject[] {
    const { namespace } = this.stage;
    return [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'answering', namespace },
        spec: {
          replicas: 2,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: labels } }],
              containers: [{
                name: 'web',
                image,
                // It goes on answering until every node knows that it ends.
                command: ['sh', '-c', 'mkdir /www && echo here >/www/index.html && exec httpd -f -h /www'],
                lifecycle: { preStop: { exec: { command: ['sleep', '8'] } } },
                readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 },
              }],
              terminationGracePeriodSeconds: 10,
            },
          },
        },
      },
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'answering', namespace }, spec: { selector: labels, ports: [{ port: 80 }] } },
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'answering', namespace },
        spec: { minAvailable: 1, selector: { matchLabels: labels } },
      },
    ];
  }
}
