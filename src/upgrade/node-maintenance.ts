import { Duration, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { DrainPolicy } from './drain-policy';
import { NodeMaintenanceProps } from './node-maintenance-props';
import { OsPackages } from './os-packages';
import { RebootPolicy } from './reboot-policy';
import { AskedTurn } from './turn';
import { KubeadmCluster } from '../cluster/kubeadm-cluster';
import { requireSeconds } from '../require/duration';
import { requireGiven } from '../require/given';
import { requireText } from '../require/text';
import { HostOperationProps } from '../runtime/host-operation';
import { HostOperationJobProps } from '../runtime/host-operation-job-props';
import { Program } from '../runtime/program';
import { standardLabels } from '../runtime/program-pod';
import { resolveJob, ResolvedJob } from '../runtime/resolved-job';

/** The props of a maintenance, checked, with every default filled in: the same for all nodes. */
export interface ResolvedMaintenance {
  readonly cluster: KubeadmCluster;
  readonly job: ResolvedJob;
  readonly env: { [name: string]: string };
  readonly labels: { [key: string]: string };
  readonly annotations: { [key: string]: string };
}

/** Throws when a prop isn't valid, and when there is nothing to do. */
export function resolveMaintenance(props: NodeMaintenanceProps & HostOperationJobProps): ResolvedMaintenance {
  requireGiven(props, 'cluster');
  const {
    packages = OsPackages.securityUpdates(), command, reboot = RebootPolicy.whenAsked(), drain = DrainPolicy.of({}),
    packagesTimeout = Duration.hours(1), commandTimeout = Duration.minutes(30), readyTimeout = Duration.minutes(10),
  } = props;
  if (command !== undefined) {
    requireText('command', command);
    if (command.trim() === '') {
      throw new Error('command must be a line for sh, got "": leave it out to do none');
    }
  }
  if (packages._isNone && command === undefined && reboot._isNever) {
    throw new Error('packages, command or reboot must give something to do, got OsPackages.none(), no command and RebootPolicy.never(): choose one of them');
  }
  return {
    cluster: props.cluster,
    job: resolveJob(props),
    env: {
      ...packages._environment,
      PACKAGES_TIMEOUT: String(requireSeconds('packagesTimeout', packagesTimeout)),
      ...command !== undefined && { COMMAND: escaped(command) },
      COMMAND_TIMEOUT: String(requireSeconds('commandTimeout', commandTimeout)),
      ...reboot._environment,
      ...drain._environment,
      READY_TIMEOUT: String(requireSeconds('readyTimeout', readyTimeout)),
    },
    labels: { ...props.labels },
    annotations: { ...props.annotations },
  };
}

/** What the pod for a node is, once or on a schedule. With `asked`, the node waits until it is its turn. */
export function maintenanceOf(node: string, { cluster, job, env, labels, annotations }: ResolvedMaintenance, asked?: AskedTurn): HostOperationProps {
  const { minor, patch = 0 } = cluster.kubernetesVersion;
  return {
    program: Program.MAINTAIN_NODE,
    kubernetesVersion: cluster.kubernetesVersion,
    node,
    image: job.images.etcdFor(cluster),
    tools: [{ name: 'kubectl', path: '/bin/kubectl', image: job.images.rewrite(`registry.k8s.io/kubectl:v1.${minor}.${patch}`), size: Size.mebibytes(80) }],
    // The node is drained under the pod, and may be cordoned by anybody.
    tolerations: [kplus.NodeTaintQuery.any()],
    job,
    env: { SELF: node, ...env, ...asked?.env },
    mounts: asked && [asked.mount],
    parts: (carry) => [...asked ? [asked.part] : [], carry(Program.MAINTAIN_NODE.name)],
    labels: standardLabels('node-maintenance', cluster.name, { ...labels, ...asked?.labels }),
    annotations,
  };
}

/** Where pods for nodes are made. */
export function homeOf(scope: Construct, node: string): Construct {
  return new Construct(scope, `pod:${node}`);
}

/** Kubernetes reads `$(NAME)` in the values of variables, and `$$` as `$`. */
function escaped(text: string): string {
  return text.replaceAll('$', '$$$$');
}
