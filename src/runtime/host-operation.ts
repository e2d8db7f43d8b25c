import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { Program } from './program';
import { ProgramPart } from './program-part';
import { ProgramPod } from './program-pod';
import { ResolvedJob } from './resolved-job';
import { ResolvedSchedule } from './resolved-schedule';
import { Rights } from './rights';
import { Tool } from './toolbox';
import { KubernetesVersion } from '../cluster/kubernetes-version';
import { requireText } from '../require/text';

/** The folder of the operations' records, on the host and, mounted at the same path, in the pods that carry operations. */
export const HOST_OPERATIONS_FOLDER = '/var/lib/cdk8s-day2';

/** Makes a part of a pod that carries the operation. `name` must be unique in the pod; `args` are added to the program's command line. */
export type Carry = (name: string, ...args: string[]) => ProgramPart;

/** The id of an operation that is a run of a CronJob: the name of its Job, which has the time of the run in it. Kubernetes 1.27 and newer. */
export const ID_OF_RUN = kplus.EnvValue.fromFieldRef(kplus.EnvFieldPaths.POD_LABEL, { key: 'batch.kubernetes.io/job-name' });

/** An operation that is done on one host. */
export interface HostOperationProps {
  readonly program: Program;
  /** The name of the node on which the operation is done. */
  readonly node: string;
  /** The version of the cluster that the Job runs in, where it is known. */
  readonly kubernetesVersion?: KubernetesVersion;
  readonly image: string;
  /** How the Job runs. */
  readonly job: ResolvedJob;
  /** The program's own variables. Kubernetes would read `$(…)` in them. */
  readonly env: { [name: string]: string };
  /** What the pod mounts besides the folder of the records. */
  readonly mounts?: kplus.VolumeMount[];
  /**
   * The pod's parts, in order. Parts that ask the API server may stand before, between and after the parts that carry. While they run, the
   * unit on the host goes on by itself, unless it waits for the next part that carries.
   *
   * @default - one part, which carries the operation from begin to end
   */
  readonly parts?: (carry: Carry) => ProgramPart[];
  /**
   * The service account whose token goes to the parts with `token`.
   *
   * @default - none: no part may have `token`
   */
  readonly serviceAccount?: kplus.IServiceAccount;
  /**
   * Tools that all parts have on their search path, besides busybox and those of their own image. The program can copy them to the host.
   *
   * @default - nothing
   */
  readonly tools?: Tool[];
  /**
   * The taints that the pod tolerates.
   *
   * @default - those of control planes and of a cordon
   */
  readonly tolerations?: kplus.NodeTaintQuery[];
  readonly labels: { [key: string]: string };
  readonly annotations: { [key: string]: string };
}

/** An operation that is done on one host, once. */
export interface HostOperationOnceProps extends HostOperationProps {
  /** The operation's id on the host, see programs/lib/operation.sh. */
  readonly operationId: string;
  /** The time in UTC after which the operation must not begin. */
  readonly expires: string;
}

/** An operation that is done on one host again and again. Each run has an id of its own, `ID_OF_RUN`. */
export interface HostOperationRunsProps extends HostOperationProps {
  readonly schedule: ResolvedSchedule;
}

/** Exit statuses 1 and 2 are final: another try would end the same. See the exit status in programs/restore.sh. */
function endedForGood(containers: string[], kubernetesVersion: KubernetesVersion): object {
  return {
    rules: containers.map((containerName) => ({
      action: 'FailJob',
      onExitCodes: { containerName, operator: 'In', values: [1, 2] },
      // API servers drop the empty list. It is written only where the published schema requires it, for tools that check manifests by that.
      ...kubernetesVersion._requiresOnPodConditions && { onPodConditions: [] },
    })),
  };
}

/** Refuses what can't be the id of an operation on a host. */
export function requireOperationId(prop: string, id: string): void {
  requireText(prop, id);
  if (!/^[a-z0-9][a-z0-9.-]{0,62}$/.test(id)) {
    throw new Error(`${prop} must have 1 to 63 lower-case letters, digits, hyphens and dots, a letter or digit first, got ${JSON.stringify(id)}`);
  }
  if (id.endsWith('.dry-run')) {
    throw new Error(`${prop} must not end in .dry-run, got ${JSON.stringify(id)}: ids of dry runs end so by themselves`);
  }
}

/**
 * A Job whose pod carries a program to its node. There the program runs as a systemd unit, whatever becomes of the pod.
 *
 * The Job's id in `scope` is the node's name; everything else that the pod needs goes into `home`.
 */
export function hostOperationJob(scope: Construct, home: Construct, props: HostOperationOnceProps): kplus.Job {
  const { pod, ...job } = carryingPod(home, props, kplus.EnvValue.fromValue(props.operationId), { EXPIRES: props.expires });
  return pod.jobIn(scope, props.node, { ...job, ttlAfterFinished: props.job.ttlAfterFinished });
}

/** As `hostOperationJob`, on a schedule. */
export function hostOperationCronJob(scope: Construct, home: Construct, props: HostOperationRunsProps): kplus.CronJob {
  const { pod, ...job } = carryingPod(home, props, ID_OF_RUN);
  return pod.cronJobIn(scope, props.node, { ...props.schedule, ...job });
}

/** The pod that carries an operation, and how its Job runs. */
function carryingPod(home: Construct, props: HostOperationProps, operationId: kplus.EnvValue, last: { [name: string]: string } = {}) {
  const operations = kplus.Volume.fromHostPath(home, 'Operations', 'operations', {
    path: HOST_OPERATIONS_FOLDER,
    type: kplus.HostPathVolumeType.DIRECTORY_OR_CREATE,
  });
  const variables = Object.entries({ ...props.env, ...last }).map(([variable, value]) => [variable, kplus.EnvValue.fromValue(value)]);
  const carriers: string[] = [];
  const carry: Carry = (name, ...args) => {
    carriers.push(name);
    return {
      name,
      program: props.program,
      args: ['carry', ...args],
      image: props.image,
      env: { OPERATION: operationId, ...Object.fromEntries(variables) },
      mounts: [{ volume: operations, path: HOST_OPERATIONS_FOLDER }, ...props.mounts ?? []],
      rights: Rights.HOST,
      resources: props.job.resources,
    };
  };
  const pod = new ProgramPod(home, {
    parts: props.parts?.(carry) ?? [carry(props.program.name)],
    images: props.job.images,
    tools: props.tools,
    serviceAccount: props.serviceAccount,
    hostNetwork: false,
    nodes: [props.node],
    tolerations: props.tolerations,
    priorityClassName: props.job.priorityClassName,
    labels: props.labels,
    annotations: props.annotations,
  });
  return {
    pod,
    // A new pod attaches to the operation that is under way.
    backoffLimit: props.job.backoffLimit,
    podFailurePolicy: props.kubernetesVersion?.supportsPodFailurePolicy ? endedForGood(carriers, props.kubernetesVersion) : undefined,
  };
}
