import { Duration } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { MaintenanceWindow } from './maintenance-window';
import { homeOf, maintenanceOf, resolveMaintenance } from './node-maintenance';
import { NodeMaintenanceProps } from './node-maintenance-props';
import { NodeOrder, resolveOrder } from './node-order';
import { NodeOrderProps } from './node-order-props';
import { Turn } from './turn';
import { KubernetesVersion } from '../cluster/kubernetes-version';
import { requireSeconds } from '../require/duration';
import { requireGiven } from '../require/given';
import { hostOperationCronJob, ID_OF_RUN } from '../runtime/host-operation';
import { objectName } from '../runtime/object-name';
import { standardLabels } from '../runtime/program-pod';
import { resolveSchedule } from '../runtime/resolved-schedule';

/** Props of the maintenance of all nodes. */
export interface NodeMaintenanceCronJobProps extends NodeMaintenanceProps, NodeOrderProps {
  /** When nodes may begin. */
  readonly window: MaintenanceWindow;

  /**
   * How long one node is expected to take. A node begins only if so much is left of the window.
   *
   * @default Duration.minutes(30)
   */
  readonly expected?: Duration;

  /**
   * Whether the schedule is suspended. Runs that are under way go on.
   *
   * @default false
   */
  readonly suspend?: boolean;
}

/**
 * Maintains all nodes of a cluster in a window of time: packages of the operating system, or a command, and a reboot where the host asks for one. Each
 * node has a CronJob, and all have the same schedule. Control planes go first, one after the other, then the workers. If the window is too short for
 * all, the worker whose latest run is longest ago goes first the next time.
 *
 * A second container in each pod says when it is the node's turn. It can read nodes, the pods of control planes and a ConfigMap of
 * this construct, and change nothing. The node is marked, cordoned and drained by its own kubelet's identity.
 *
 * Throws when the chart has no namespace, when the cluster is older than 1.29, when no node is left, when `skip` names a node that the cluster doesn't
 * have, when workers are known by labels only, when the strategy is surge, when there is nothing to do, when a node is expected to take longer than the window, and when a number
 * or a duration isn't valid.
 */
export class NodeMaintenanceCronJob extends Construct {
  /** The CronJobs, one for each node, control planes first. */
  public readonly cronJobs: kplus.CronJob[];

  constructor(scope: Construct, id: string, props: NodeMaintenanceCronJobProps) {
    super(scope, id);
    requireGiven(props, 'cluster', 'window');
    const { window, expected = Duration.minutes(30) } = props;
    requireSidecars(props.cluster.kubernetesVersion);
    requireExpected(expected, window);
    const order = resolveOrder(props.cluster, props);
    requireNoReplacement(order);
    const maintenance = resolveMaintenance(props);
    const { cluster, job } = maintenance;
    const labels = { ...maintenance.labels, 'cdk8s-day2/maintenance': id };
    const series = objectName(this);
    const seconds = { WINDOW: String(window.duration.toSeconds()), EXPECTED: String(expected.toSeconds()) };
    // A run that begins after the window would only say so.
    const schedule = resolveSchedule({
      schedule: window.schedule, timeZone: window.timeZone, startingDeadline: window.duration, suspend: props.suspend,
    });
    const turn = new Turn(this, { ...order, afterJobs: [], longestAgoFirst: true }, standardLabels('node-maintenance', cluster.name, labels));
    this.cronJobs = [...order.controlPlanes, ...order.workers].map((node) => {
      const home = homeOf(this, node);
      const asked = turn.partFor(home, node, { cluster, job, env: { OPERATION: ID_OF_RUN, SERIES: kplus.EnvValue.fromValue(series) } });
      const pod = maintenanceOf(node, { ...maintenance, env: { ...maintenance.env, SERIES: series, ...seconds }, labels }, asked);
      return hostOperationCronJob(this, home, { ...pod, serviceAccount: turn.serviceAccount, schedule });
    });
  }
}

/** The container that says whose turn it is must run beside the work. Before 1.29 it would run before the work, and never end. */
function requireSidecars(version: KubernetesVersion): void {
  if (version.minor < 29) {
    throw new Error(`the cluster's kubernetesVersion must be 1.29 or newer, got ${version}: older ones have no sidecar containers; use NodeMaintenanceJob`);
  }
}

function requireNoReplacement({ replacements }: NodeOrder): void {
  if (Object.keys(replacements).length > 0) {
    throw new Error('strategy must be UpgradeStrategy.rolling() or allAtOnce(), got surge: a maintenance replaces no node');
  }
}

function requireExpected(expected: Duration, { duration }: MaintenanceWindow): void {
  if (requireSeconds('expected', expected) > duration.toSeconds()) {
    throw new Error(`expected must be at most the window's duration, ${duration.toMinutes()} minutes, got ${expected.toSeconds()} s: `
      + 'no node would ever begin');
  }
}
