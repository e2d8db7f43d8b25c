import { kubernetesTool } from './binaries';
import { Cluster } from './cluster';
import { startExternalEtcd } from './external-etcd';
import { imageStore } from './image-store';
import { initConfiguration, joinConfiguration } from './kubeadm';
import { labFolder } from './lab-folder';
import { collectLogs } from './logs';
import { hosts } from './node-files';
import { etcdLayer } from './node-layers';
import { nodeRoot } from './node-root';
import { NspawnNode } from './nspawn-node';
import { packagedLayer } from './packages';
import { say, step } from './progress';
import { requireHost } from './requirements';
import { Plan, planOf, Topology } from './topology';
import { toolchain } from '../toolchain/toolchain';

export interface UpOptions {
  /** @default - the topology's */
  readonly name?: string;
  /** End the cluster with this process, however that ends. @default false - it stays until it is taken down */
  readonly dieWithParent?: boolean;
  /** Called as soon as there is something that an interrupted caller has to take down. */
  readonly onAllocated?: (cluster: Cluster) => void;
}

/** Makes whatever clusters of this plan need and that isn't cached yet. */
export async function build(plan: Plan): Promise<void> {
  await requireHost();
  await nodeRoot.ensure();
  await packagedLayer(plan.kubernetes).ensure();
  await toolchain.busybox.ensure();
  await kubernetesTool('kubectl', plan.kubernetes).ensure();
  if (plan.nodes.some(({ role }) => role === 'etcd')) await etcdLayer(plan.etcd).ensure();
  await imageStore(plan).ensure();
}

/** Brings up a cluster with kubeadm. When that fails, nothing is left of it but its logs. */
export async function up(topology: Topology, options: UpOptions = {}): Promise<Cluster> {
  const plan = planOf(topology);
  await build(plan);
  const cluster = await Cluster.allocate(options.name ?? topology.name, plan, options.dieWithParent ?? false);
  options.onAllocated?.(cluster);
  try {
    await step('nodes booted', async () => {
      await Promise.all(cluster.nodes.map((node) => node.install(plan, imageStore(plan).path('containerd'))));
      await cluster.powerOn();
    });
    if (cluster.etcdMembers.length > 0) await step('etcd outside the cluster started', () => startExternalEtcd(cluster));
    await kubeadm(cluster);
    await cluster.adoptKubeconfig();
    await step('cluster ready', () => cluster.waitUntilReady());
    return cluster;
  } catch (error) {
    if (!cluster.ending) {
      const logs = labFolder.failure(cluster.name);
      await collectLogs(cluster, logs);
      say(`bringing up ${cluster.name} failed; the logs of its nodes are in ${logs}`);
    }
    await cluster.destroy();
    throw error;
  }
}

async function kubeadm(cluster: Cluster): Promise<void> {
  const { plan } = cluster;
  const [first, ...others] = cluster.controlPlanes;
  const planned = (node: NspawnNode) => plan.nodes.find(({ name }) => name === node.name)!;
  const kubeadmOn = (node: NspawnNode, configuration: string, command: string[]) => step(`kubeadm ${command[0]} on ${node.name}`, async () => {
    await node.writeFile('/root/kubeadm.yaml', configuration, '600');
    await node.run(['kubeadm', ...command, '--config', '/root/kubeadm.yaml'], { timeoutSeconds: 600 });
  });

  await kubeadmOn(first, initConfiguration(plan), ['init', '--upload-certs']);
  const join = (node: NspawnNode) => kubeadmOn(node, joinConfiguration(plan, planned(node)), ['join']);
  const joinControlPlanes = async () => {
    // One at a time: etcd takes one learner at a time.
    for (const controlPlane of others) {
      await join(controlPlane);
      await controlPlane.writeFile('/etc/hosts', hosts(plan, planned(controlPlane)));
    }
  };
  await Promise.all([...cluster.workers.map(join), joinControlPlanes()]);
}
