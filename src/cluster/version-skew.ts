import { KubernetesVersion } from './kubernetes-version';

/** A component of Kubernetes whose version matters to the others. */
export enum KubernetesComponent {
  /** The API server. */
  KUBE_APISERVER = 'kube-apiserver',
  /** The controller manager. */
  KUBE_CONTROLLER_MANAGER = 'kube-controller-manager',
  /** The scheduler. */
  KUBE_SCHEDULER = 'kube-scheduler',
  /** A cloud provider's controller manager. */
  CLOUD_CONTROLLER_MANAGER = 'cloud-controller-manager',
  /** The kubelet. */
  KUBELET = 'kubelet',
  /** The proxy of Services on a node. */
  KUBE_PROXY = 'kube-proxy',
  /** The command line client. */
  KUBECTL = 'kubectl',
  /** The tool that upgrades a cluster. */
  KUBEADM = 'kubeadm',
}

/** A component somewhere in a cluster, and its version. */
export interface ComponentVersion {
  /** Which component. */
  readonly component: KubernetesComponent;

  /** Its version. */
  readonly version: KubernetesVersion;

  /**
   * The name of the node that it runs on.
   *
   * @default - not known, or on no node of the cluster
   */
  readonly node?: string;
}

/** Two versions that must not meet. */
export interface SkewViolation {
  /** The rule, in a sentence. */
  readonly rule: string;

  /** What was found, with the nodes. */
  readonly found: string;

  /** How to mend it. */
  readonly fix: string;
}

/**
 * The rules by which the components of a cluster may differ in their versions, now and while the cluster is upgraded.
 *
 * @see https://kubernetes.io/releases/version-skew-policy/
 * @see https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/create-cluster-kubeadm/#version-skew-policy
 */
export class VersionSkew {
  /**
   * What is wrong with these versions as they are, before anything is upgraded. Empty if nothing is.
   *
   * Throws when there is no API server among the components: nothing can be told without.
   */
  public static violations(components: ComponentVersion[]): SkewViolation[] {
    const apiServers = apiServersAmong(components);
    const newest = apiServers.at(-1)!;
    const oldest = apiServers[0];
    return [
      ...newest.version.minor - oldest.version.minor > 1 ? [{
        rule: 'API servers must be within one minor of each other',
        found: `${told(newest)}, and ${told(oldest)}`,
        fix: `first upgrade ${on(oldest)} to ${minorOf(newest.version.minor - 1)}`,
      }] : [],
      ...components.flatMap((one) => besideApiServers(one, oldest, newest.version.minor)),
      ...besideKubelets(components),
    ];
  }

  /**
   * Why an upgrade of this cluster to the target must not begin. Empty if it may.
   *
   * Besides the components as they are, each has to fit an API server of the target: the first control plane has one, while everything else is
   * as it was. A `KUBEADM` among the components is the one that does the upgrade.
   *
   * Throws when there is no API server among the components.
   */
  public static violationsOfUpgrade(components: ComponentVersion[], target: KubernetesVersion): SkewViolation[] {
    const apiServers = apiServersAmong(components);
    const oldest = apiServers[0];
    const newestMinor = apiServers.at(-1)!.version.minor;
    const newer = components.filter(({ component, version }) => !VISITORS.includes(component) && version.compareTo(target) > 0);
    const skipped = target.minor - oldest.version.minor > 1;
    return [
      ...VersionSkew.violations(components),
      ...newer.map((one) => ({
        rule: 'nothing is downgraded, not even by a patch',
        found: `${told(one)}, and the target is ${target}`,
        fix: `choose a target of at least ${one.version}`,
      })),
      ...skipped ? [{
        rule: 'no minor of the API server may be skipped',
        found: `${told(oldest)}, and the target is ${target}`,
        fix: `upgrade to ${minorOf(oldest.version.minor + 1)} first`,
      }] : components.flatMap((one) => fits(one, newestMinor) && !newer.includes(one) ? beforeTarget(one, target) : []),
      ...components.filter(({ component }) => component === KubernetesComponent.KUBEADM).flatMap((kubeadm) => ofKubeadm(kubeadm, target)),
    ];
  }

  private constructor() {}
}

/** Components that are no part of a running cluster. */
const VISITORS = [KubernetesComponent.KUBECTL, KubernetesComponent.KUBEADM];

/** Components that talk only to the API servers of control planes of their own age. */
const CONTROLLERS = [KubernetesComponent.KUBE_CONTROLLER_MANAGER, KubernetesComponent.KUBE_SCHEDULER, KubernetesComponent.CLOUD_CONTROLLER_MANAGER];

/** Components of every node. */
const OF_NODES = [KubernetesComponent.KUBELET, KubernetesComponent.KUBE_PROXY];

