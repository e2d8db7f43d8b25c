import { ApiObject, Chart, Lazy, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { NodeOrder } from './node-order';
import { KubeadmCluster } from '../cluster/kubeadm-cluster';
import { objectName } from '../runtime/object-name';
import { Program } from '../runtime/program';
import { ProgramPart } from '../runtime/program-part';
import { ResolvedJob } from '../runtime/resolved-job';
import { Rights } from '../runtime/rights';

/** The container that reads the cluster writes its verdict here, and the container that carries the work reads it. */
const FOLDER = '/turn';
const VERDICT_FILE = `${FOLDER}/verdict`;

/** Most of it is for kubectl, which runs for a moment at each look. */
const RESOURCES: kplus.ContainerResources = {
  cpu: { request: kplus.Cpu.millis(10) },
  memory: { request: Size.mebibytes(32), limit: Size.mebibytes(128) },
};

/** The order of nodes. */
export interface TurnProps extends NodeOrder {
  /** Jobs that must be complete before the first node begins. */
  readonly afterJobs: kplus.Job[];
  /** Whether the worker whose latest run is longest ago goes first. */
  readonly longestAgoFirst: boolean;
}

/** What the nodes wait for: the version or the run by which a node before is done. */
export interface Awaited {
  readonly cluster: KubeadmCluster;
  readonly job: ResolvedJob;
  /** `OPERATION`, and `TO` or `SERIES`: see programs/node-turn.sh. */
  readonly env: { [name: string]: kplus.EnvValue };
}

/** What a node's Job needs in order to wait for its turn. */
export interface AskedTurn {
  readonly part: ProgramPart;
  /** Of the part that carries the work. */
  readonly mount: kplus.VolumeMount;
  readonly env: { [name: string]: string };
  readonly labels: { [key: string]: string };
}

/**
 * The order of the nodes of a cluster: a container beside the work in each Job's pod says when it is the turn of its node. Only this container
 * has a token. With that it can read nodes, the pods of the control planes, and what it waits for. It can change nothing: the node's own kubelet marks
 * the node, see programs/turn/marks.sh.
 */
export class Turn {
  public readonly serviceAccount: kplus.IServiceAccount;
  private readonly control: kplus.ConfigMap;

  constructor(scope: Construct, private readonly props: TurnProps, labels: { [key: string]: string }) {
    const namespace = requireNamespace(scope);
    const metadata = { name: objectName(scope, 'turn'), labels };
    this.serviceAccount = new kplus.ServiceAccount(scope, 'Turn', { metadata, automountToken: false });
    // A person pauses by `kubectl edit`, or in code.
    this.control = new kplus.ConfigMap(scope, 'Control', { metadata: { name: objectName(scope, 'control'), labels }, data: { pause: 'false', pauseBefore: '' } });

    const afterJobs = props.afterJobs.map((job) => Lazy.any({ produce: () => nameInManifest(job) }));
    const subjects = [{ kind: 'ServiceAccount', name: this.serviceAccount.name, namespace }];
    this.grantEverywhere(scope, 'TurnNodes', subjects, metadata, [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] }]);
    this.grant(scope, 'TurnComponents', subjects, { name: `${metadata.name}-components`, namespace: 'kube-system', labels }, [
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    ]);
    this.grant(scope, 'TurnWaits', subjects, { name: metadata.name, labels }, [
      { apiGroups: [''], resources: ['configmaps'], resourceNames: [this.control.name], verbs: ['get'] },
      ...afterJobs.length > 0 ? [{ apiGroups: ['batch'], resources: ['jobs'], resourceNames: afterJobs, verbs: ['get'] }] : [],
    ]);
    props.gates.forEach(({ _rule: { namespace: where, ...rule } }, i) => {
      const named = { name: `${metadata.name}-gate-${i + 1}`, labels };
      if (where === undefined) {
        this.grantEverywhere(scope, `TurnGate${i + 1}`, subjects, named, [rule]);
      } else {
        this.grant(scope, `TurnGate${i + 1}`, subjects, { ...named, namespace: where }, [rule]);
      }
    });
  }

  /** The part for a node, which must be one of those in order. */
  public partFor(home: Construct, node: string, { cluster, job, env: awaited }: Awaited): AskedTurn {
    const { controlPlanes, workers, workersAtOnce, replacements, settle, gates, afterJobs, longestAgoFirst } = this.props;
    const isWorker = workers.includes(node);
    const order = [...controlPlanes, ...workers].indexOf(node);
    const env = {
      FIRST: (isWorker ? controlPlanes : controlPlanes.slice(0, order)).join(' '),
      AHEAD: (isWorker ? workers.slice(0, workers.indexOf(node)) : []).join(' '),
      ...Object.keys(replacements).length > 0 && { REPLACED: Object.entries(replacements).map(([old, by]) => `${old}=${by}`).join(' ') },
      ...node in replacements && { REPLACED_BY: replacements[node] },
      ...longestAgoFirst && isWorker && { BEHIND: workers.slice(workers.indexOf(node) + 1).join(' ') },
      AT_ONCE: String(isWorker ? workersAtOnce : 1),
      SETTLE: String(settle.toSeconds()),
      CONTROL: this.control.name,
      // All of them: the first one may have been upgraded before this chart was.
      ...afterJobs.length > 0 && { AFTER_JOBS: Lazy.any({ produce: () => afterJobs.map(nameInManifest).join(' ') }) },
      ...gates.length > 0 && { GATES: gates.map(({ _line }) => _line).join('\n') },
      VERDICT_FILE,
    };
    const volume = kplus.Volume.fromEmptyDir(home, 'turn', 'turn', { sizeLimit: Size.mebibytes(1) });
    return {
      part: {
        program: Program.NODE_TURN,
        image: job.images.etcdFor(cluster),
        env: {
          SELF: kplus.EnvValue.fromValue(node),
          ...awaited,
          ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, kplus.EnvValue.fromValue(value)])),
        },
        mounts: [{ volume, path: FOLDER }],
        rights: Rights.NONE,
        token: true,
        beside: true,
        resources: RESOURCES,
      },
      mount: { volume, path: FOLDER, readOnly: true },
      env: { TURN: 'asked', PASS_ON: VERDICT_FILE, AT_ONCE: env.AT_ONCE },
      labels: { 'cdk8s-day2/order': String(order + 1).padStart(3, '0') },
    };
  }

  private grantEverywhere(scope: Construct, id: string, subjects: kplus.k8s.Subject[], metadata: kplus.k8s.ObjectMeta & { name: string },
    rules: kplus.k8s.PolicyRule[]): void {
    new kplus.k8s.KubeClusterRole(scope, id, { metadata, rules });
    new kplus.k8s.KubeClusterRoleBinding(scope, `${id}Binding`, {
      metadata, subjects, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
    });
  }

  private grant(scope: Construct, id: string, subjects: kplus.k8s.Subject[], metadata: kplus.k8s.ObjectMeta & { name: string },
    rules: kplus.k8s.PolicyRule[]): void {
    new kplus.k8s.KubeRole(scope, id, { metadata, rules });
    new kplus.k8s.KubeRoleBinding(scope, `${id}Binding`, {
      metadata, subjects, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
    });
  }
}

/** The name that a Job is written with, to be read lazily: a Job that is changed has another one. `job.name` could not be changed any more. */
function nameInManifest(job: kplus.Job): string {
  return ApiObject.of(job).metadata.name!;
}

/** The namespace of the service account must be in the bindings, as text. */
function requireNamespace(scope: Construct): string {
  const { namespace } = Chart.of(scope);
  if (namespace === undefined) {
    throw new Error('the chart must have a namespace, got undefined: new Chart(app, id, { namespace: \'kube-system\' }), or another one in which '
      + 'privileged pods may run');
  }
  return namespace;
}
