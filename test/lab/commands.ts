import { spawnSync } from 'child_process';
import { parseArgs } from 'util';
import { build, up } from './bring-up';
import { Cluster } from './cluster';
import { faultCommands } from './fault-commands';
import { imagesOn } from './image-loading';
import { labFolder } from './lab-folder';
import { collectLogs } from './logs';
import { step, timed } from './progress';
import { forget, load, save, savePoints } from './save-point';
import { planOf, topologies, topologyNamed } from './topology';
import { kubernetesReleases } from './versions';

/** What a command is given. */
export interface Call {
  readonly args: string[];
  /** The cluster named by --name. @default - the only one that runs */
  readonly name?: string;
  /** To be told of a cluster that is being made, so that Ctrl-C takes it down. */
  readonly onAllocated: (cluster: Cluster) => void;
}

export interface Command {
  /** Its parameters. */
  readonly usage: string;
  readonly summary: string;
  /** Returns the exit code; nothing stands for 0. */
  readonly run: (call: Call) => Promise<number | void>;
}

export const commands: Record<string, Command> = {
  help: {
    usage: '',
    summary: 'this text',
    run: async () => console.log(help()),
  },
  build: {
    usage: '[VERSION…]',
    summary: `make and cache what clusters need; of every Kubernetes version (${kubernetesReleases.map(({ version }) => version).join(', ')}) unless named`,
    run: async ({ args }) => {
      for (const kubernetes of args.length > 0 ? args : kubernetesReleases.map(({ version }) => version)) {
        await timed(`build for Kubernetes ${kubernetes}`, () => build(planOf({ ...topologyNamed('external-etcd'), kubernetes })));
      }
    },
  },
  up: {
    usage: 'TOPOLOGY [--kubernetes VERSION] [--etcd VERSION] [--workers N]',
    summary: `bring a cluster up: ${topologies.map(({ name }) => name).join(', ')}`,
    run: async ({ args, ...options }) => {
      const { positionals: [topology = 'single'], values } = parseArgs({
        args,
        allowPositionals: true,
        options: { kubernetes: { type: 'string' }, etcd: { type: 'string' }, workers: { type: 'string' } },
      });
      const { workers, ...versions } = values;
      const chosen = { ...topologyNamed(topology), ...versions, ...workers !== undefined && { workers: Number(workers) } };
      await timed('cluster up', () => up(chosen, options));
    },
  },
  down: {
    usage: '[NAME…|--all]',
    summary: 'take clusters down and remove every trace',
    run: async ({ args, name }) => {
      await Cluster.sweep();
      const chosen = args.includes('--all') ? Cluster.all() : args.length > 0 ? args.map((each) => Cluster.named(each)) : [clusterFor(name)];
      for (const cluster of chosen) await step(`${cluster.name} taken down`, () => cluster.destroy());
    },
  },
  list: {
    usage: '',
    summary: 'clusters and save points',
    run: async () => {
      await Cluster.sweep();
      for (const { name, plan, nodes } of Cluster.all()) {
        const states = nodes.map((node) => `${node.name} ${node.address}${node.running ? '' : ' (off)'}`);
        console.log(`${name}: Kubernetes ${plan.kubernetes}, etcd ${plan.etcd}: ${states.join(', ')}`);
      }
      for (const name of savePoints()) console.log(`save point ${name}`);
    },
  },
  kubectl: {
    usage: 'ARGUMENT…',
    summary: 'kubectl with an administrator\'s rights; --context cp2 asks the API server of cp2',
    run: async ({ args, name }) => attach(clusterFor(name).kubectlCommandLine(args)),
  },
  shell: {
    usage: 'NODE',
    summary: 'a shell on a node, as root',
    run: async ({ args: [node], name }) => attach(clusterFor(name).node(node).interactive(['bash', '--login'])),
  },
  exec: {
    usage: 'NODE COMMAND…',
    summary: 'a command on a node, as root',
    run: async ({ args: [node, ...command], name }) => attach(clusterFor(name).node(node).interactive(command)),
  },
  logs: {
    usage: '[NODE [ARGUMENT…]]',
    summary: 'all logs, into a folder; of one node: what journalctl says to these arguments, such as -fu kubelet',
    run: async ({ args: [node, ...options], name }): Promise<number> => {
      const cluster = clusterFor(name);
      if (node !== undefined) return attach(cluster.node(node).interactive(['journalctl', '--boot', ...options]));
      const folder = labFolder.logs(cluster.name);
      await collectLogs(cluster, folder);
      console.log(folder);
      return 0;
    },
  },
  images: {
    usage: '[REFERENCE…]',
    summary: 'put images onto every node that runs pods; without any: list what is there',
    run: async ({ args, name }) => {
      const cluster = clusterFor(name);
      if (args.length > 0) return step(`${args.length} images loaded`, () => cluster.loadImages(args));
      for (const node of [...cluster.controlPlanes, ...cluster.workers]) {
        for (const reference of await imagesOn(node)) console.log(`${node.name} ${reference}`);
      }
    },
  },
  offer: {
    usage: 'VERSION',
    summary: 'offer a version for upgrades: its packages, and its images on every node that runs pods',
    run: async ({ args: [version = ''], name }) => step(`Kubernetes ${version} offered`, () => clusterFor(name).offer(version)),
  },
  save: {
    usage: 'SAVEPOINT',
    summary: 'shut the cluster down, copy it aside, boot it again',
    run: ({ args: [point = ''], name }) => timed('saved', () => save(clusterFor(name), point)),
  },
  load: {
    usage: 'SAVEPOINT',
    summary: 'bring a saved cluster back, in the place of one of its name or of --name',
    run: async ({ args: [point], ...options }) => { await timed('loaded', () => load(point, options)); },
  },
  forget: {
    usage: 'SAVEPOINT',
    summary: 'delete a save point',
    run: async ({ args: [point = ''] }) => forget(point),
  },
  ...Object.fromEntries(Object.entries(faultCommands).map(([command, { usage, summary, run }]): [string, Command] => [
    command, { usage, summary, run: ({ args, name }) => run(clusterFor(name), args) },
  ])),
};

function help(): string {
  const width = 44;
  const lines = Object.entries(commands).map(([name, { usage, summary }]) => `  ${`${name} ${usage}`.padEnd(width)} ${summary}`);
  return [
    'Real kubeadm clusters on this machine, for trying things out and for npm run e2e.', '',
    'npm run lab -- [--name CLUSTER] COMMAND', '',
    ...lines, '',
    'Without --name a command means the only cluster that runs. docs/lab.md tells more.',
  ].join('\n');
}

/** Throws when it isn't clear which cluster is meant. */
function clusterFor(name: string | undefined): Cluster {
  if (name !== undefined) return Cluster.named(name);
  const running = Cluster.all().filter(({ sandbox }) => sandbox.alive);
  if (running.length === 1) return running[0];
  if (running.length === 0) throw new Error('no cluster is running: `npm run lab -- up` makes one');
  throw new Error(`several clusters are running, ${running.map((cluster) => cluster.name).join(' and ')}: choose one by --name`);
}

/** Runs a command at the terminal of this one. */
function attach([command, ...args]: string[]): number {
  return spawnSync(command, args, { stdio: 'inherit' }).status ?? 1;
}
