import { Duration } from 'cdk8s';
import { DrainPolicy } from './drain-policy';
import { PackageSource } from './package-source';
import { KubeadmCluster } from '../cluster/kubeadm-cluster';
import { KubernetesVersion } from '../cluster/kubernetes-version';
import { HostOperationJobProps } from '../runtime/host-operation-job-props';

/** How nodes are upgraded. */
export interface NodeUpgradeProps extends HostOperationJobProps {
  /** The cluster. Its `kubernetesVersion` is what the control planes run now. */
  readonly cluster: KubeadmCluster;

  /** The version to which nodes are upgraded, with its patch: a newer patch, or the next minor. */
  readonly to: KubernetesVersion;

  /** The time in UTC after which the upgrade of a node must not begin, such as `2026-11-22T00:00:00Z`. */
  readonly expires: string;

  /**
   * Where the nodes get their packages from.
   *
   * @default PackageSource.ofNode()
   */
  readonly packages?: PackageSource;

  /**
   * How the pods of a node are moved away.
   *
   * @default - one hour, then the node is given back. A node with pods that have an emptyDir, or no controller, is not touched
   */
  readonly drain?: DrainPolicy;

  /**
   * Names of kubeadm's preflight checks that may fail, such as `SystemVerification`.
   *
   * @default - none
   */
  readonly ignorePreflightErrors?: string[];

  /**
   * The folder of kubeadm's patches, on each of the nodes, such as `/etc/kubernetes/patches`. It must belong to root, and not be empty.
   *
   * @see https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/control-plane-flags/#patches
   * @default - no patches
   */
  readonly patchesFolder?: string;

  /**
   * Whether kubeadm renews the certificates that it has made, as an upgrade usually does.
   *
   * @default true
   */
  readonly renewCertificates?: boolean;

  /**
   * Whether etcd is upgraded, where it runs as a static pod. If not, it and its manifest stay as they are.
   *
   * @default true
   */
  readonly upgradeEtcd?: boolean;

  /**
   * Whether changes that people made by hand may be lost: in the manifests of the control plane and in the kubelet's settings. kubeadm writes both anew
   * from its own settings in the cluster. If not, a node with such changes is refused before anything is done, and the message names the changes.
   *
   * Etcd's data folder and addresses are never lost: a node is refused in any case if kubeadm would start etcd with another one.
   *
   * @default false
   */
  readonly dropHandMadeChanges?: boolean;

  /**
   * Whether the node is only checked, and says what would be done. Nothing is changed.
   *
   * @default false
   */
  readonly dryRun?: boolean;

  /**
   * How long `kubeadm upgrade` may take.
   *
   * @default Duration.minutes(30)
   */
  readonly kubeadmTimeout?: Duration;

  /**
   * How long a control plane, or etcd, may be unhealthy before the upgrade of its node counts as failed.
   *
   * @default Duration.minutes(10)
   */
  readonly readyTimeout?: Duration;

  /**
   * The number of this attempt. An upgrade that has failed is tried again by a higher one. Nodes that are upgraded already are left alone.
   *
   * @default 1
   */
  readonly attempt?: number;
}
