import { EtcdCertificates } from './etcd-certificates';
import { EtcdCluster } from './etcd-cluster';
import { KubernetesVersion } from './kubernetes-version';

/** Props of the nodes of a kubeadm cluster, whatever its etcd is. */
export interface KubeadmNodesProps {
  /**
   * The cluster's name: a DNS label. With `KubeadmCluster.of` it is also the name of its etcd, and so of the folder of the backups: clusters
   * whose backups share a volume must have different names.
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
   * these labels and is no control plane is a worker, and so are the nodes in `workers`.
   *
   * @default - only the nodes in `workers` are workers
   */
  readonly workerLabels?: { readonly [key: string]: string };

  /**
   * Addresses of nodes whose names can't be resolved on the other nodes, by node name.
   *
   * @default - the names are used
   */
  readonly addresses?: { readonly [node: string]: string };

  /**
   * Availability zones of nodes, by node name: the values of their label `topology.kubernetes.io/zone`. With them, a volume that can't be
   * attached to a pod's node is an error when the chart is synthesized. Without them, that pod waits for ever.
   *
   * @default - not known
   */
  readonly zones?: { readonly [node: string]: string };

  /**
   * The folder of the PKI on the control planes, kubeadm's `certificatesDir`. An absolute path on the host.
   *
   * A snapshot with `includePki` keeps the whole folder. Where etcd's certificates are files of the control planes, each backup's record always
   * has the SHA-256 of `ca.crt` and `sa.pub`, which are public. By these a restore can tell beforehand that a machine has another cluster's PKI.
   *
   * @default - the folder above etcd's certificates where these are laid out as by kubeadm, such as /var/lib/minikube/certs; else /etc/kubernetes/pki
   */
  readonly pkiFolder?: string;

  /**
   * The file that the API server's `--encryption-provider-config` names, such as `/etc/kubernetes/enc/enc.yaml`. An absolute path on the
   * host; every control plane must have the file.
   *
   * Snapshots write its SHA-256 into each backup's record, and keep nothing else of it. A restored cluster can read its encrypted Secrets only
   * with the keys of that time, so a restore refuses another file before anything stops. Keep the file itself elsewhere: its keys are what
   * protects the backups.
   *
   * With an external etcd nothing of the file is recorded: the pods of its snapshots see no control plane's files.
   *
   * @default - no file, and nothing is recorded
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

/** Props of a kubeadm cluster whose etcd is described separately. */
export interface KubeadmClusterWithEtcdProps extends KubeadmNodesProps {
  /**
   * The etcd: an external one, one that is read from a manifest, or one with settings of its own, as
   * `EtcdCluster.kubeadm({ …, dataFolder: '/data/etcd' })`. The folder of the backups has the name of this etcd.
   */
  readonly etcd: EtcdCluster;
}
