import { join } from 'path';
import { readIdentity } from './certificates';
import { Daemon } from './daemon';
import { EtcdClient } from './etcd-client';
import { Tool } from '../../toolchain/tool';
import { until } from '../wait';

export interface EtcdMemberProps {
  readonly tool: Tool;
  readonly name: string;
  readonly address: string;
  readonly clientPort: number;
  readonly peerPort: number;
  readonly metricsPort: number;
  /** As `--initial-cluster` wants it. */
  readonly initialCluster: string;
  readonly initialClusterToken: string;
  readonly initialClusterState?: 'new' | 'existing';
  /** The node's own folder: `pki`, `data` and `etcd.log` are in it. */
  readonly folder: string;
}

/** One etcd of a kubeadm node: its flags are those of kubeadm's static pod. */
export class EtcdMember {
  readonly name: string;
  readonly address: string;
  readonly endpoint: string;
  readonly peerUrl: string;
  readonly certificates: string;
  readonly dataDir: string;
  /** What kubeadm would have put after `etcd` in the static pod. */
  readonly flags: string[];
  readonly client: EtcdClient;
  private readonly daemon: Daemon;

  constructor(private readonly props: EtcdMemberProps) {
    const { name, address, folder } = props;
    this.name = name;
    this.address = address;
    this.endpoint = `https://${address}:${props.clientPort}`;
    this.peerUrl = `https://${address}:${props.peerPort}`;
    this.certificates = join(folder, 'pki');
    this.dataDir = join(folder, 'data');
    const file = (base: string) => join(this.certificates, base);
    this.flags = [
      `--advertise-client-urls=${this.endpoint}`,
      `--cert-file=${file('server.crt')}`,
      '--client-cert-auth=true',
      `--data-dir=${this.dataDir}`,
      `--initial-advertise-peer-urls=${this.peerUrl}`,
      `--initial-cluster=${props.initialCluster}`,
      `--initial-cluster-state=${props.initialClusterState ?? 'new'}`,
      `--initial-cluster-token=${props.initialClusterToken}`,
      `--key-file=${file('server.key')}`,
      `--listen-client-urls=${this.endpoint}`,
      `--listen-metrics-urls=http://${address}:${props.metricsPort}`,
      `--listen-peer-urls=${this.peerUrl}`,
      `--name=${name}`,
      `--peer-cert-file=${file('peer.crt')}`,
      '--peer-client-cert-auth=true',
      `--peer-key-file=${file('peer.key')}`,
      `--peer-trusted-ca-file=${file('ca.crt')}`,
      '--snapshot-count=10000',
      `--trusted-ca-file=${file('ca.crt')}`,
      // Not kubeadm's: tests fill large databases, and no test survives a power cut, so they need not wait for the disk.
      '--quota-backend-bytes=8589934592',
      '--unsafe-no-fsync',
      '--logger=zap',
    ];
    this.client = new EtcdClient(this.endpoint, readIdentity(this.certificates));
    this.daemon = new Daemon(props.tool.path('etcd'), this.flags, join(folder, 'etcd.log'));
  }

  get running(): boolean {
    return this.daemon.running;
  }

  get pid(): number {
    return this.daemon.pid;
  }

  /** Starts the process without waiting for it: a member alone gets healthy only when its quorum is there. */
  start(): void {
    this.daemon.start();
  }

  async waitUntilHealthy(timeoutSeconds = 30): Promise<void> {
    await until(`etcd ${this.props.tool.recipe.version} member ${this.name} is healthy`, () => {
      if (!this.running) throw new Error(`it ended:\n${this.daemon.logTail}`);
      return this.client.healthy();
    }, timeoutSeconds);
  }

  /** A clean end. */
  async stop(): Promise<void> {
    this.client.close();
    await this.daemon.stop('SIGTERM');
  }

  /** A crash. */
  async kill(): Promise<void> {
    this.client.close();
    await this.daemon.stop('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.stop();
    this.start();
    await this.waitUntilHealthy();
  }

  /** Alive, and answering nobody: connections are accepted by the kernel and then hang. */
  pause(): void {
    this.daemon.signal('SIGSTOP');
  }

  resume(): void {
    this.daemon.signal('SIGCONT');
  }
}
