import { requireConsistentEndpoints } from './endpoint';
import { EtcdCertificates } from './etcd-certificates';
import { CommandLineEtcdProps, ExternalEtcdProps, KubeadmEtcdProps, StaticPodEtcdProps } from './etcd-cluster-props';
import { describeCommandLine, describeExternal, describeKubeadm, describePod, EtcdDescription, NodeFacts } from './etcd-description';
import { EtcdMember } from './etcd-member';
import { EtcdVersion } from './etcd-version';
import { parsePinnedImage } from './image-reference';
import { KubernetesVersion } from './kubernetes-version';
import { warnOfBadMemberCount } from './member-count';
import { pkiFolderOf } from './pki-folder';
import { readManifestFile, readManifestText } from './static-pod-manifest';
import { requireDnsLabel } from '../require/names';
import { requireAbsolutePath } from '../require/path';
import { requireText } from '../require/text';

/**
 * A cluster whose etcd is operated: a `KubeadmCluster`, or an `EtcdCluster` where nothing but etcd has to be described.
 */
export interface IEtcdCluster {
  /** The cluster's etcd. */
  readonly etcd: EtcdCluster;
}

/**
 * An existing etcd cluster that is backed up and restored.
 *
 * Snapshots and restores need no other description. To describe nodes, the PKI folder or the encryption configuration as well, use
 * `KubeadmCluster`.
 */
export class EtcdCluster implements IEtcdCluster {
  /**
   * The etcd of a kubeadm cluster, a member on each control plane. Every default is kubeadm's.
   *
   * Throws when a name, an address, the port or the data folder isn't valid, when two control planes have the same address, when an address
   * means each machine itself, such as `127.0.0.1`, and when the etcd of the Kubernetes version isn't known.
   * Warns on the console when the number of control planes is even or above seven.
   */
  public static kubeadm(props: KubeadmEtcdProps): EtcdCluster {
    return new EtcdCluster(describeKubeadm(props));
  }

  /**
   * The etcd of a cluster, read from the static pod manifest of one of its members. The manifest may have been edited.
   * The image, the data folder, URLs, certificates and members are read from it; paths are the host's.
   *
   * Throws when the manifest lacks something that is needed: the message names the flag, and the prop that replaces it. Throws, too, when the
   * manifest says what can't be true on a node, or what is known only there.
   * Warns on the console when the number of members is even or above seven.
   *
   * @param manifest The text of a control plane's `/etc/kubernetes/manifests/etcd.yaml`.
   */
  public static fromStaticPodManifest(manifest: string, props: StaticPodEtcdProps): EtcdCluster {
    requireText('manifest', manifest);
    return new EtcdCluster(describePod(readManifestText(manifest), props));
  }

  /**
   * As `fromStaticPodManifest`, from a file.
   *
   * Throws as `fromStaticPodManifest` does, and when there is no such file.
   *
   * @param file The path of a copy of a control plane's `/etc/kubernetes/manifests/etcd.yaml`.
   */
  public static fromStaticPodManifestFile(file: string, props: StaticPodEtcdProps): EtcdCluster {
    requireText('file', file);
    return new EtcdCluster(describePod(readManifestFile(file), props));
  }

  /**
   * The etcd of a cluster, read from the command line of one of its members.
   *
   * Throws when the text has no etcd process, or several with different flags, and when the line of etcd is cut or has no flags. Throws, too,
   * when something that is needed is missing: the message names the flag, and the prop that replaces it.
   * Warns on the console when the number of members is even or above seven.
   *
   * @param commandLine The line of the process, from `ps -ww -C etcd -o args` or `ps -ww -ef`. Other columns and other lines may be left in.
   * Its paths must be the host's. Settings that etcd takes from variables or a file don't show there.
   */
  public static fromCommandLine(commandLine: string, props: CommandLineEtcdProps): EtcdCluster {
    return new EtcdCluster(describeCommandLine(commandLine, props));
  }

  /**
   * An etcd outside of the cluster that it serves, for example one that systemd starts. It is reached by its endpoints.
   *
   * Throws when endpoints are missing, named twice, or partly http and partly https, when https endpoints have no certificates, and when http
   * endpoints have some.
   * Warns on the console when the number of endpoints is even or above seven.
   */
  public static external(props: ExternalEtcdProps): EtcdCluster {
    return new EtcdCluster(describeExternal(props));
  }

