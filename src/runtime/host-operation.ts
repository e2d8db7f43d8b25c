import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { Program } from './program';
import { ProgramPart } from './program-part';
import { ProgramPod } from './program-pod';
import { ResolvedJob } from './resolved-job';
import { Rights } from './rights';
import { Tool } from './toolbox';
import { KubernetesVersion } from '../cluster/kubernetes-version';
import { requireText } from '../require/text';

/** Where host operations keep their records, on the host and, mounted at the same path, in the pods that carry them. */
export const HOST_OPERATIONS_FOLDER = '/var/lib/cdk8s-day2';

/** A part of a pod that carries the operation, with further words on the program's command line; its name must be the pod's only one. */
export type Carry = (name: string, ...args: string[]) => ProgramPart;

/** What is done on one host, once. */
export interface HostOperationProps {
  readonly program: Program;
  /** The operation's id on the host, see programs/lib/operation.sh. */
  readonly operationId: string;
  /** The time in UTC after which it must not begin. */
  readonly expires: string;
  /** The name of the node on whose host it is done. */
  readonly node: string;
  /** Of the cluster that the Job runs in, where it is known. */
  readonly kubernetesVersion?: KubernetesVersion;
  readonly image: string;
  /** How the Job runs. */
  readonly job: ResolvedJob;
  /** The program's own variables. */
  readonly env: { [name: string]: string };
  /** What the pod needs besides the folder of the records. */
  readonly mounts?: kplus.VolumeMount[];
  /**
   * The pod's parts, in their order: before, between and after the parts that carry, others may have their turn, which ask the API server.
   * The unit on the host goes on by itself meanwhile, if it doesn't wait for the next part that carries.
   *
   * @default - one that carries the operation from its begin to its end
   */
  readonly parts?: (carry: Carry) => ProgramPart[];
  /**
   * Whose token those parts get that want one.
   *
   * @default - nobody's: no part may want one
   */
  readonly serviceAccount?: kplus.IServiceAccount;
  /**
   * What all parts have on their search path beside busybox and their own image, and the program can stage on the host.
   *
   * @default - nothing
   */
  readonly tools?: Tool[];
  /**
   * The taints that don't keep the pod away.
   *
   * @default - those of control planes, and a cordon
   */
  readonly tolerations?: kplus.NodeTaintQuery[];
  readonly labels: { [key: string]: string };
  readonly annotations: { [key: string]: string };
}

/** What the program has ended by itself ends the same at every try: see the exit status in programs/restore.sh. */
function endedForGood(containers: string[], kubernetesVersion: KubernetesVersion): object {
  return {
    rules: containers.map((containerName) => ({
      action: 'FailJob',
      onExitCodes: { containerName, operator: 'In', values: [1, 2] },
      // API servers drop the empty list, so it stands only where what checks manifests without one insists on it.
      ...kubernetesVersion._requiresOnPodConditions && { onPodConditions: [] },
    })),
  };
}

/** Refuses an id that is no name for an operation on a host. */
export function requireOperationId(prop: string, id: string): void {
  requireText(prop, id);
  if (!/^[a-z0-9][a-z0-9.-]{0,62}$/.test(id)) {
    throw new Error(`${prop} must have 1 to 63 lower-case letters, digits, hyphens and dots, a letter or digit first, got ${JSON.stringify(id)}`);
  }
}

/**
 * A Job whose pod carries a program to its node's host, where it goes on as a systemd unit whatever becomes of the pod.
 *
 * The Job's id in the scope is the node's name; `home` is where all else goes that the pod needs.
 */
export function hostOperationJob(scope: Construct, home: Construct, props: HostOperationProps): kplus.Job {
  const operations = kplus.Volume.fromHostPath(home, 'Operations', 'operations', {
    path: HOST_OPERATIONS_FOLDER,
    type: kplus.HostPathVolumeType.DIRECTORY_OR_CREATE,
  });
  const variables = { OPERATION: props.operationId, ...props.env, EXPIRES: props.expires };
  const carriers: string[] = [];
  const carry: Carry = (name, ...args) => {
    carriers.push(name);
    return {
      name,
      program: props.program,
      args: ['carry', ...args],
      image: props.image,
      env: Object.fromEntries(Object.entries(variables).map(([variable, value]) => [variable, kplus.EnvValue.fromValue(value)])),
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
  return pod.jobIn(scope, props.node, {
    // A pod that is started again attaches to what is under way.
    backoffLimit: props.job.backoffLimit,
    ttlAfterFinished: props.job.ttlAfterFinished,
    podFailurePolicy: props.kubernetesVersion?.supportsPodFailurePolicy ? endedForGood(carriers, props.kubernetesVersion) : undefined,
  });
}
