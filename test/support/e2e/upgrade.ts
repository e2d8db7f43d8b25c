import { execFileSync } from 'child_process';
import assert from 'node:assert/strict';
import { join } from 'path';
import { Answering } from './answering';
import { nodesOfCluster, synthesized } from './chart';
import { HostRecord } from './host-record';
import { KubernetesObject } from './kubernetes';
import { Interval, intervalOf, mostAtOnce, nodesAsSeen } from './nodes-at-work';
import { ContainerImages } from '../../../src/cluster/container-images';
import { KubeadmCluster } from '../../../src/cluster/kubeadm-cluster';
import { KubernetesVersion } from '../../../src/cluster/kubernetes-version';
import { ClusterUpgrade, ClusterUpgradeProps } from '../../../src/upgrade/cluster-upgrade';
import { DrainPolicy } from '../../../src/upgrade/drain-policy';
import { Stage } from '../../e2e/stage';
import { NodeAccess } from '../../lab/node-access';

/** The lab's machines have the old version of control groups, and its clusters have no CoreDNS. */
const ignored = ['SystemVerification', 'CoreDNSUnsupportedPlugins', 'CoreDNSMigration'];

/** A cluster that is upgraded, seen without the library. */
export class UpgradeDrill {
  static async begin(stage: Stage): Promise<UpgradeDrill> {
    await stage.cluster.waitUntilReady();
    await stage.kubernetes.createNamespace();
    return new UpgradeDrill(stage);
  }

  readonly nodes: NodeAccess[];

  private constructor(private readonly stage: Stage) {
    this.nodes = [...stage.cluster.controlPlanes, ...stage.cluster.workers];
  }

  /** What a user's chart renders, with a failpoint for all nodes, which no chart has. */
  objects(from: string, to: string, changes: Partial<ClusterUpgradeProps> = {}, failpoint?: string): KubernetesObject[] {
    const objects = synthesized(this.stage, (chart) => {
      new ClusterUpgrade(chart, `to-${to.replaceAll('.', '-')}`, {
        cluster: this.cluster(from),
        to: KubernetesVersion.of(to),
        expires: new Date(Date.now() + 3600_000).toISOString().replace(/\.\d+/, ''),
        drain: DrainPolicy.of({ moveEmptyDir: true }),
        ignorePreflightErrors: ignored,
        ...changes,
      });
    });
    if (failpoint !== undefined) {
      const jobs = objects.filter(({ kind }) => kind === 'Job');
      for (const { spec } of jobs) spec.template.spec.containers[0].env.push({ name: 'FAILPOINT', value: failpoint });
    }
    return objects;
  }

  /** Puts what an upgrade needs where it looks for it. */
  async offer(from: string, to: string): Promise<void> {
    await this.stage.cluster.offer(to);
    await this.stage.loadImages([...ContainerImages.defaults().listFor(this.cluster(from)), `registry.k8s.io/kubectl:v${to}`, ...Answering.images]);
  }

