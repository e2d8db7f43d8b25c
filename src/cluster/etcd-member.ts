/**
 * A member of an etcd cluster that runs on the control planes.
 */
export interface EtcdMember {
  /** The member's name, which is its node's in a kubeadm cluster. */
  readonly name: string;
  /** The URL at which the other members reach it, such as `https://10.0.0.1:2380`. */
  readonly peerUrl: string;
  /** The URL at which clients reach it from other machines, such as `https://10.0.0.1:2379`. */
  readonly clientUrl: string;
}
