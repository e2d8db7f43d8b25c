import * as path from 'path';
import { Endpoint, formatEndpoint, isOfTheMachine, loopbackOf, parseEndpoint } from './endpoint';
import { EtcdCertificates } from './etcd-certificates';
import { RunningEtcdProps } from './etcd-cluster-props';
import { EtcdFlags } from './etcd-flags';
import { EtcdMember } from './etcd-member';
import { membersOf } from './member-addresses';
import { requireControlPlanes } from './nodes';

/** Maps a path that etcd was given to its path on the host; undefined when it isn't on the host. */
export type HostPath = (path: string) => string | undefined;

/** What the flags of one running member tell about its cluster. */
export class RunningEtcd {
  /** The member whose flags were read. */
  public readonly memberName: string;
  public readonly members: EtcdMember[];
  public readonly loopback?: string;
  public readonly dataFolder: string;
  public readonly certificates?: EtcdCertificates;
  /** The node's PKI folder, if etcd's certificates are laid out in it as by kubeadm. */
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

  /** One of the URLs that this member advertises to clients: https is preferred, as an edited manifest may have both, then one for other machines. */
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

  /** The members' URLs in `--initial-cluster`, else this member's alone; the first URL of a member that has several. */
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

  /** kubeadm puts a client's certificate beside the server's. With another layout, its place can't be known and has to be given. */
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

  /** The folder above that of etcd's certificates, if that is named `etcd`, as in kubeadm's certificatesDir. */
  private readPkiFolder(): string | undefined {
    const server = this.flags.value('cert-file');
    const folder = server && this.hostPath(path.posix.dirname(server));
    const isKubeadms = folder && path.posix.basename(server) === 'server.crt' && path.posix.basename(folder) === 'etcd';
    return isKubeadms ? path.posix.dirname(folder) : undefined;
  }

  /** The URLs of a flag, without unix sockets, which no pod reaches. */
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
