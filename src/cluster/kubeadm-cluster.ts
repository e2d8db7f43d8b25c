import { EtcdCertificates } from './etcd-certificates';
import { EtcdCluster, IEtcdCluster } from './etcd-cluster';
import { KubeadmClusterProps, KubeadmClusterWithEtcdProps, KubeadmNodesProps } from './kubeadm-cluster-props';
import { KubernetesVersion } from './kubernetes-version';
import { ofNodes, requireControlPlanes, requireWorkers } from './nodes';
import { requireGiven } from '../require/given';
import { requireLabels } from '../require/labels';
import { requireDnsLabel } from '../require/names';
import { requireAbsolutePath } from '../require/path';

/**
 * A cluster that kubeadm has made: its nodes, its version, its files on the control planes, and its etcd.
 *
 * Every construct that operates a cluster takes it. Where only etcd is operated, `EtcdCluster.kubeadm` is shorter.
 */
export class KubeadmCluster implements IEtcdCluster {
  /**
   * A cluster with a member of etcd on each control plane, as kubeadm starts it.
   *
   * Throws when a name, an address, a label or a path isn't valid, when a node is named twice or two nodes have the same address, when an
   * address means each machine itself, such as `127.0.0.1`, when `addresses` or `zones` name another node than those of the cluster, and when
   * the etcd of the Kubernetes version isn't known.
   * Warns on the console when the number of control planes is even or above seven.
   */
  public static of(props: KubeadmClusterProps): KubeadmCluster {
    requireNodesProps(props);
    const { name, kubernetesVersion, controlPlanes, pkiFolder } = props;
    return new KubeadmCluster(props, EtcdCluster.kubeadm({
      name,
      kubernetesVersion,
      controlPlanes,
      addresses: ofNodes(controlPlanes, props.addresses),
      zones: ofNodes(controlPlanes, props.zones),
      certificates: props.certificates ?? (pkiFolder === undefined ? undefined : EtcdCertificates.fromHostFolder(`${pkiFolder}/etcd`)),
    }));
  }

  /**
   * A cluster with an etcd that isn't as kubeadm starts it by default: an external one, an edited one, or one with a data folder of its own.
   *
   * Throws as `of` does when a prop isn't valid, and when the nodes with a member of `etcd` aren't those in `controlPlanes`.
   */
  public static withEtcd(props: KubeadmClusterWithEtcdProps): KubeadmCluster {
    requireNodesProps(props);
    requireGiven(props, 'etcd');
    const { controlPlanes, etcd } = props;
    const withMember = etcd.controlPlanes;
    const apart = [...controlPlanes.filter(node => !withMember.includes(node)), ...withMember.filter(node => !controlPlanes.includes(node))];
    if (!etcd.isExternal && apart.length > 0) {
      throw new Error(`controlPlanes must be those with a member of etcd, got ${controlPlanes.join(', ')} and members on ${withMember.join(', ')}: `
        + `correct the one that is wrong about ${apart.join(', ')}`);
    }
    return new KubeadmCluster(props, etcd);
  }

  /** The cluster's name. */
  public readonly name: string;
  /** The version of Kubernetes that the control planes run. */
  public readonly kubernetesVersion: KubernetesVersion;
  /** The names of all control-plane nodes. */
  public readonly controlPlanes: string[];
  /** The names of the worker nodes that were named. */
  public readonly workers: string[];
  /** Labels by which further workers are found; empty where all workers were named. */
  public readonly workerLabels: { readonly [key: string]: string };
  /** Addresses of nodes whose names can't be resolved, by node name. */
  public readonly addresses: { readonly [node: string]: string };
  /** Availability zones of nodes, as far as they are known, by node name. */
  public readonly zones: { readonly [node: string]: string };
  /** The folder of the PKI on the control planes. */
  public readonly pkiFolder: string;
  /** The file that the API server's `--encryption-provider-config` names, if there is one. */
  public readonly encryptionConfigFile?: string;
  /** The cluster's etcd. */
  public readonly etcd: EtcdCluster;

  private constructor(props: KubeadmNodesProps, etcd: EtcdCluster) {
    const { kubernetesVersion, pkiFolder, encryptionConfigFile } = props;
    this.name = props.name;
    this.kubernetesVersion = kubernetesVersion;
    this.controlPlanes = [...props.controlPlanes];
    this.workers = [...props.workers ?? []];
    this.workerLabels = { ...props.workerLabels };
    this.addresses = { ...props.addresses };
    this.zones = { ...props.zones };
    this.etcd = etcd._withNodes({ kubernetesVersion, pkiFolder, encryptionConfigFile }, this.zones);
    this.pkiFolder = this.etcd._pkiFolder;
    this.encryptionConfigFile = encryptionConfigFile;
  }
}

function requireNodesProps(props: KubeadmNodesProps): void {
  requireGiven(props, 'name', 'kubernetesVersion', 'controlPlanes');
  const { controlPlanes, workers = [], addresses, zones } = props;
  requireDnsLabel('name', props.name);
  requireControlPlanes(controlPlanes, {});
  requireWorkers(workers, controlPlanes, { addresses, zones });
  requireLabels('workerLabels', props.workerLabels ?? {});
  for (const prop of ['pkiFolder', 'encryptionConfigFile'] as const) {
    const path = props[prop];
    if (path !== undefined) {
      requireAbsolutePath(prop, path);
    }
  }
}
