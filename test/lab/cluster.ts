import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { kubernetesTool } from './binaries';
import { ControlGroup } from './cgroup';
import { ClusterAccess, KubectlOptions } from './cluster-access';
import { kubeadmImages } from './image-catalogue';
import { loadImages } from './image-loading';
import { kubeconfigOf } from './kubeconfig';
import { labFolder } from './lab-folder';
import { NodeAccess } from './node-access';
import { etcdLayer } from './node-layers';
import { nodeRoot } from './node-root';
import { NspawnNode } from './nspawn-node';
import { offerPackages, packagedLayer } from './packages';
import { notReady } from './readiness';
import { Sandbox, SandboxId } from './sandbox';
import { network, Plan } from './topology';
import { kubernetesRelease } from './versions';
import { sleep, until } from '../support/wait';
import { Outcome, run } from '../toolchain/run';
import { toolchain } from '../toolchain/toolchain';

/** What is known of a cluster from one command to the next. */
interface ClusterRecord {
  readonly plan: Plan;
  readonly sandbox: SandboxId;
}

const recordFile = 'cluster.json';

/** A cluster of the lab whose processes run on this machine. */
export class Cluster implements ClusterAccess {
  /** Makes the namespaces and folders of a cluster; its nodes have no files yet. */
  static async allocate(name: string, plan: Plan, dieWithParent: boolean): Promise<Cluster> {
    await Cluster.sweep();
    const folder = labFolder.cluster(name);
    if (existsSync(folder)) throw new Error(`there is a cluster ${name} already: take it down by \`npm run lab -- down ${name}\`, or choose another name by --name`);
    const sandbox = await Sandbox.create(dieWithParent);
    const record: ClusterRecord = { plan, sandbox: sandbox.id };
    // The folder appears with its record in it: a process that is killed leaves either nothing or what can be swept.
    mkdirSync(labFolder.clusters, { recursive: true });
    const draft = mkdtempSync(join(labFolder.clusters, '.'));
    try {
      writeFileSync(join(draft, recordFile), JSON.stringify(record, null, 2));
      renameSync(draft, folder);
    } catch (error) {
      // Somebody else was quicker with the same name.
      await sandbox.destroy();
      rmSync(draft, { recursive: true });
      throw error;
    }
    const cluster = new Cluster(name, record);
    await cluster.servePackages();
    return cluster;
  }

  /** Throws when no cluster of this name runs. */
  static named(name: string): Cluster {
    const found = Cluster.all().find((cluster) => cluster.name === name && cluster.sandbox.alive);
    if (found) return found;
    throw new Error(`no cluster ${name} is running: \`npm run lab -- up\` makes one, \`npm run lab -- list\` shows what there is`);
  }

  /** The clusters that run, and those whose processes were killed and whose files are still there. */
  static all(): Cluster[] {
    if (!existsSync(labFolder.clusters)) return [];
    return readdirSync(labFolder.clusters).filter((name) => existsSync(join(labFolder.cluster(name), recordFile)) && !name.startsWith('.'))
      .map((name) => new Cluster(name, JSON.parse(readFileSync(join(labFolder.cluster(name), recordFile), 'utf8'))));
  }

  /** Removes what is left of clusters whose processes are gone. */
  static async sweep(): Promise<void> {
    for (const cluster of Cluster.all()) if (!cluster.sandbox.alive) await cluster.destroy();
  }

  readonly folder: string;
  readonly plan: Plan;
  readonly sandbox: Sandbox;
  readonly nodes: NspawnNode[];
  private readonly group: ControlGroup;
  private bootedAt = new Date(0);
  private destruction?: Promise<void>;

  private constructor(readonly name: string, record: ClusterRecord) {
    this.folder = labFolder.cluster(name);
    this.plan = record.plan;
    this.sandbox = new Sandbox(record.sandbox);
    this.group = new ControlGroup(`cdk8s-day2-${name}`);
    this.nodes = this.plan.nodes.map((plan) => new NspawnNode({
      plan,
      sandbox: this.sandbox,
      folder: join(this.folder, 'nodes', plan.name),
      group: new ControlGroup(`${this.group.name}/${plan.name}`),
      layers: [(plan.role === 'etcd' ? etcdLayer(this.plan.etcd) : packagedLayer(this.plan.kubernetes)).path('root'), nodeRoot.path('root')],
      variable: plan.role === 'etcd' ? join(nodeRoot.path('root'), 'var') : packagedLayer(this.plan.kubernetes).path('var'),
    }));
  }

  get controlPlanes(): NspawnNode[] {
    return this.nodes.filter(({ role }) => role === 'control-plane');
  }

  get workers(): NspawnNode[] {
    return this.nodes.filter(({ role }) => role === 'worker');
  }

  get etcdMembers(): NspawnNode[] {
    return this.nodes.filter(({ role }) => role === 'etcd');
  }

  node(name: string): NspawnNode {
    const found = this.nodes.find((node) => node.name === name);
    if (found) return found;
    throw new Error(`node must be one of ${this.nodes.map((node) => node.name).join(', ')}, got ${JSON.stringify(name)}`);
  }

