import { ApiObject, JsonPatch } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { isPlaced } from './internals';
import { nameByContent } from './one-shot';
import { ProgramPart, renderParts } from './program-part';
import { NOBODY, Rights, securityContextOf } from './rights';
import { serviceAccountToken } from './service-account-token';
import { Tool, Toolbox } from './toolbox';
import { ContainerImages } from '../cluster/container-images';
import { requireObjectName } from '../require/object-name';

/** The taints of a control plane and of a cordon: a node that is being drained still has an etcd to back up. */
const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master', 'node.kubernetes.io/unschedulable']
  .map((key) => kplus.NodeTaintQuery.exists(key, { effect: kplus.TaintEffect.NO_SCHEDULE }));

/** A pod's programs, and what they need. */
export interface ProgramPodProps {
  /**
   * What runs in the pod, one part after the other, each to its end. When a part fails, the pod fails, and a new pod begins with the first
   * part again. The last part is the pod's main container, the parts before it are init containers: Kubernetes keeps the order, and no part
   * has to wait for another one. A part with `beside` doesn't end before the others.
   */
  readonly parts: ProgramPart[];
  readonly images: ContainerImages;
  /**
   * Tools that all parts have on their search path, besides busybox and those of their own image.
   *
   * @default - nothing
   */
  readonly tools?: Tool[];
  /**
   * The service account whose token goes to the parts with `token`.
   *
   * @default - none: no part may have `token`
   */
  readonly serviceAccount?: kplus.IServiceAccount;
  /** Whether the pod uses the host's network, to reach what listens on the node's loopback only. */
  readonly hostNetwork: boolean;
  /** Names of the nodes on which the pod may run; empty for any node. */
  readonly nodes: string[];
  /**
   * The taints that the pod tolerates; `NodeTaintQuery.any()` for all.
   *
   * @default - with `nodes`, those of control planes and of a cordon; none otherwise
   */
  readonly tolerations?: kplus.NodeTaintQuery[];
  readonly priorityClassName?: string;
  /** Labels of the workload and its pods. */
  readonly labels: { [key: string]: string };
  /** Annotations of the workload and its pods. */
  readonly annotations: { [key: string]: string };
}

/** What a Job has besides its pod. */
export interface ProgramJobProps extends Pick<kplus.JobProps, 'activeDeadline' | 'backoffLimit' | 'ttlAfterFinished'> {
  /** The exit statuses of parts at which the Job ends at once, as the API's `podFailurePolicy`; needs Kubernetes 1.26. */
  readonly podFailurePolicy?: object;
}

/** What a CronJob has besides its pod. */
export interface ProgramCronJobProps extends Omit<kplus.CronJobProps, keyof kplus.WorkloadProps>, Pick<ProgramJobProps, 'podFailurePolicy'> {}

/**
 * The pod that runs programs, rendered alike for Jobs and CronJobs. Its root file system is read-only, and it has no more than its parts need:
 * a token, capabilities or user root only where a part asks for it.
 */
export class ProgramPod {
  private readonly podProps: kplus.WorkloadProps;

  constructor(scope: Construct, private readonly props: ProgramPodProps) {
    const { parts, images, hostNetwork } = props;
    const asRoot = parts.some(({ rights }) => rights !== Rights.NONE);
    // Both enums have Kubernetes' words as values.
    const imagePullPolicy = images.imagePullPolicy as string as kplus.ImagePullPolicy;
    const toolbox = new Toolbox(scope, {
      busybox: images.busybox,
      imagePullPolicy,
      securityContext: securityContextOf(asRoot ? Rights.FILES_OF_ROOT : Rights.NONE),
      tools: props.tools ?? [],
    });
    const containers = renderParts(scope, toolbox, imagePullPolicy, parts, props.serviceAccount && serviceAccountToken(scope));
    this.podProps = {
      restartPolicy: kplus.RestartPolicy.NEVER,
      serviceAccount: props.serviceAccount,
      automountServiceAccountToken: false,
      hostNetwork: hostNetwork || undefined,
      // On the host's network the pod uses the node's resolver: the cluster's DNS may be what is broken.
      dns: { policy: hostNetwork ? kplus.DnsPolicy.DEFAULT : kplus.DnsPolicy.CLUSTER_FIRST },
      securityContext: asRoot ? { ensureNonRoot: false } : {
        ensureNonRoot: true,
        user: NOBODY,
        group: NOBODY,
        fsGroup: NOBODY,
        fsGroupChangePolicy: kplus.FsGroupChangePolicy.ON_ROOT_MISMATCH,
      },
      podMetadata: {
        labels: props.labels,
        // Without it, `kubectl logs` says at every call which container it chose.
        annotations: { 'kubectl.kubernetes.io/default-container': containers.at(-1)!.name!, ...props.annotations },
      },
      initContainers: [...toolbox.initContainers, ...containers.slice(0, -1)],
      containers: containers.slice(-1),
    };
  }