  /** The cluster's name. */
  public readonly name: string;
  /** The version of Kubernetes; not known for an etcd that is external or read from what runs, unless a `KubeadmCluster` says it. */
  public readonly kubernetesVersion?: KubernetesVersion;
  /** The version of etcd. */
  public readonly etcdVersion: EtcdVersion;
  /** The image that etcd runs from, or for an external etcd the one with its tools. */
  public readonly image: string;
  /** The folder of etcd's data on the hosts. */
  public readonly dataFolder: string;
  /** The certificates with which etcd is reached; none when it serves plain http. */
  public readonly certificates?: EtcdCertificates;
  /** The members on the control planes; none when etcd is external. */
  public readonly members: EtcdMember[];
  /**
   * Why a restore or a replacement would refuse this etcd on its machines, as far as the manifest or command line tells.
   *
   * @internal
   */
  public readonly _restoreObstacle?: string;
  /** Whether etcd runs outside of the cluster that it serves, so that no node has a member. */
  public readonly isExternal: boolean;

  /**
   * The PKI folder of the control planes.
   *
   * @internal
   */
  public readonly _pkiFolder: string;
  /**
   * The file on the control planes that the API server's `--encryption-provider-config` names, where it is known.
   *
   * @internal
   */
  public readonly _encryptionConfigFile?: string;

  private readonly endpoints: string[];
  private readonly loopback?: string;

  private constructor(private readonly description: EtcdDescription) {
    requireDnsLabel('name', description.name);
    requireAbsolutePath('dataFolder', description.dataFolder);
    parsePinnedImage('image', description.image);
    requireConsistentEndpoints(description.endpoints, description.certificates !== undefined);
    this.name = description.name;
    this.kubernetesVersion = description.kubernetesVersion;
    this.etcdVersion = description.etcdVersion;
    this.image = description.image;
    this.dataFolder = description.dataFolder;
    this.certificates = description.certificates;
    this.isExternal = description.members === undefined;
    this.members = description.members ?? [];
    this.endpoints = description.endpoints;
    this.loopback = description.loopback;
    this._pkiFolder = description.pkiFolder ?? pkiFolderOf(description.certificates);
    this._encryptionConfigFile = description.encryptionConfigFile;
    this._restoreObstacle = description.restoreObstacle;
    warnOfBadMemberCount(this.name, this.endpoints.length, description.source);
  }

  /**
   * All members with their client URLs, as the programs take them.
   *
   * @internal
   */
  public get _membersByUrl(): string {
    return this.members.map(({ name, clientUrl }) => `${name}=${clientUrl}`).join(' ');
  }

  /** This cluster itself, so that it can be given wherever a `KubeadmCluster` can. */
  public get etcd(): EtcdCluster {
    return this;
  }

  /** The names of the control-plane nodes that run a member; none when etcd is external. */
  public get controlPlanes(): string[] {
    return this.members.map(({ name }) => name);
  }

  /**
   * This etcd with facts about the nodes, from its cluster's description. Facts that are left out stay as they were.
   *
   * @internal
   */
  public _withNodes(facts: NodeFacts, zones: { readonly [node: string]: string } = {}): EtcdCluster {
    const members = this.description.members?.map(member => ({ ...member, zone: member.zone ?? zones[member.name] }));
    const given = Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
    return new EtcdCluster({ ...this.description, members, ...given });
  }

  /**
   * The endpoints in the order in which a program should try them: the member on its own machine first, then the others in declared order.
   *
   * Throws when the node runs no member of this cluster.
   *
   * @param node The control plane on which the program runs. When left out, it may be any: then the loopback address comes first, if etcd
   * listens there, and every member after it. For an external etcd the node doesn't matter.
   */
  public endpointsSeenFrom(node?: string): string[] {
    if (this.isExternal) {
      return [...this.endpoints];
    }
    if (node !== undefined && !this.controlPlanes.includes(node)) {
      throw new Error(`node must be one of the control planes ${this.controlPlanes.join(', ')} of cluster ${this.name}, got ${JSON.stringify(node)}`);
    }
    const own = this.members.find(({ name }) => name === node)?.clientUrl;
    const local = this.loopback ?? own;
    return [...local === undefined ? [] : [local], ...this.endpoints.filter(url => url !== own && url !== local)];
  }
}
