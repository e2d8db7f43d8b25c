import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { requireNodeOf } from './node-order';
import { nodeUpgradeJob } from './node-upgrade';
import { NodeUpgradeProps } from './node-upgrade-props';
import { resolveUpgrade } from './resolved-upgrade';
import { requireGiven } from '../require/given';
import { requireText } from '../require/text';

/** Props of the upgrade of one node. */
export interface NodeUpgradeJobProps extends NodeUpgradeProps {
  /** The name of the node. */
  readonly node: string;
}

/**
 * Upgrades Kubernetes on one node by its packages: kubeadm, then what kubeadm does on it, then, with the node drained, the kubelet. It waits
 * for no other node, so you keep the order: control planes first, one after the other, then the workers. `ClusterUpgrade` keeps it for you.
 *
 * The node cordons and drains itself with the kubelet's own identity. The pod has no token, and needs no rights in the cluster.
 *
 * Throws when `node` isn't one of the cluster's, when `to` has no patch, is older than 1.31 or may not follow what the cluster runs, and when a
 * number, a name or a time isn't valid.
 */
export class NodeUpgradeJob extends Construct {
  /** The Job. */
  public readonly job: kplus.Job;

  /** All the Jobs: only `job`. */
  public readonly jobs: kplus.Job[];

  constructor(scope: Construct, id: string, props: NodeUpgradeJobProps) {
    super(scope, id);
    requireGiven(props, 'cluster', 'node', 'to', 'expires');
    requireText('node', props.node);
    requireNodeOf(props.cluster, props.node);
    this.job = nodeUpgradeJob(this, props.node, resolveUpgrade(props));
    this.jobs = [this.job];
  }
}
