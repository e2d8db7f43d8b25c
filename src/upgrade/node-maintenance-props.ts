import { Duration } from 'cdk8s';
import { DrainPolicy } from './drain-policy';
import { OsPackages } from './os-packages';
import { RebootPolicy } from './reboot-policy';
import { KubeadmCluster } from '../cluster/kubeadm-cluster';
import { HostOperationPodProps } from '../runtime/host-operation-pod-props';

/** What is done on nodes, whatever the schedule. */
export interface NodeMaintenanceProps extends HostOperationPodProps {
  /** The cluster. */
  readonly cluster: KubeadmCluster;

  /**
   * The packages of the operating system that are updated.
   *
   * @default OsPackages.securityUpdates()
   */
  readonly packages?: OsPackages;

  /**
   * How long a node tries to fetch and install packages, for instance while a source does not answer. After that its maintenance fails.
   *
   * @default Duration.hours(1)
   */
  readonly packagesTimeout?: Duration;

  /**
   * A line for sh, which runs on the host as root after the packages. If it is killed in the middle, it runs again: it must be safe to repeat. Any
   * exit status but 0 ends the maintenance of this node.
   *
   * @default - nothing
   */
  readonly command?: string;

  /**
   * How long the command may take.
   *
   * @default Duration.minutes(30)
   */
  readonly commandTimeout?: Duration;

  /**
   * Whether the node is rebooted. It is cordoned and drained only before a reboot.
   *
   * @default RebootPolicy.whenAsked()
   */
  readonly reboot?: RebootPolicy;

  /**
   * How the pods of a node are moved away before it is rebooted.
   *
   * @default - one hour, then the node is given back. A node with pods that have an emptyDir, or no controller, is not touched
   */
  readonly drain?: DrainPolicy;

  /**
   * How long etcd may be unhealthy, before the maintenance of a control plane counts as failed.
   *
   * @default Duration.minutes(10)
   */
  readonly readyTimeout?: Duration;
}
