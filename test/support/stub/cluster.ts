import { execFileSync } from 'child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { StubLayout } from './layout';
import { StubMachine } from './machine';
import { addressOf, STUB_NAMES } from './pki';
import { putTools, stubImages } from './programs';
import { runOrThrow } from '../../toolchain/run';
import { Tool } from '../../toolchain/tool';
import { toolchain } from '../../toolchain/toolchain';
import { EtcdClient, KeyValue } from '../etcd/etcd-client';
import { freePorts } from '../etcd/loopback';
import { Shell } from '../pod/pod';
import { rootsFolder } from '../pod/roots-folder';
import { until } from '../wait';

const PROGRAMS = join(__dirname, '..', '..', '..', 'programs');

export interface StubClusterOptions {
  readonly etcd?: Tool;
  /** Members, each on a machine of its own. @default 1 */
  readonly members?: number;
  /** @default 'static-pod' */
  readonly runs?: 'static-pod' | 'unit';
  /** Where the data is and how etcd is told. @default - as kubeadm has it */
  readonly layout?: StubLayout;
  /**
   * Whether API servers run beside the members and ask that one, beside the members and ask the next machine's, beside the members and ask
   * all, or on one machine that has no member and ask all. @default 'beside'
   */
  readonly api?: 'beside' | 'crossed' | 'all' | 'apart';
  /** Whose commands the program uses. @default 'busybox' */
  readonly shell?: Shell;
  readonly scheduler?: boolean;
  readonly kubeletLagMs?: number;
  /** Folder of the programs. @default this repository's */
  readonly programs?: string;
}

/** What a member says of its cluster. */
export interface SeenCluster {
  readonly clusterId: string;
  /** `NAME voter` or `NAME learner`, sorted. */
  readonly members: string[];
}

/** Machines with a running cluster, and a volume that all of them have mounted. */
export class StubCluster {
  /** Starts a cluster and waits until every API server is ready. */
  static async start(options: StubClusterOptions = {}): Promise<StubCluster> {
    const cluster = new StubCluster(options, await portsFor(options.members ?? 1));
    try {
      await Promise.all(cluster.machines.map((machine) => machine.powerOn()));
      await cluster.waitUntilReady();
      return cluster;
    } catch (error) {
      await cluster.destroy();
      throw error;
    }
  }

  readonly etcd: Tool;
  readonly folder: string;
  readonly machines: StubMachine[];
  /** Folder of the backups, on a volume that every machine has. */
  readonly backups: string;
  /** What people had stored when a backup was taken, by its name. */
  readonly contents = new Map<string, readonly KeyValue[]>();

  private constructor(options: StubClusterOptions, ports: Ports) {
    const { etcd = toolchain.etcd36, members = 1, runs = 'static-pod', api = 'beside', shell = 'busybox' } = options;
    this.etcd = etcd;
    // In memory: every step of the program syncs what it wrote, and no power cut here takes the disk's cache along.
    this.folder = rootsFolder('stub-', { memory: true });
    this.backups = join(this.folder, 'backups', 'prod');
    const kit = join(this.backups, 'break-glass');
    mkdirSync(this.backups, { recursive: true, mode: 0o700 });
    cpSync(options.programs ?? PROGRAMS, kit, { recursive: true });
    putTools(join(kit, 'bin'), etcd, shell === 'busybox' ? toolchain.busybox : undefined);
    // Whatever the umask with which the repository was checked out.
    execFileSync('chmod', ['-R', 'go-w', kit]);

    const images = stubImages(join(this.folder, 'images'), etcd);
    const names = STUB_NAMES.slice(0, members);
    const shared = {
      images,
      kit,
      hosts: join(this.folder, 'hosts'),
      layout: options.layout,
      etcdVersion: etcd.recipe.version,
      kubeletLagMs: options.kubeletLagMs ?? 0,
      scheduler: options.scheduler ?? false,
      initialCluster: names.map((name) => `${name}=https://${name}:${ports.peer}`).join(','),
    };
    const all = names.map((name) => `https://${name}:${ports.client}`);
    writeFileSync(shared.hosts, names.map((name) => `${addressOf(name)} ${name}\n`).join('') + '127.0.0.1 localhost\n');
    this.machines = names.map((name, index) => new StubMachine({
      ...shared,
      name,
      address: addressOf(name),
      folder: join(this.folder, name),
      etcd: runs,
      clientPort: ports.client,
      peerPort: ports.peer,
      apiPort: api === 'apart' ? undefined : ports.api[index],
      etcdServers: api === 'all' ? all : [all[api === 'crossed' ? (index + 1) % all.length : index]],
    }));
    if (api === 'apart') {
      this.machines.push(new StubMachine({
        ...shared,
        name: 'api1',
        address: '127.0.0.9',
        folder: join(this.folder, 'api1'),
        etcd: 'none',
        clientPort: 0,
        peerPort: 0,
        apiPort: ports.api[0],
        etcdServers: all,
      }));
    }
  }

  get members(): StubMachine[] {
    return this.machines.filter(({ hasEtcd }) => hasEtcd);
  }

  /** Whether its etcd can raise revisions. */
  get bumps(): boolean {
    return !this.etcd.recipe.version.startsWith('3.4.');
  }

  machine(name: string): StubMachine {
    return this.machines.find((machine) => machine.name === name)!;
  }

  /** As the program takes it. */
  get membersByUrl(): string {
    return this.members.map(({ name, clientUrl }) => `${name}=${clientUrl}`).join(' ');
  }

  async waitUntilReady(machines: readonly StubMachine[] = this.machines, seconds = 120): Promise<void> {
    await Promise.all(machines.map((machine) => machine.hasApi
      ? until(`the API server on ${machine.name} is ready`, () => machine.apiReady(), seconds)
      : until(`etcd on ${machine.name} is ready`, () => machine.client.healthy(), seconds)));
  }

  /** What etcd's own tool says of a member. */
  async etcdctl(machine: StubMachine, ...args: string[]): Promise<string> {
    const pki = join(machine.pki, 'etcd');
    return runOrThrow(this.etcd.path('etcdctl'), [
      `--endpoints=${machine.endpoint}`, `--cacert=${pki}/ca.crt`, `--cert=${pki}/healthcheck-client.crt`, `--key=${pki}/healthcheck-client.key`,
      '--command-timeout=5s', ...args,
    ], { env: { ETCDCTL_API: '3' } });
  }

  async seenBy(machine: StubMachine): Promise<SeenCluster> {
    const status = await this.etcdctl(machine, 'endpoint', 'status', '--write-out=json');
    const members = await this.etcdctl(machine, 'member', 'list', '--write-out=simple');
    return {
      clusterId: /"cluster_id":(\d+)/.exec(status)![1],
      members: members.trim().split('\n').map((line) => line.split(', ')).map((words) => `${words[2]} ${words[5] === 'true' ? 'learner' : 'voter'}`).sort(),
    };
  }

  get backupNames(): string[] {
    return readdirSync(this.backups).filter((name) => /^\d{8}T\d{6}Z-r\d+$/.test(name)).sort();
  }

  /** A client that may be asked while the member isn't there. */
  get client(): EtcdClient {
    return this.members[0].client;
  }

  async destroy(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.powerOff()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Ports {
  readonly client: number;
  readonly peer: number;
  readonly api: number[];
}

async function portsFor(members: number): Promise<Ports> {
  // Members have addresses of their own, API servers are told apart by their ports.
  const [client, peer, ...api] = await freePorts(2 + members);
  return { client, peer, api };
}
