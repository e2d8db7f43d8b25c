import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { homeOf, maintenanceOf, resolveMaintenance } from './node-maintenance';
import { NodeMaintenanceProps } from './node-maintenance-props';
import { requireNodeOf } from './node-order';
import { requireGiven } from '../require/given';
import { requireText } from '../require/text';
import { requireUtcTime } from '../require/utc-time';
import { hostOperationJob, requireOperationId } from '../runtime/host-operation';
import { HostOperationJobProps } from '../runtime/host-operation-job-props';

/** Props of the maintenance of one node. */
export interface NodeMaintenanceJobProps extends NodeMaintenanceProps, HostOperationJobProps {
  /** The name of the node. */
  readonly node: string;

  /** The name of this maintenance, used only once on the node: 1 to 63 lower-case letters, digits, hyphens and dots. */
  readonly maintenanceId: string;

  /** The time in UTC after which it must not begin, such as `2026-11-22T00:00:00Z`. */
  readonly expires: string;
}

/**
 * Maintains one node, once: packages of the operating system, or a command, and a reboot where the host asks for one. It waits for no other node:
 * `NodeMaintenanceCronJob` keeps the order of all nodes.
 *
 * The node cordons and drains itself with the kubelet's own identity, and uncordons only what it has cordoned. The pod has no token, and needs no
 * rights in the cluster.
 *
 * Throws when `node` isn't one of the cluster's, when `maintenanceId` or `expires` isn't written as it must be, when there is nothing to do, and when
 * a number or a duration isn't valid.
 */
export class NodeMaintenanceJob extends Construct {
  /** The Job. */
  public readonly job: kplus.Job;

  /** All the Jobs: only `job`. */
  public readonly jobs: kplus.Job[];

  constructor(scope: Construct, id: string, props: NodeMaintenanceJobProps) {
    super(scope, id);
    requireGiven(props, 'cluster', 'node', 'maintenanceId', 'expires');
    const { node, maintenanceId, expires } = props;
    requireText('node', node);
    requireNodeOf(props.cluster, node);
    requireOperationId('maintenanceId', maintenanceId);
    requireUtcTime('expires', expires);
    const maintenance = resolveMaintenance(props);
    const pod = maintenanceOf(node, {
      ...maintenance,
      // By the label of the operation the drain knows the pod that carries it.
      labels: { ...maintenance.labels, 'cdk8s-day2/operation': maintenanceId },
      annotations: { 'cdk8s-day2/expires': expires, ...maintenance.annotations },
    });
    this.job = hostOperationJob(this, homeOf(this, node), { ...pod, operationId: maintenanceId, expires });
    this.jobs = [this.job];
  }
}
