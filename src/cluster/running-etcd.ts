import * as path from 'path';
import { Endpoint, formatEndpoint, isOfTheMachine, loopbackOf, parseEndpoint } from './endpoint';
import { EtcdCertificates } from './etcd-certificates';
import { RunningEtcdProps } from './etcd-cluster-props';
import { EtcdFlags } from './etcd-flags';
import { EtcdMember } from './etcd-member';
import { membersOf } from './member-addresses';
import { requireControlPlanes } from './nodes';

/** How the paths that etcd was told map onto the host's; undefined when a path isn't on the host. */
export type HostPath = (path: string) => string | undefined;

/** Says what the flags of one running member tell about its cluster. */
export class RunningEtcd {
  /** The member whose flags were read. */
  public readonly memberName: string;
  public readonly members: EtcdMember[];
  public readonly loopback?: string;
  public readonly dataFolder: string;
  public readonly certificates?: EtcdCertificates;
  /** The node's PKI folder, where etcd's certificates are laid out in it as kubeadm does. */
  public readonly pkiFolder?: string;

  constructor(private readonly flags: EtcdFlags, private readonly hostPath: HostPath, private readonly props: RunningEtcdProps) {
    if (flags.isEmpty('name')) {
      throw new Error(`${flags.source} has --name without a value: give it one, or leave it out`);
    }
    this.memberName = flags.value('name') ?? 'default';
    this.members = this.readMembers();
    this.loopback = this.readLoopback();
    this.dataFolder = this.onHost('data-dir', flags.required('data-dir'), 'describe the cluster with EtcdCluster.kubeadm and dataFolder');
    this.certificates = this.readCertificates();
    this.pkiFolder = this.readPkiFolder();
  }

  /** The URL that this member advertises to clients: an https one where an edited manifest has both, one for other machines where it has several. */
  private get clientEndpoint(): Endpoint {
    this.flags.required('advertise-client-urls');
    const endpoints = this.endpoints('advertise-client-urls');
    const secure = endpoints.filter(({ scheme }) => scheme === 'https');
    const candidates = secure.length > 0 ? secure : endpoints;
    return candidates.find(({ host }) => !isOfTheMachine(host)) ?? candidates[0];
  }

  private readMembers(): EtcdMember[] {
    const peers = this.readPeers();
    const nodes = this.props.controlPlanes ?? (peers.size > 0 ? [...peers.keys()] : [this.memberName]);
    requireControlPlanes(nodes, this.props);
    return membersOf(nodes, {
      source: this.flags.source,
      memberName: this.memberName,
      client: this.clientEndpoint,
      clients: this.endpoints('advertise-client-urls'),
      ownPeer: peers.get(this.memberName) ?? this.endpoints('initial-advertise-peer-urls')[0],
      peers,
      addresses: this.props.addresses ?? {},
      zones: this.props.zones ?? {},
    });
  }

  /** The members by `--initial-cluster`, else this one alone; the first URL of a member that has several. */
  private readPeers(): Map<string, Endpoint> {
    const peers = new Map<string, Endpoint>();
    for (const entry of this.flags.list('initial-cluster')) {
      const [name, ...url] = entry.split('=');
      peers.set(name, peers.get(name) ?? parseEndpoint('--initial-cluster', url.join('=')));
    }
    const [own] = this.endpoints('initial-advertise-peer-urls');
    if (own !== undefined && peers.size === 0) {
      peers.set(this.memberName, own);
    }
    return peers;
  }

  /** The URL by which a program on the same machine reaches the member, if it listens there. */
  private readLoopback(): string | undefined {
    const { scheme } = this.clientEndpoint;
    const local = this.endpoints('listen-client-urls').find(endpoint => endpoint.scheme === scheme && isOfTheMachine(endpoint.host));
    return local && formatEndpoint({ ...local, host: loopbackOf(local.host) });
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
    const onHost = this.onHost('cert-file', folder, 'set certificates');
    if (this.hostPath(ca) !== `${onHost}/ca.crt` || this.hostPath(server) !== `${onHost}/server.crt`) {
      throw new Error(`${this.flags.source} has ca.crt and server.crt mounted from different folders of the host: set certificates to those of a client, `
        + 'such as EtcdCertificates.fromHostFolder');
    }
    return EtcdCertificates.fromHostFolder(onHost);
  }

  /** kubeadm's certificatesDir has etcd's certificates in a folder `etcd`. */
  private readPkiFolder(): string | undefined {
    const server = this.flags.value('cert-file');
    const folder = server && this.hostPath(path.posix.dirname(server));
    const isKubeadms = folder && path.posix.basename(server) === 'server.crt' && path.posix.basename(folder) === 'etcd';
    return isKubeadms ? path.posix.dirname(folder) : undefined;
  }

  /** The URLs of a flag; sockets of the machine are passed over, since no pod on another machine comes to one. */
  private endpoints(flag: string): Endpoint[] {
    const urls = this.flags.list(flag);
    const reachable = urls.filter(url => !/^unixs?:/i.test(url));
    if (urls.length > 0 && reachable.length === 0) {
      throw new Error(`${this.flags.source} has --${flag}=${urls.join(',')}, unix sockets alone, which no pod reaches: `
        + 'add an https URL to it on the control plane, or describe the cluster with EtcdCluster.kubeadm');
    }
    return reachable.map(url => parseEndpoint(`--${flag}`, url));
  }

  private onHost(flag: string, containerPath: string, fix: string): string {
    const found = this.hostPath(containerPath);
    if (!found) {
      throw new Error(`${this.flags.source} has no hostPath volume for ${containerPath} of --${flag}: ${fix}`);
    }
    return found;
  }
}