  /** A Job that runs the pod once. A changed Job is another Job, with another name. */
  public jobIn(scope: Construct, id: string, { podFailurePolicy, ...props }: ProgramJobProps): kplus.Job {
    const job = new kplus.Job(scope, id, { ...this.podProps, ...props, metadata: this.metadata });
    nameByContent(job);
    this.complete(job, '/spec/template/spec');
    if (podFailurePolicy) {
      ApiObject.of(job).addJsonPatch(JsonPatch.add('/spec/podFailurePolicy', podFailurePolicy));
    }
    return job;
  }

  /** A CronJob that runs the pod on a schedule. */
  public cronJobIn(scope: Construct, id: string, { podFailurePolicy, ...props }: ProgramCronJobProps): kplus.CronJob {
    const cronJob = new kplus.CronJob(scope, id, { ...this.podProps, ...props, metadata: this.metadata });
    this.complete(cronJob, '/spec/jobTemplate/spec/template/spec');
    // So that `kubectl get jobs -l` finds the Jobs, too.
    ApiObject.of(cronJob).addJsonPatch(JsonPatch.add('/spec/jobTemplate/metadata', { labels: this.props.labels }));
    if (podFailurePolicy) {
      ApiObject.of(cronJob).addJsonPatch(JsonPatch.add('/spec/jobTemplate/spec/podFailurePolicy', podFailurePolicy));
    }
    return cronJob;
  }

  private get metadata() {
    return { labels: this.props.labels, annotations: this.props.annotations };
  }

  /** Adds to a workload what cdk8s-plus can't render. `path` is the JSON pointer of its pod's spec. */
  private complete(workload: kplus.Workload, path: string): void {
    const { parts, nodes, priorityClassName, images: { pullSecretNames }, hostNetwork } = this.props;
    const api = ApiObject.of(workload);
    requireObjectName(api);
    for (const taint of this.props.tolerations ?? (nodes.length > 0 ? CONTROL_PLANE : [])) {
      workload.scheduling.tolerate(kplus.Node.tainted(taint));
    }
    const set = (key: string, value: any) => api.addJsonPatch(JsonPatch.add(`${path}/${key}`, value));
    if (!hostNetwork) {
      // The API server drops a `false` here: written out, it would be a difference at every apply.
      api.addJsonPatch(JsonPatch.remove(`${path}/hostNetwork`));
    }
    set('enableServiceLinks', false);
    // When the shell dies before it can write a termination message, the last lines of the log take its place.
    const before = this.podProps.initContainers!.length - (parts.length - 1);
    [...parts.slice(1).map((_, i) => `initContainers/${before + i}`), 'containers/0']
      .forEach((container) => set(`${container}/terminationMessagePolicy`, 'FallbackToLogsOnError'));
    parts.forEach(({ beside }, i) => {
      if (beside) {
        // A sidecar container, see https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
        set(`initContainers/${before + i}/restartPolicy`, 'Always');
      }
    });
    if (parts.some(({ rights }) => rights === Rights.HOST)) {
      set('hostPid', true);
    }
    if (priorityClassName) {
      set('priorityClassName', priorityClassName);
    }
    if (pullSecretNames.length > 0) {
      set('imagePullSecrets', pullSecretNames.map((name) => ({ name })));
    }
    if (nodes.length > 0) {
      this.pin(workload, set);
    }
  }

  /**
   * Pins the pod by the node's name, through the scheduler. `spec.nodeName` would bypass the scheduler, which binds claims that wait for their
   * first consumer; the label kubernetes.io/hostname need not be the node's name.
   */
  private pin(workload: kplus.Workload, set: (key: string, value: any) => void): void {
    const { nodes } = this.props;
    set('affinity', {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: nodes.map((name) => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] })),
        },
      },
    });
    workload.node.addValidation({
      validate: () => isPlaced(workload)
        ? [`the node is chosen already (${nodes.join(', ')}): use the construct's own props to choose it, not scheduling.assign, attract, colocate or separate`]
        : [],
    });
  }
}

/** Labels that every workload and pod of ours carries. */
export function standardLabels(name: string, instance: string, extra: { [key: string]: string } = {}): { [key: string]: string } {
  return {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/instance': instance,
    'app.kubernetes.io/managed-by': 'cdk8s-day2',
    ...extra,
  };
}
