import { ApiObject, JsonPatch } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { oneShotJob } from './one-shot';
import { Program } from './program';
import { ProgramPod } from './program-pod';
import { ResolvedJob } from './resolved-job';
import { KubernetesVersion } from '../cluster/kubernetes-version';
import { requireText } from '../require/text';

/** Where host operations keep their records, on the host and, mounted at the same path, in the pods that carry them. */
export const HOST_OPERATIONS_FOLDER = '/var/lib/cdk8s-day2';

/** What is done on one host, once. */
export interface HostOperationProps {
  readonly program: Program;
  /** The operation's id on the host, see programs/lib/host-operation.sh. */
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
  readonly labels: { [key: string]: string };
  readonly annotations: { [key: string]: string };
}

/** What the program has ended by itself ends the same at every try: see the exit status in programs/restore.sh. */
function endedForGood({ name }: Program, kubernetesVersion: KubernetesVersion): object {
  const rule = { action: 'FailJob', onExitCodes: { containerName: name, operator: 'In', values: [1, 2] } };
  // API servers drop the empty list, so it stands only where what checks manifests without one insists on it.
  return { rules: [kubernetesVersion._requiresOnPodConditions ? { ...rule, onPodConditions: [] } : rule] };
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
  const { labels, annotations } = props;
  const operations = kplus.Volume.fromHostPath(home, 'Operations', 'operations', {
    path: HOST_OPERATIONS_FOLDER,
    type: kplus.HostPathVolumeType.DIRECTORY_OR_CREATE,
  });
  const variables = { OPERATION: props.operationId, ...props.env, EXPIRES: props.expires };
  const pod = new ProgramPod(home, {
    program: props.program,
    args: ['carry'],
    image: props.image,
    images: props.job.images,
    env: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, kplus.EnvValue.fromValue(value)])),
    mounts: [{ volume: operations, path: HOST_OPERATIONS_FOLDER }, ...props.mounts ?? []],
    hostFiles: true,
    hostOperation: true,
    hostNetwork: false,
    nodes: [props.node],
    resources: props.job.resources,
    priorityClassName: props.job.priorityClassName,
    labels,
    annotations,
  });
  return oneShotJob(scope, props.node, (name) => {
    const job = new kplus.Job(scope, props.node, {
      ...pod.props,
      metadata: { name, labels, annotations },
      // A pod that is started again attaches to what is under way.
      backoffLimit: props.job.backoffLimit,
      ttlAfterFinished: props.job.ttlAfterFinished,
    });
    pod.complete(job, '/spec/template/spec');
    if (props.kubernetesVersion?.supportsPodFailurePolicy) {
      ApiObject.of(job).addJsonPatch(JsonPatch.add('/spec/podFailurePolicy', endedForGood(props.program, props.kubernetesVersion)));
    }
    return job;
  });
}
