import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import { nodesOfCluster, synthesized } from './chart';
import { KubernetesObject } from './kubernetes';
import { intervalOf, mostAtOnce, nodesAsSeen } from './nodes-at-work';
import { ContainerImages } from '../../../src/cluster/container-images';
import { DrainPolicy } from '../../../src/upgrade/drain-policy';
import { MaintenanceWindow } from '../../../src/upgrade/maintenance-window';
import { NodeMaintenanceCronJob, NodeMaintenanceCronJobProps } from '../../../src/upgrade/node-maintenance-cron-job';
import { OsPackages } from '../../../src/upgrade/os-packages';
import { Stage } from '../../e2e/stage';
import { NodeAccess } from '../../lab/node-access';

/** What the nodes do in their maintenance: they ask for a reboot, and note that they have. */
const command = 'touch /run/reboot-required && date +%s >>/var/lib/commands';
/** Counts the boots of a node from now on. */
const counter = `[Service]
Type=oneshot
ExecStart=/bin/sh -c 'cat /proc/sys/kernel/random/boot_id >>/var/lib/boots'
[Install]
WantedBy=multi-user.target
`;

/** A cluster whose nodes are maintained by the schedule of its CronJobs, seen without the library. */
export class MaintenanceDrill {
  /** @param without nodes that are left out. */
  static async begin(stage: Stage, without: readonly string[] = []): Promise<MaintenanceDrill> {
    await stage.cluster.waitUntilReady();
    await stage.kubernetes.createNamespace();
    const drill = new MaintenanceDrill(stage, without);
    await stage.loadImages([
      ...ContainerImages.defaults().listFor(nodesOfCluster(stage, 'maintained').etcd), `registry.k8s.io/kubectl:v${stage.versions.kubernetes}`,
    ]);
    for (const node of drill.nodes) {
      await node.writeFile('/etc/systemd/system/count-boots.service', counter);
      // The lab's machines have the kernel of this one, and no file of it.
      await node.shell('rm -f /var/lib/boots /var/lib/commands; touch "/boot/vmlinuz-$(uname -r)"; systemctl enable --quiet count-boots');
    }
    return drill;
  }

  readonly nodes: NodeAccess[];

  private constructor(private readonly stage: Stage, private readonly without: readonly string[]) {
    this.nodes = [...stage.cluster.controlPlanes, ...stage.cluster.workers].filter(({ name }) => !without.includes(name));
  }

  /**
   * Applies CronJobs whose window opens in the next minutes, and waits until the Jobs that the cluster makes of them have ended.
   * Returns the names of the operations, by node.
   */
  async maintain(changes: Partial<NodeMaintenanceCronJobProps> = {}, failpoint?: string): Promise<Map<string, string>> {
    const { kubernetes, namespace } = this.stage;
    const objects = this.objects(changes, failpoint);
    await kubernetes.apply(objects);
    const operations = new Map<string, string>();
    for (const { metadata, spec } of objects.filter(({ kind }) => kind === 'CronJob')) {
      const node = spec.jobTemplate.spec.template.spec.containers[0].env.find(({ name }: any) => name === 'SELF').value;
      let job = '';
      await kubernetes.eventually(`the schedule of ${metadata.name} makes a Job`, async () => {
        const { items } = await kubernetes.get('jobs');
        job = items.find(({ metadata: { ownerReferences = [] } }: any) => ownerReferences[0]?.name === metadata.name)?.metadata.name ?? '';
        return job !== '';
      }, 300);
      operations.set(node, job);
    }
    for (const [node, job] of operations) {
      const { succeeded, pods } = await kubernetes.ended(job, 1200);
      assert.ok(succeeded, `${job} failed in ${namespace}: ${pods.map(({ message, log }) => `${message}\n${log}`).join('\n')}`);
      const { outcome, message } = JSON.parse(pods.at(-1)!.message);
      assert.equal(outcome, 'maintained', `${node}: ${message}`);
      this.stage.say(`${job}: ${message}`);
    }
    return operations;
  }

  /** Throws unless every node was booted exactly once, is in use again, and has nothing of a maintenance left on it. */
  async assertMaintained(operations: Map<string, string>): Promise<void> {
    for (const node of this.nodes) {
      const boots = (await node.readFile('/var/lib/boots')).trim().split('\n');
      assert.equal(boots.length, 1, `${node.name} was booted ${boots.length} times: ${boots.join(' ')}`);
      assert.notEqual((await node.readFile('/var/lib/commands')).trim(), '', `${node.name} has run the command`);
    }
    await this.stage.cluster.waitUntilReady();
    const seen = await nodesAsSeen(this.stage.kubernetes);
    assert.deepEqual(seen.filter(({ ready, cordoned, labels }) => ready !== 'True' || cordoned || labels.length > 0), []);
    await this.assertOneAtATime(operations);
  }

  private async assertOneAtATime(operations: Map<string, string>): Promise<void> {
    const intervals = await Promise.all(this.nodes.map((node) => intervalOf(node, operations.get(node.name)!, 'command')));
    assert.equal(mostAtOnce(intervals), 1, JSON.stringify(intervals));
    const sorted = intervals.sort((a, b) => a.from - b.from);
    const order = this.stage.cluster.controlPlanes.map(({ name }) => name).filter((name) => operations.has(name));
    assert.deepEqual(sorted.slice(0, order.length).map(({ node }) => node), order, 'control planes go first');
  }

  private objects(changes: Partial<NodeMaintenanceCronJobProps>, failpoint?: string): KubernetesObject[] {
    // The CronJobs have to be there when it opens.
    const opens = new Date(Date.now() + 100_000).toISOString().slice(11, 16);
    const objects = synthesized(this.stage, (chart) => {
      new NodeMaintenanceCronJob(chart, 'patches', {
        cluster: nodesOfCluster(this.stage, 'maintained'),
        packages: OsPackages.none(),
        command,
        window: MaintenanceWindow.daily({ start: opens, duration: Duration.hours(1), timeZone: 'Etc/UTC' }),
        expected: Duration.minutes(5),
        settle: Duration.seconds(5),
        drain: DrainPolicy.of({ moveEmptyDir: true }),
        skip: [...this.without],
        ...changes,
      });
    });
    if (failpoint !== undefined) {
      for (const { kind, spec } of objects) {
        if (kind === 'CronJob') spec.jobTemplate.spec.template.spec.containers[0].env.push({ name: 'FAILPOINT', value: failpoint });
      }
    }
    return objects;
  }
}