/** The API servers, the oldest first. */
function apiServersAmong(components: ComponentVersion[]): ComponentVersion[] {
  const found = components.filter(({ component }) => component === KubernetesComponent.KUBE_APISERVER);
  if (found.length === 0) {
    throw new Error('components must have a kube-apiserver among them, got none: the others are measured by it');
  }
  return found.sort((a, b) => a.version.compareTo(b.version));
}

/** How many minors older than the API server a component may be. Kubelets and proxies from before 1.25 were allowed less. */
function allowedLag({ component, version }: ComponentVersion): number {
  return OF_NODES.includes(component) ? (version.minor < 25 ? 2 : 3) : 1;
}

/** Checks a component against the oldest API server and the minor of the newest one. */
function besideApiServers(one: ComponentVersion, oldest: ComponentVersion, newestMinor: number): SkewViolation[] {
  const { component, version } = one;
  if (component === KubernetesComponent.KUBECTL) {
    const apart = [oldest.version.minor, newestMinor].find((minor) => Math.abs(version.minor - minor) > 1);
    return apart === undefined ? [] : [{
      rule: 'kubectl must be within one minor of every API server',
      found: `${told(one)}, and an API server of ${minorOf(apart)}`,
      fix: `use kubectl ${minorOf(apart)}`,
    }];
  }
  if (![...CONTROLLERS, ...OF_NODES].includes(component)) return [];
  return [
    ...version.minor > oldest.version.minor ? [{
      rule: `${component} must not be newer than any API server`,
      found: `${told(one)}, and ${told(oldest)}`,
      fix: `upgrade ${on(oldest)} first`,
    }] : [],
    ...lagging(one, newestMinor, `the newest API server is ${minorOf(newestMinor)}`),
  ];
}

function lagging(one: ComponentVersion, apiServer: number, found: string): SkewViolation[] {
  const lag = allowedLag(one);
  return apiServer - one.version.minor <= lag ? [] : [{
    rule: `${one.component} ${minorOf(one.version.minor)} must be within ${lag} minor${lag > 1 ? 's' : ''} of every API server`,
    found: `${told(one)}, and ${found}`,
    fix: `first upgrade ${on(one)} to ${minorOf(apiServer - lag)} or newer`,
  }];
}

/** Whether a component is new enough for an API server of this minor. */
function fits(one: ComponentVersion, apiServer: number): boolean {
  return lagging(one, apiServer, '').length === 0;
}

/** Violations that begin when the first API server runs the target. */
function beforeTarget(one: ComponentVersion, target: KubernetesVersion): SkewViolation[] {
  if ([KubernetesComponent.KUBE_APISERVER, KubernetesComponent.KUBEADM].includes(one.component)) return [];
  // kubeadm of 1.28 and before knows only kubelets of its own minor and of the one before.
  if (one.component === KubernetesComponent.KUBELET && target.minor < 29 && target.minor - one.version.minor > 1) {
    return [{
      rule: `kubeadm ${minorOf(target.minor)} must be within 1 minor of every kubelet`,
      found: `${told(one)}, and the target is ${target}`,
      fix: `first upgrade ${on(one)} to ${minorOf(target.minor - 1)}`,
    }];
  }
  return lagging(one, target.minor, `the target is ${target}`);
}

/** A proxy must fit the kubelet of its own node, too. */
function besideKubelets(components: ComponentVersion[]): SkewViolation[] {
  return components.filter(({ component, node }) => component === KubernetesComponent.KUBE_PROXY && node !== undefined).flatMap((proxy) => {
    const kubelet = components.find(({ component, node }) => component === KubernetesComponent.KUBELET && node === proxy.node);
    const lag = allowedLag(proxy);
    return kubelet === undefined || Math.abs(kubelet.version.minor - proxy.version.minor) <= lag ? [] : [{
      rule: `kube-proxy ${minorOf(proxy.version.minor)} must be within ${lag} minors of the kubelet of its node`,
      found: `${told(proxy)}, and ${told(kubelet)}`,
      fix: `upgrade the older one on ${proxy.node}`,
    }];
  });
}

function ofKubeadm(kubeadm: ComponentVersion, target: KubernetesVersion): SkewViolation[] {
  return kubeadm.version.minor === target.minor && kubeadm.version.compareTo(target) >= 0 ? [] : [{
    rule: 'an upgrade is done by the kubeadm of its target: of the same minor, and not of an older patch',
    found: `${told(kubeadm)}, and the target is ${target}`,
    fix: `install kubeadm ${target}`,
  }];
}

function told({ component, version, node }: ComponentVersion): string {
  return `${component} ${version}${node === undefined ? '' : ` on ${node}`}`;
}

function on({ component, node }: ComponentVersion): string {
  return node === undefined ? `the ${component}` : `the ${component} on ${node}`;
}

function minorOf(minor: number): string {
  return `1.${minor}`;
}
