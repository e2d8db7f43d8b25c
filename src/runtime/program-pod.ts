import { ApiObject, JsonPatch, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { Program } from './program';
import { Toolbox } from './toolbox';
import { verifiedCommand, VerifiedFiles } from './verified-files';
import { ContainerImages } from '../cluster/container-images';
import { requireObjectName } from '../require/object-name';

/** A user without a name and without rights, where no file of the host is needed. */
const NOBODY = 65532;

/** What a program needs of its pod. */
export interface ProgramPodProps {
  readonly program: Program;
  /** The image that the program runs in; its shell comes from the toolbox. */
  readonly image: string;
  readonly images: ContainerImages;
  readonly env: { [name: string]: kplus.EnvValue };
  readonly mounts: kplus.VolumeMount[];
  /** Whether files of the host are read or written, which belong to root. */
  readonly hostFiles: boolean;
  /** Whether files of the host are read that belong to users other than root: control plane components may run as users of their own. */
  readonly readsOthersFiles?: boolean;
  /** Whether the program starts work on the host itself: then it is privileged and in the host's PID namespace, and nothing less will do. */
  readonly hostOperation?: boolean;
  /** Files of further mounts that the program runs, or keeps for root to be run. */
  readonly verifiedFiles?: VerifiedFiles[];
  /** What follows the program's name on its command line. */
  readonly args?: string[];
  /** To reach what listens on the node's loopback only. */
  readonly hostNetwork: boolean;
  /** Names of the nodes on any of which the pod may run; empty for anywhere. */
  readonly nodes: string[];
  readonly resources: kplus.ContainerResources;
  readonly priorityClassName?: string;
  readonly labels: { [key: string]: string };
  readonly annotations: { [key: string]: string };
}

/** The toolbox needs little, and only for a moment. */
const TOOLBOX_RESOURCES: kplus.ContainerResources = {
  cpu: { request: kplus.Cpu.millis(10) },
  memory: { request: Size.mebibytes(16), limit: Size.mebibytes(32) },
};

/**
 * The pod that runs a program: no service-account token, no capabilities, a read-only root, and root only where the host's files
 * demand it. One rendering for Jobs and CronJobs.
 */
export class ProgramPod {
  /** What a `kplus.Job` or a `kplus.CronJob` is made with. */
  public readonly props: kplus.JobProps;

  constructor(scope: Construct, private readonly spec: ProgramPodProps) {
    const securityContext: kplus.ContainerSecurityContextProps = {
      user: spec.hostFiles ? 0 : NOBODY,
      group: spec.hostFiles ? 0 : NOBODY,
      ensureNonRoot: !spec.hostFiles,
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: [kplus.Capability.ALL] },
      seccompProfile: { type: kplus.SeccompProfileType.RUNTIME_DEFAULT },
    };
    // What enters the host's namespaces can't be confined; its init container still is.
    const mainSecurityContext: kplus.ContainerSecurityContextProps = spec.hostOperation
      ? { user: 0, group: 0, ensureNonRoot: false, privileged: true, allowPrivilegeEscalation: true, readOnlyRootFilesystem: true }
      : {
        ...securityContext,
        ...spec.readsOthersFiles && { capabilities: { drop: [kplus.Capability.ALL], add: [kplus.Capability.DAC_READ_SEARCH] } },
      };
    // The words are Kubernetes', so those of cdk8s-plus are the same.
    const imagePullPolicy = spec.images.imagePullPolicy as string as kplus.ImagePullPolicy;
    const toolbox = new Toolbox(scope, { image: spec.images.busybox, imagePullPolicy, securityContext, resources: TOOLBOX_RESOURCES });
    const files = [{ path: Program.MOUNT_PATH, contents: spec.program.contents }, ...spec.verifiedFiles ?? []];
    const scratch = kplus.Volume.fromEmptyDir(scope, 'Scratch', 'scratch', { sizeLimit: Size.mebibytes(16) });

    this.props = {
      restartPolicy: kplus.RestartPolicy.NEVER,
      automountServiceAccountToken: false,
      hostNetwork: spec.hostNetwork || undefined,
      // With the host's network the node's own resolver: the cluster's DNS may be what is broken.
      dns: { policy: spec.hostNetwork ? kplus.DnsPolicy.DEFAULT : kplus.DnsPolicy.CLUSTER_FIRST },
      securityContext: spec.hostFiles ? { ensureNonRoot: false } : {
        ensureNonRoot: true,
        user: NOBODY,
        group: NOBODY,
        fsGroup: NOBODY,
        fsGroupChangePolicy: kplus.FsGroupChangePolicy.ON_ROOT_MISMATCH,
      },
      podMetadata: {
        labels: spec.labels,
        // Or `kubectl logs` says at every call which container it chose.
        annotations: { 'kubectl.kubernetes.io/default-container': spec.program.name, ...spec.annotations },
      },
      initContainers: [toolbox.initContainer],
      containers: [{
        name: spec.program.name,
        image: spec.image,
        imagePullPolicy,
        command: [...Toolbox.command(verifiedCommand(files), spec.program.entryPoint), ...spec.args ?? []],
        envVariables: {
          PATH: kplus.EnvValue.fromValue(Toolbox.SEARCH_PATH),
          ...spec.env,
        },
        volumeMounts: [
          { volume: spec.program.volumeIn(scope), path: Program.MOUNT_PATH, readOnly: true },
          toolbox.mount,
          { volume: scratch, path: '/tmp' },
          ...spec.mounts,
        ],
        resources: spec.resources,
        securityContext: mainSecurityContext,
      }],
    };
  }

  /** Completes a workload made with `props` by all that cdk8s-plus can't render. `path` is where its pod's spec stands. */
  public complete(workload: kplus.Workload, path: string): void {
    requireObjectName(ApiObject.of(workload));
    // A control plane's own taints, and a cordon: a node that is being drained still has the etcd that wants saving.
    for (const key of ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master', 'node.kubernetes.io/unschedulable']) {
      if (this.spec.nodes.length > 0) {
        workload.scheduling.tolerate(kplus.Node.tainted(kplus.NodeTaintQuery.exists(key, { effect: kplus.TaintEffect.NO_SCHEDULE })));
      }
    }
    const api = ApiObject.of(workload);
    const set = (key: string, value: any) => api.addJsonPatch(JsonPatch.add(`${path}/${key}`, value));
    this.omitFalse((key) => api.addJsonPatch(JsonPatch.remove(`${path}/${key}`)));
    set('enableServiceLinks', false);
    // When the shell itself dies, the last lines of the log say more than nothing.
    set('containers/0/terminationMessagePolicy', 'FallbackToLogsOnError');
    if (this.spec.hostOperation) {
      set('hostPid', true);
    }
    if (this.spec.priorityClassName) {
      set('priorityClassName', this.spec.priorityClassName);
    }
    if (this.spec.images.pullSecretNames.length > 0) {
      set('imagePullSecrets', this.spec.images.pullSecretNames.map((name) => ({ name })));
    }
    if (this.spec.nodes.length > 0) {
      this.pin(workload, set);
    }
  }

  /** Of these the API server keeps no `false`: written out, they would be a difference at every apply. */
  private omitFalse(remove: (key: string) => void): void {
    if (!this.spec.hostNetwork) {
      remove('hostNetwork');
    }
    // Volumes stand in the order in which the containers mount them.
    const volumes = new Set(this.props.containers![0].volumeMounts!.map((mount) => mount.volume));
    [...volumes].forEach((volume, i) => {
      if (volume._toKube().persistentVolumeClaim?.readOnly === false) {
        remove(`volumes/${i}/persistentVolumeClaim/readOnly`);
      }
    });
  }

  /**
   * By the name of the node and through the scheduler. `spec.nodeName` would pass it by, and with it the binding of claims that wait for
   * their first consumer; the label kubernetes.io/hostname need not be the node's name.
   */
  private pin(workload: kplus.Workload, set: (key: string, value: any) => void): void {
    set('affinity', {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: this.spec.nodes.map((name) => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] })),
        },
      },
    });
    workload.node.addValidation({
      validate: () => {
        const scheduling = workload.scheduling._toKube();
        return scheduling.affinity || scheduling.nodeName
          ? [`the node is chosen already (${this.spec.nodes.join(', ')}): use the construct's own props to choose it, not scheduling.assign, attract, colocate or separate`]
          : [];
      },
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
