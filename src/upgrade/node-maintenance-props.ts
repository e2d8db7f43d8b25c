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
   * How long packages may fail to be fetched or installed, for instance as a source is away, before the maintenance of the node counts as failed.
   *
   * @default Duration.hours(1)
   */
  readonly packagesTimeout?: Duration;

  /**
   * What a shell does on the host as root, after the packages. When it is killed in the middle, it is done again, so it must be fit for that. Another
   * exit status than 0 ends the maintenance of this node.
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
   * Whether the node is rebooted. Only then it is cordoned and drained.
   *
   * @default RebootPolicy.whenAsked()
   */
  readonly reboot?: RebootPolicy;

  /**
   * How the pods of a node are moved away before it is rebooted.
   *
   * @default - an hour, then the node is given back; pods with an emptyDir, or without a controller, are refused
   */
  readonly drain?: DrainPolicy;

  /**
   * How long etcd may be unhealthy, before the maintenance of a control plane counts as failed.
   *
   * @default Duration.minutes(10)
   */
  readonly readyTimeout?: Duration;
}
