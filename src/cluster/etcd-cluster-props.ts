import { EtcdCertificates } from './etcd-certificates';
import { EtcdVersion } from './etcd-version';
import { KubernetesVersion } from './kubernetes-version';

/** Props of every etcd cluster. */
export interface EtcdClusterProps {
  /**
   * The cluster's name: a DNS label. It is the name of the folder of the backups, so clusters whose backups share a volume must have different
   * names. Objects have it as the label `app.kubernetes.io/instance`.
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
   * Addresses of control planes, by node name. They are needed for nodes whose names can't be resolved on the other control planes.
   *
   * They are needed, too, where the manifest or command line doesn't tell at which addresses the other members answer clients: where clients
   * and members use different networks, or URLs mean each machine itself, such as `https://127.0.0.1:2379`.
   *
   * @default - taken from the manifest or command line where it names them, otherwise the node names
   */
  readonly addresses?: { readonly [node: string]: string };

  /**
   * Availability zones of control planes, by node name: the values of their label `topology.kubernetes.io/zone`. With them, a volume that can't
   * be attached to a pod's node is an error when the chart is synthesized. Without them, that pod waits for ever.
   *
   * @default - not known
   */
  readonly zones?: { readonly [node: string]: string };

  /**
   * The certificates with which etcd is reached.
   *
   * @default - those of the health check's client, `healthcheck-client.crt` beside the server's certificate
   */
  readonly certificates?: EtcdCertificates;
}

/** Props of the etcd of a kubeadm cluster. */
export interface KubeadmEtcdProps extends StackedEtcdProps {
  /** The version of Kubernetes. It tells which etcd kubeadm has started. */
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
   * @default - the one that kubeadm of the Kubernetes version uses, such as registry.k8s.io/etcd:3.6.5-0
   */
  readonly image?: string;
}

/** Props of an etcd that is read from the manifest or the command line of a member. */
export interface RunningEtcdProps extends StackedEtcdProps {
  /**
   * The names of all control-plane nodes.
   *
   * A member's `--initial-cluster` names the members that there were when it joined; on kubeadm's first control plane, only itself. So set this
   * unless the manifest or command line is from the control plane that joined last. Set it, too, where members have other names than their
   * nodes: the member `cp1.example.com` is then taken for that of the node `cp1`, by its first label.
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
  /** The image that etcd runs from. A command line doesn't tell it; `crictl images etcd` lists it. */
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