  /** Applies an upgrade, and waits until all its Jobs have ended well. */
  async upgrade(from: string, to: string, changes: Partial<ClusterUpgradeProps> = {}, failpoint?: string): Promise<void> {
    const { kubernetes } = this.stage;
    const objects = this.objects(from, to, changes, failpoint);
    await kubernetes.apply(objects);
    const jobs = objects.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name);
    for (const job of jobs) {
      const { succeeded, pods } = await kubernetes.ended(job, 1800);
      assert.ok(succeeded, `${job} failed: ${pods.map(({ message, log }) => `${message}\n${log}`).join('\n')}`);
      this.stage.say(`${job}: ${JSON.parse(pods.at(-1)!.message).message}`);
    }
  }

  /** Applies an upgrade that the first control plane has to refuse. Returns what it says. */
  async refusal(from: string, to: string, changes: Partial<ClusterUpgradeProps>): Promise<string> {
    const { kubernetes } = this.stage;
    const objects = this.objects(from, to, changes);
    await kubernetes.apply(objects);
    const [first, ...others] = objects.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name);
    const { succeeded, pods } = await kubernetes.ended(first, 300);
    assert.equal(succeeded, false, `${first} succeeded`);
    for (const job of others) await kubernetes.kubectl(['delete', 'job', job]);
    const { message, fix } = JSON.parse(pods.at(-1)!.message);
    return `${message}: ${fix}`;
  }

  /** What an upgrade would change on each node: checksums, packages, and what the Node says. */
  async files(): Promise<string[]> {
    const files = await Promise.all(this.nodes.map((node) => node.shell(`
      find /etc/kubernetes /etc/apt /var/lib/kubelet/config.yaml /var/lib/kubelet/kubeadm-flags.env /usr/bin/kube* -type f -exec sha256sum {} + | sort
      dpkg-query --show --showformat '\${db:Status-Abbrev}\${Package} \${Version}\n'`)));
    const nodes = await this.stage.cluster.kubectl(['get', 'nodes', '--output', 'jsonpath={range .items[*]}{.metadata.labels}{.metadata.annotations}{.spec}{"\n"}{end}']);
    return [...files, nodes.stdout];
  }

  /** Throws unless every node runs the version, serves, and has nothing of an upgrade left on it. */
  async assertAt(version: string): Promise<void> {
    const { kubernetes } = this.stage;
    const wanted = this.nodes.map(({ name }) => ({ name, version: `v${version}`, ready: 'True', cordoned: false, labels: [], annotations: [] }));
    assert.deepEqual(await nodesAsSeen(kubernetes), wanted);
    const pods = await this.stage.cluster.kubectl(['get', 'pods', '--namespace', 'kube-system', '--selector', 'tier=control-plane', '--output', 'json']);
    const images = JSON.parse(pods.stdout).items.flatMap(({ spec }: any) => spec.containers.map(({ image }: any) => image))
      .filter((image: string) => !image.includes('/etcd:'));
    assert.equal(images.length, 3 * this.stage.cluster.controlPlanes.length);
    assert.deepEqual([...new Set(images.map((image: string) => image.split(':')[1]))], [`v${version}`]);
    for (const node of this.nodes) {
      const packages = await node.run(['dpkg-query', '--show', '--showformat', '${db:Status-Abbrev}${Package} ${Version}\n', 'kubeadm', 'kubelet']);
      assert.deepEqual(packages.trim().split('\n').map((line) => line.replace(/ +/g, ' ')), [`hi kubeadm ${version}-1.1`, `hi kubelet ${version}-1.1`], node.name);
    }
    await this.stage.cluster.waitUntilReady();
  }

  /** Throws unless the program was hit at every step that it lists for the node's role. */
  async assertHitEverywhere(to: string): Promise<void> {
    const program = join(__dirname, '..', '..', '..', 'programs', 'upgrade-node.sh');
    const listed = execFileSync('sh', [program, 'steps'], { encoding: 'utf8' }).trim().split('\n');
    for (const node of this.nodes) {
      const role = this.stage.cluster.controlPlanes.includes(node) ? 'control-plane' : 'worker';
      const own = listed.map((line) => line.split(': ')).filter(([list]) => ['node', role].includes(list));
      const steps = own.flatMap(([, names]) => names.split(' '));
      const reached = await new HostRecord(node, `upgrade-to-${to}`).reached();
      assert.deepEqual(steps.filter((step) => !reached.includes(step)), [], `${node.name} was not hit at these`);
    }
  }

  /** Throws unless the control planes went one after the other, then the workers, so many at once. */
  async assertOrder(to: string, workersAtOnce: number): Promise<void> {
    const controlPlanes = await this.intervals(this.stage.cluster.controlPlanes, to);
    const workers = await this.intervals(this.stage.cluster.workers, to);
    assert.equal(mostAtOnce(controlPlanes), 1, JSON.stringify(controlPlanes));
    if (workers.length === 0) return;
    assert.ok(mostAtOnce(workers) <= workersAtOnce, JSON.stringify(workers));
    const first = Math.min(...workers.map(({ from }) => from));
    assert.ok(first >= Math.max(...controlPlanes.map(({ to: end }) => end)), JSON.stringify([controlPlanes, workers]));
  }

  /** From when to when each node was changed. */
  private intervals(nodes: NodeAccess[], to: string): Promise<Interval[]> {
    return Promise.all(nodes.map((node) => intervalOf(node, `upgrade-to-${to}`, 'kubeadm-package')));
  }

  private cluster(version: string): KubeadmCluster {
    return nodesOfCluster(this.stage, 'upgraded', version);
  }
}
