/**
 * A member of an etcd cluster that runs on the control planes.
 */
export interface EtcdMember {
  /** The name of its node. kubeadm gives the member the same name. */
  readonly name: string;
  /** The URL at which the other members reach it, such as `https://10.0.0.1:2380`. */
  readonly peerUrl: string;
  /** The URL at which clients reach it from other machines, such as `https://10.0.0.1:2379`. */
  readonly clientUrl: string;
  /**
   * The availability zone of its node. Volumes of other zones can't be attached to that node.
   *
   * @default - not known
   */
  readonly zone?: string;
}