  /** The command line of kubectl for this cluster. It reads this machine's files. */
  kubectlCommandLine(args: string[], via?: string): string[] {
    const context = (via === undefined ? this.controlPlanes.find(({ running }) => running) ?? this.controlPlanes[0] : this.node(via)).name;
    const kubectl = kubernetesTool('kubectl', this.plan.kubernetes).path();
    const ownFiles = ['--kubeconfig', join(this.folder, 'kubeconfig'), '--cache-dir', join(this.folder, 'kubectl-cache')];
    return this.sandbox.networkCommandLine([kubectl, ...ownFiles, '--context', context, ...args]);
  }

  kubectl(args: string[], { input, via }: KubectlOptions = {}): Promise<Outcome> {
    const [program, ...rest] = this.kubectlCommandLine(args, via);
    return run(program, rest, { input });
  }

  /** Offers a version for upgrades: its packages where the nodes' source of packages leads, and its images on them. */
  async offer(version: string): Promise<void> {
    const release = kubernetesRelease(version);
    await offerPackages(release.version, this.packages);
    await this.loadImages(kubeadmImages({ ...release, kubernetes: release.version }));
  }

  /** What is served to the nodes in place of pkgs.k8s.io. */
  private get packages(): string {
    return join(this.folder, 'packages');
  }

  private async servePackages(): Promise<void> {
    mkdirSync(this.packages, { recursive: true });
    // It ends with the sandbox.
    await this.sandbox.run([toolchain.busybox.path(), 'httpd', '-p', `${network.gateway}:80`, '-h', this.packages]);
    await offerPackages(this.plan.kubernetes, this.packages);
  }

  loadImages(references: string[], nodes: NodeAccess[] = [...this.controlPlanes, ...this.workers]): Promise<void> {
    return loadImages(references, nodes);
  }

  /** Takes over the administrator's access from the first control plane. */
  async adoptKubeconfig(): Promise<void> {
    const admin = await this.controlPlanes[0].readFile('/etc/kubernetes/admin.conf');
    writeFileSync(join(this.folder, 'kubeconfig'), kubeconfigOf(admin, this.controlPlanes), { mode: 0o600 });
  }

  /** Boots every node. */
  async powerOn(): Promise<void> {
    this.bootedAt = new Date();
    await Promise.all(this.nodes.map((node) => node.powerOn()));
  }

  /** Shuts every node down in order. */
  async shutDown(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.shutDown()));
  }

  async waitUntilReady(timeoutSeconds: number = 180): Promise<void> {
    const members = [...this.controlPlanes, ...this.workers];
    const names = members.map(({ name }) => name);
    await until(`cluster ${this.name} is ready`, async () => {
      await sleep(1000);
      for (const { name } of this.controlPlanes) await this.get(['--raw', '/readyz'], name);
      const [nodes, pods, leases] = await Promise.all(['nodes', 'pods', 'leases'].map((what) => this.get([what, '-n', 'kube-system', '-o', 'json'])));
      const missing = notReady({ nodes, pods, leases }, names, this.bootedAt);
      for (const node of members) if (!await servicesWork(node)) missing.push(`services on ${node.name}`);
      if (missing.length > 0) throw new Error(`still missing: ${missing.join(', ')}`);
      return true;
    }, timeoutSeconds);
  }

  /**
   * Lets the controller managers and schedulers that run choose their leaders now. Those of before a shutdown hold their leases for
   * 15 s more, though they are gone.
   */
  async forgetLeaders(): Promise<void> {
    await until('the leaders of before are forgotten', async () => {
      await sleep(1000);
      const leases = ['kube-controller-manager', 'kube-scheduler'];
      return (await this.kubectl(['delete', 'leases', ...leases, '-n', 'kube-system', '--ignore-not-found', '--request-timeout=5s'])).exitCode === 0;
    }, 120);
  }

  /** Whether somebody has asked for its end. */
  get ending(): boolean {
    return this.destruction !== undefined;
  }

  /** Ends every process and removes every trace. It may be asked for more than once, as by a failure and by Ctrl-C. */
  destroy(): Promise<void> {
    this.destruction ??= this.removeEverything();
    return this.destruction;
  }

  private async removeEverything(): Promise<void> {
    await this.sandbox.destroy();
    await until('the processes of the cluster have ended', () => this.group.processes.length === 0, 60);
    this.group.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async get(args: string[], via?: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.kubectl(['get', '--request-timeout=5s', ...args], { via });
    if (exitCode !== 0) throw new Error(stderr.trim());
    return stdout;
  }
}

/** Whether kube-proxy has written its rules: a pod that asks the API a moment earlier hangs, as no answer ever comes. */
async function servicesWork(node: NodeAccess): Promise<boolean> {
  const { stdout } = await node.exec(['iptables', '-w', '-t', 'nat', '-S', 'KUBE-SERVICES']);
  return stdout.includes('default/kubernetes:https');
}
