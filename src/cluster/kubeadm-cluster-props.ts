import { EtcdCertificates } from './etcd-certificates';
import { EtcdCluster } from './etcd-cluster';
import { KubernetesVersion } from './kubernetes-version';

/** What is said of the nodes of a kubeadm cluster, whatever its etcd is. */
export interface KubeadmNodesProps {
  /**
   * The cluster's name: a DNS label. It names the folder of the backups and is a part of the names of objects,
   * so it must differ among the clusters whose backups share a volume.
   */
  readonly name: string;

  /** The version of Kubernetes that the control planes run. */
  readonly kubernetesVersion: KubernetesVersion;

  /** The names of all control-plane nodes. */
  readonly controlPlanes: string[];

  /**
   * The names of worker nodes.
   *
   * @default - none is named
   */
  readonly workers?: string[];

  /**
   * Labels that worker nodes have, such as `{ 'node-role.kubernetes.io/worker': '' }`, for machines that come and go. A node that has all of
   * them, and is no control plane, is a worker beside those in `workers`.
   *
   * @default - workers are those that are named
   */
  readonly workerLabels?: { readonly [key: string]: string };

  /**
   * Addresses of nodes whose names can't be resolved on the others, by node name. Of the control planes give all or none.
   *
   * @default - the names are used
   */
  readonly addresses?: { readonly [node: string]: string };

  /**
   * Availability zones of nodes, by node name, as their label `topology.kubernetes.io/zone` says. With them, a volume that can't
   * be attached where a pod is pinned is found when the chart is synthesized, and not by a pod that waits for ever.
   *
   * @default - not known
   */
  readonly zones?: { readonly [node: string]: string };

  /**
   * The folder of the PKI on the control planes, kubeadm's `certificatesDir`. An absolute path on the host.
   *
   * A snapshot with `includePki` keeps all of it. Where etcd's certificates are files of the control planes, each backup's record has the
   * SHA-256 of `ca.crt` and `sa.pub` in any case, both public, so that a restore can tell beforehand that it meets another cluster's PKI.
   *
   * @default - the folder above etcd's certificates where these are as kubeadm lays them out, such as /var/lib/minikube/certs; else /etc/kubernetes/pki
   */
  readonly pkiFolder?: string;

  /**
   * The file that the API server's `--encryption-provider-config` names, such as `/etc/kubernetes/enc/enc.yaml`. An absolute path on the
   * host, there on every control plane.
   *
   * Snapshots mount it for one thing: each backup's record gets its SHA-256, and nothing else of it is kept. A restored cluster can read its
   * encrypted Secrets only with the keys of that time, so a restore that would meet another file says so before anything stops. The file
   * itself has to be kept elsewhere, as the keys that it holds are what protects the backups.
   *
   * Nothing is recorded of it where etcd is external: the pods of its snapshots see no control plane's files.
   *
   * @default - none, or none that snapshots record
   */
  readonly encryptionConfigFile?: string;
}

/** Props of a kubeadm cluster whose etcd is kubeadm's own. */
export interface KubeadmClusterProps extends KubeadmNodesProps {
  /**
   * The certificates with which etcd is reached.
   *
   * @default - those of the health check's client, `healthcheck-client.crt` in the folder `etcd` of `pkiFolder`
   */
  readonly certificates?: EtcdCertificates;
}

/** Props of a kubeadm cluster whose etcd is described by itself. */
export interface KubeadmClusterWithEtcdProps extends KubeadmNodesProps {
  /**
   * The etcd: an external one, one that is read from a manifest, or one with settings of its own, as
   * `EtcdCluster.kubeadm({ …, dataFolder: '/data/etcd' })`. Its own name is what backups go by.
   */
  readonly etcd: EtcdCluster;
}
