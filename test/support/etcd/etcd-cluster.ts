import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { CertificateAuthority, writeKubeadmCertificates } from './certificates';
import { EtcdClient } from './etcd-client';
import { EtcdMember } from './etcd-member';
import { freePorts } from './loopback';
import { Tool } from '../../toolchain/tool';

export interface EtcdClusterOptions {
  /** Number of members. @default 1 */
  readonly members?: number;
}

/**
 * A running etcd cluster with TLS and kubeadm-shaped certificates.
 *
 * Member number n listens on 127.0.0.n, all on the same port, as members of a kubeadm cluster do on their nodes'
 * addresses: so the first one is "the local member", and a chart can describe this cluster by addresses and one port.
 */
export class EtcdClusterFixture {
  /** Starts a cluster and waits until every member is healthy. */
  static async start(tool: Tool, options: EtcdClusterOptions = {}): Promise<EtcdClusterFixture> {
    const cluster = await EtcdClusterFixture.prepare(tool, options);
    try {
      for (const member of cluster.members) member.start();
      await Promise.all(cluster.members.map((member) => member.waitUntilHealthy()));
      return cluster;
    } catch (error) {
      await cluster.destroy();
      throw error;
    }
  }

  private static async prepare(tool: Tool, { members = 1 }: EtcdClusterOptions): Promise<EtcdClusterFixture> {
    const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-etcd-'));
    const ca = CertificateAuthority.create('etcd-ca');
    const nodes = Array.from({ length: members }, (_, index) => ({ name: `cp${index + 1}`, address: `127.0.0.${index + 1}` }));
    const [clientPort, peerPort, metricsPort] = await freePorts(3);
    const initialCluster = nodes.map(({ name, address }) => `${name}=https://${address}:${peerPort}`).join(',');
    return new EtcdClusterFixture(tool, folder, ca, clientPort, nodes.map(({ name, address }) => {
      const home = join(folder, name);
      writeKubeadmCertificates(ca, join(home, 'pki'), name, [address]);
      return new EtcdMember({ tool, name, address, clientPort, peerPort, metricsPort, initialCluster, initialClusterToken: folder, folder: home });
    }));
  }

  private constructor(
    readonly tool: Tool,
    /** Removed by `destroy()`; tests may put files there. */
    readonly folder: string,
    /** For further clients, such as expired ones. */
    readonly ca: CertificateAuthority,
    readonly clientPort: number,
    readonly members: EtcdMember[],
  ) {}

  /** The first member's certificate folder, which is shaped as `/etc/kubernetes/pki/etcd`. */
  get certificates(): string {
    return this.members[0].certificates;
  }

  get endpoints(): string[] {
    return this.members.map(({ endpoint }) => endpoint);
  }

  /** Addresses by node name, as `EtcdCluster.kubeadm` takes them. */
  get addresses(): Record<string, string> {
    return Object.fromEntries(this.members.map(({ name, address }) => [name, address]));
  }

  /** A client of the first member. */
  get client(): EtcdClient {
    return this.members[0].client;
  }

  /** Ends every process and removes every file. Safe to call twice, and on a cluster half of which is dead. */
  async destroy(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
