import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { resolveOrder } from './node-order';
import { NodeOrderProps } from './node-order-props';
import { nodeUpgradeJob } from './node-upgrade';
import { NodeUpgradeProps } from './node-upgrade-props';
import { replacedIn, resolveUpgrade } from './resolved-upgrade';
import { Turn } from './turn';
import { EtcdSnapshotJob } from '../backup/etcd-snapshot-job';
import { standardLabels } from '../runtime/program-pod';

/** Props of the upgrade of a cluster. */
export interface ClusterUpgradeProps extends NodeUpgradeProps, NodeOrderProps {
  /**
   * A snapshot of etcd that must be taken before the first node begins. It must be in the same namespace.
   *
   * @default - none
   */
  readonly snapshot?: EtcdSnapshotJob;
}

/**
 * Upgrades a cluster to another version of Kubernetes: a Job for each node. The control planes go first, one after the other, then the workers.
 * A node begins when those before it are upgraded and healthy. That is read from what runs, so it doesn't matter in which order the Jobs are
 * applied, or how often. A node that fails holds back the nodes behind it.
 *
 * A second container in each pod says when it is the node's turn. It can read nodes, the pods of control planes and the two
 * objects of this construct that it waits for, and change nothing. The node is marked, cordoned and drained by its own kubelet's identity.
 *
 * Throws when the chart has no namespace, when `to` has no patch, is older than 1.31 or may not follow what the cluster runs, when no node is left,
 * when `skip` names a node that the cluster doesn't have, when workers are known by labels only, and when a number, a name or a time isn't valid.
 */
export class ClusterUpgrade extends Construct {
  /** The Jobs, one for each node, in the order in which the nodes go. */
  public readonly jobs: kplus.Job[];

  constructor(scope: Construct, id: string, props: ClusterUpgradeProps) {
    super(scope, id);
    const upgrade = resolveUpgrade(props);
    const { snapshot } = props;
    const order = resolveOrder(props.cluster, props);
    const labels = { ...upgrade.labels, 'cdk8s-day2/upgrade': id };
    const turn = new Turn(this, { ...order, afterJobs: snapshot?.jobs ?? [], longestAgoFirst: false }, standardLabels('node-upgrade', props.cluster.name, labels));
    this.jobs = [...order.controlPlanes, ...order.workers].map((node) => {
      const replacedBy = order.replacements[node];
      return nodeUpgradeJob(this, node, { ...replacedBy === undefined ? upgrade : replacedIn(upgrade, replacedBy), labels }, turn);
    });
  }
}
