import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { build } from './bring-up';
import { Cluster } from './cluster';
import { imageStore } from './image-store';
import { labFolder } from './lab-folder';
import { step } from './progress';
import { assertClusterName, Plan } from './topology';
import { runOrThrow } from '../toolchain/run';

export interface LoadOptions {
  /** The cluster that comes of it; one that runs under this name is replaced. @default - the one that was saved */
  readonly name?: string;
  /** End the cluster with this process, however that ends. @default false */
  readonly dieWithParent?: boolean;
  /** Called as soon as there is something that an interrupted caller has to take down. */
  readonly onAllocated?: (cluster: Cluster) => void;
}

interface SavedCluster {
  readonly name: string;
  readonly plan: Plan;
}

/** The folders of a node that make it what it is; the rest is shared or made at boot. */
const nodeFolders = ['upper', 'var'];

export function savePoints(): string[] {
  if (!existsSync(labFolder.savePoints)) return [];
  return readdirSync(labFolder.savePoints).filter((name) => existsSync(join(labFolder.savePoint(name), 'saved.json')) && !name.endsWith('.new'));
}

/** Shuts a cluster down, copies it aside, and boots it again. A save point of the same name is replaced. */
export async function save(cluster: Cluster, name: string): Promise<void> {
  assertClusterName(name);
  await step('nodes shut down', () => cluster.shutDown());
  await step(`copied aside as ${name}`, async () => {
    const draft = `${labFolder.savePoint(name)}.new`;
    rmSync(draft, { recursive: true, force: true });
    await copyNodes(cluster.plan, cluster.folder, draft);
    copyFileSync(join(cluster.folder, 'kubeconfig'), join(draft, 'kubeconfig'));
    const saved: SavedCluster = { name: cluster.name, plan: cluster.plan };
    writeFileSync(join(draft, 'saved.json'), JSON.stringify(saved, null, 2));
    forget(name);
    renameSync(draft, labFolder.savePoint(name));
  });
  await boot(cluster);
}

/**
 * Brings a saved cluster back as it was.
 *
 * Throws when there is no such save point.
 */
export async function load(name: string, options: LoadOptions = {}): Promise<Cluster> {
  const folder = labFolder.savePoint(name);
  if (!savePoints().includes(name)) throw new Error(`save point must be one of ${savePoints().join(', ') || 'none, as there is none yet'}, got ${JSON.stringify(name)}: \`npm run lab -- save ${name}\` makes it`);
  const saved: SavedCluster = JSON.parse(readFileSync(join(folder, 'saved.json'), 'utf8'));
  await build(saved.plan);
  const clusterName = options.name ?? saved.name;
  await Cluster.all().find((running) => running.name === clusterName)?.destroy();
  const cluster = await Cluster.allocate(clusterName, saved.plan, options.dieWithParent ?? false);
  options.onAllocated?.(cluster);
  try {
    await step(`copied from ${name}`, async () => {
      await copyNodes(saved.plan, folder, cluster.folder);
      copyFileSync(join(folder, 'kubeconfig'), join(cluster.folder, 'kubeconfig'));
    });
    await boot(cluster);
    return cluster;
  } catch (error) {
    await cluster.destroy();
    throw error;
  }
}

export function forget(name: string): void {
  rmSync(labFolder.savePoint(name), { recursive: true, force: true });
}

async function boot(cluster: Cluster): Promise<void> {
  await step('nodes booted', () => cluster.powerOn());
  await step('cluster ready', async () => {
    await cluster.forgetLeaders();
    await cluster.waitUntilReady();
  });
}

/** Image files that are unchanged stay links to the image store. */
async function copyNodes(plan: Plan, from: string, to: string): Promise<void> {
  const store = imageStore(plan).path('containerd');
  const containerd = '/lib/containerd/';
  const rsync = (...args: string[]) => runOrThrow('rsync', ['--archive', '--hard-links', '--xattrs', '--sparse', '--numeric-ids', ...args]);
  await Promise.all(plan.nodes.map(async ({ name }) => {
    const [source, target] = [from, to].map((folder) => join(folder, 'nodes', name));
    mkdirSync(target, { recursive: true });
    await rsync(`--exclude=/var${containerd}*`, ...nodeFolders.map((folder) => join(source, folder)), target);
    if (existsSync(join(source, 'var', containerd))) {
      await rsync(`--link-dest=${store}/`, join(source, 'var', containerd), join(target, 'var', containerd));
    }
  }));
}
