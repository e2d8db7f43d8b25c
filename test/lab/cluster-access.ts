import { NodeAccess } from './node-access';
import { Outcome } from '../toolchain/run';

export interface KubectlOptions {
  /** What kubectl reads, as with `-f -`. @default - nothing */
  readonly input?: string;
  /** The control plane whose API server is asked. @default - the first one that runs */
  readonly via?: string;
}

/** A cluster as scenarios see it, be it the lab's or somebody else's. */
export interface ClusterAccess {
  readonly controlPlanes: NodeAccess[];
  readonly workers: NodeAccess[];
  /** Machines that run an etcd outside the cluster. */
  readonly etcdMembers: NodeAccess[];

  /** Throws when there is no node of this name. */
  node(name: string): NodeAccess;

  /** Runs kubectl with an administrator's rights. */
  kubectl(args: string[], options?: KubectlOptions): Promise<Outcome>;

  /** Puts images onto nodes, so that no registry is needed. @param nodes all that run pods, unless named. */
  loadImages(references: string[], nodes?: NodeAccess[]): Promise<void>;

  /** Offers a version for upgrades: its packages where the nodes' source of packages leads, and its images on them. */
  offer(version: string): Promise<void>;

  /** Waits until every node and every pod of kube-system is up. */
  waitUntilReady(): Promise<void>;
}
