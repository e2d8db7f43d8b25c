import { EtcdCertificates } from './etcd-certificates';
import { EtcdVersion } from './etcd-version';
import { KubernetesVersion } from './kubernetes-version';

/** Props of every etcd cluster. */
export interface EtcdClusterProps {
  /**
   * The cluster's name: a DNS label. It names the folder of the backups and is a part of the names of objects,
   * so it must differ among the clusters whose backups share a volume.
   */
  readonly name: string;
}

/** Props of an etcd whose members run on the control planes of the cluster that they serve. */
export interface StackedEtcdProps extends EtcdClusterProps {
  /**
   * The version of etcd.
   *
   * @default - read from the tag of the image
   */
  readonly etcdVersion?: EtcdVersion;

  /**
   * Addresses of control planes whose names can't be resolved on the others, by node name. Give all of them or none.
   *
   * They are needed, too, where what is read doesn't tell at which addresses the other members answer clients: clients and members are on
   * different networks, or URLs mean each machine itself, such as `https://127.0.0.1:2379`.
   *
   * @default - taken from the manifest or command line where it names them, otherwise the node names
   */
  readonly addresses?: { readonly [node: string]: string };

  /**
   * Availability zones of control planes, by node name, as their label `topology.kubernetes.io/zone` says. With them, a volume that can't
   * be attached where a pod is pinned is found when the chart is synthesized, and not by a pod that waits for ever.
   *
   * @default - not known
   */
  readonly zones?: { readonly [node: string]: string };

  /**
   * The certificates with which etcd is reached.
   *
   * @default - those of the health check's client, `healthcheck-client.crt` beside the ones of the server
   */
  readonly certificates?: EtcdCertificates;
}

/** Props of the etcd of a kubeadm cluster. */
export interface KubeadmEtcdProps extends StackedEtcdProps {
  /** The version of Kubernetes, which says what etcd kubeadm has started. */
  readonly kubernetesVersion: KubernetesVersion;

  /** The names of all control-plane nodes: each runs a member. */
  readonly controlPlanes: string[];

  /**
   * The TCP port for clients.
   *
   * @default 2379
   */
  readonly clientPort?: number;

  /**
   * The folder of etcd's data on the hosts.
   *
   * @default /var/lib/etcd
   */
  readonly dataFolder?: string;

  /**
   * The image that etcd runs from.
   *
   * @default - the one that kubeadm of this version uses, such as registry.k8s.io/etcd:3.6.5-0
   */
  readonly image?: string;
}

/** Props of an etcd that is described by what runs. */
export interface RunningEtcdProps extends StackedEtcdProps {
  /**
   * The names of all control-plane nodes.
   *
   * A member's `--initial-cluster` names the members that there were when it joined: on kubeadm's first control plane only itself.
   * So name them here unless what is read is from the control plane that joined last, and where the members' names aren't the nodes':
   * `cp1.example.com` is then found as the member of `cp1`, by its first label.
   *
   * @default - the members that `--initial-cluster` names
   */
  readonly controlPlanes?: string[];
}

/** Props of an etcd that is described by a static pod manifest. */
export interface StaticPodEtcdProps extends RunningEtcdProps {
  /**
   * The image that etcd runs from.
   *
   * @default - the manifest's
   */
  readonly image?: string;
}

/** Props of an etcd that is described by the command line of a running process. */
export interface CommandLineEtcdProps extends RunningEtcdProps {
  /** The image that etcd runs from, which no process tells: `crictl images etcd` lists it. */
  readonly image: string;
}

/** Props of an etcd that runs outside of the cluster that it serves. */
export interface ExternalEtcdProps extends EtcdClusterProps {
  /** The URLs for clients: scheme, host and port, such as `https://10.0.0.1:2379`, all https or all http. */
  readonly endpoints: string[];

  /** The version of etcd. */
  readonly etcdVersion: EtcdVersion;

  /**
   * The certificates with which etcd is reached: needed for https, refused for http.
   *
   * @default - none
   */
  readonly certificates?: EtcdCertificates;

  /**
   * The image with etcd's tools.
   *
   * @default - quay.io/coreos/etcd with the tag of the version, such as quay.io/coreos/etcd:v3.5.21
   */
  readonly image?: string;

  /**
   * The folder of etcd's data on its hosts.
   *
   * @default /var/lib/etcd
   */
  readonly dataFolder?: string;
}
