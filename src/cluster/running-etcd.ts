import { isIPv6 } from 'net';
import * as path from 'path';
import { requireControlPlanes } from './control-planes';
import { Endpoint, formatEndpoint, parseEndpoint, requireHost } from './endpoint';
import { EtcdCertificates } from './etcd-certificates';
import { RunningEtcdProps } from './etcd-cluster-props';
import { EtcdFlags } from './etcd-flags';
import { EtcdMember } from './etcd-member';

/** How the paths that etcd was told map onto the host's; undefined when a path isn't on the host. */
export type HostPath = (path: string) => string | undefined;

/** Says what the flags of one running member tell about its cluster. */
export class RunningEtcd {
  /** The member whose flags were read. */
  public readonly memberName: string;
  public readonly members: EtcdMember[];
  public readonly loopback?: string;
  public readonly dataDir: string;
  public readonly certificates?: EtcdCertificates;

  constructor(private readonly flags: EtcdFlags, private readonly hostPath: HostPath, private readonly props: RunningEtcdProps) {
    this.memberName = flags.value('name') ?? 'default';
    this.members = this.readMembers();
    this.loopback = this.readLoopback();
    this.dataDir = this.onHost('data-dir', flags.required('data-dir'), 'describe the cluster with EtcdCluster.kubeadm and dataDir');
    this.certificates = this.readCertificates();
  }

  /** The URL that this member advertises to clients; the https one where an edited manifest has both. */
  private get clientEndpoint(): Endpoint {
    this.flags.required('advertise-client-urls');
    const endpoints = this.flags.list('advertise-client-urls').map(url => parseEndpoint('--advertise-client-urls', url));
    return endpoints.find(({ scheme }) => scheme === 'https') ?? endpoints[0];
  }

  private readMembers(): EtcdMember[] {
    const { scheme, host, port } = this.clientEndpoint;
    const peers = this.readPeers();
    const nodes = this.readNodes([...peers.keys()]);
    const own = peers.get(this.memberName);
    return nodes.map(name => {
      // A single member that isn't named as its node is, as etcd's own default name, is still that node's.
      const peer = peers.get(name) ?? (nodes.length === 1 ? own : undefined);
      const address = this.props.addresses?.[name] ?? peer?.host ?? (nodes.length === 1 || name === this.memberName ? host : name);
      requireHost(`address of ${name}`, address);
      return {
        name,
        peerUrl: formatEndpoint({ scheme: own?.scheme ?? scheme, port: own?.port ?? 2380, ...peer, host: peer?.host ?? address }),
        clientUrl: formatEndpoint({ scheme, host: address, port }),
        zone: this.props.zones?.[name],
      };
    });
  }

  /** The members by `--initial-cluster`, else this one alone; the first URL of a member that has several. */
  private readPeers(): Map<string, Endpoint> {
    const peers = new Map<string, Endpoint>();
    for (const entry of this.flags.list('initial-cluster')) {
      const [name, ...url] = entry.split('=');
      peers.set(name, peers.get(name) ?? parseEndpoint('--initial-cluster', url.join('=')));
    }
    const [own] = this.flags.list('initial-advertise-peer-urls');
    if (own !== undefined && peers.size === 0) {
      peers.set(this.memberName, parseEndpoint('--initial-advertise-peer-urls', own));
    }
    return peers;
  }

  private readNodes(memberNames: string[]): string[] {
    const nodes = this.props.controlPlanes ?? (memberNames.length > 0 ? memberNames : [this.memberName]);
    requireControlPlanes(nodes, this.props);
    return nodes;
  }

  /** The URL by which a program on the same machine reaches the member, if it listens there. */
  private readLoopback(): string | undefined {
    const { scheme } = this.clientEndpoint;
    const local = this.flags.list('listen-client-urls')
      .map(url => parseEndpoint('--listen-client-urls', url))
      .find(endpoint => endpoint.scheme === scheme && /^(127\.|::1$|localhost$|0\.0\.0\.0$|::$)/.test(endpoint.host));
    const everywhere = local && /^(0\.0\.0\.0|::)$/.test(local.host);
    return local && formatEndpoint(everywhere ? { ...local, host: isIPv6(local.host) ? '::1' : '127.0.0.1' } : local);
  }

  /** kubeadm puts a client's certificate beside the server's; elsewhere nobody can tell where one is. */
  private readCertificates(): EtcdCertificates | undefined {
    if (this.props.certificates || this.clientEndpoint.scheme === 'http') {
      return this.props.certificates;
    }
    const server = this.flags.required('cert-file');
    const ca = this.flags.required('trusted-ca-file');
    const folder = path.posix.dirname(server);
    if (path.posix.basename(server) !== 'server.crt' || ca !== `${folder}/ca.crt`) {
      throw new Error(`${this.flags.source} has --cert-file=${server} and --trusted-ca-file=${ca}, not the server.crt and ca.crt of one folder `
        + 'as kubeadm has them: set certificates to those of a client, such as EtcdCertificates.fromHostFolder');
    }
    return EtcdCertificates.fromHostFolder(this.onHost('cert-file', folder, 'set certificates'));
  }

  private onHost(flag: string, containerPath: string, fix: string): string {
    const found = this.hostPath(containerPath);
    if (!found) {
      throw new Error(`${this.flags.source} has no hostPath volume for ${containerPath} of --${flag}: ${fix}`);
    }
    return found;
  }
}
