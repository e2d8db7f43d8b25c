import { createHash } from 'crypto';
import { Duration } from 'cdk8s';
import { DrainPolicy } from './drain-policy';
import { NodeUpgradeProps } from './node-upgrade-props';
import { PackageSource } from './package-source';
import { KubeadmCluster } from '../cluster/kubeadm-cluster';
import { KubernetesVersion } from '../cluster/kubernetes-version';
import { KubernetesComponent, VersionSkew } from '../cluster/version-skew';
import { requireSeconds } from '../require/duration';
import { requireGiven } from '../require/given';
import { requireWholeNumber } from '../require/number';
import { requireAbsolutePath } from '../require/path';
import { requireUtcTime } from '../require/utc-time';
import { resolveJob, ResolvedJob } from '../runtime/resolved-job';

/** An older kubeadm can't be told all that it needs by one file. */
const OLDEST_TARGET = KubernetesVersion.of('1.31.0');

/** The props of an upgrade, checked, with every default filled in: the same for all nodes. */
export interface ResolvedUpgrade {
  readonly cluster: KubeadmCluster;
  readonly to: KubernetesVersion;
  readonly expires: string;
  readonly operationId: string;
  readonly job: ResolvedJob;
  readonly env: { [name: string]: string };
  /** The node that takes the place of this one. */
  readonly replacedBy?: string;
  readonly labels: { [key: string]: string };
  readonly annotations: { [key: string]: string };
}

/** Throws when a prop isn't valid, and when the target can't follow what the cluster runs. */
export function resolveUpgrade(props: NodeUpgradeProps): ResolvedUpgrade {
  requireGiven(props, 'cluster', 'to', 'expires');
  const { cluster, to, expires, attempt = 1, packages = PackageSource.ofNode(), drain = DrainPolicy.of({}), dryRun = false } = props;
  requireTarget(cluster, to);
  requireUtcTime('expires', expires);
  requireWholeNumber('attempt', attempt, 1);
  return {
    cluster,
    to,
    expires,
    operationId: `upgrade-to-${to}${attempt === 1 ? '' : `.${attempt}`}${dryRun ? '.dry-run' : ''}`,
    job: resolveJob(props),
    env: {
      TO: to.toString(),
      ...packages._environment,
      ...drain._environment,
      ...props.dropHandMadeChanges && { HAND_MADE: 'drop' },
      ...dryRun && { DRY_RUN: '1' },
      ...props.patchesFolder !== undefined && { PATCHES: patchesIn(props.patchesFolder) },
      ...props.renewCertificates === false && { CERTIFICATES: 'keep' },
      ...props.upgradeEtcd === false && { ETCD: 'keep' },
      IGNORE_PREFLIGHT: checks(props.ignorePreflightErrors ?? []),
      KUBEADM_TIMEOUT: String(requireSeconds('kubeadmTimeout', props.kubeadmTimeout ?? Duration.minutes(30))),
      READY_TIMEOUT: String(requireSeconds('readyTimeout', props.readyTimeout ?? Duration.minutes(10))),
    },
    labels: { ...props.labels },
    annotations: { 'cdk8s-day2/upgrade-to': to.toString(), 'cdk8s-day2/expires': expires, ...props.annotations },
  };
}

/**
 * The upgrade of a node whose place another one takes. It is another operation: where the strategy is changed, what waits on the node is superseded.
 * Names of nodes may be longer than a label's value.
 */
export function replacedIn(upgrade: ResolvedUpgrade, replacedBy: string): ResolvedUpgrade {
  const digest = createHash('sha256').update(replacedBy).digest('hex').slice(0, 6);
  return { ...upgrade, replacedBy, operationId: upgrade.operationId.replace(/(\.dry-run)?$/, `.replaced-${digest}$1`) };
}

function requireTarget(cluster: KubeadmCluster, to: KubernetesVersion): void {
  if (to.patch === undefined) {
    throw new Error(`to must have a patch, such as ${to}.0, got ${to}`);
  }
  if (to.compareTo(OLDEST_TARGET) < 0) {
    throw new Error(`to must be 1.31.0 or newer, got ${to}: kubeadm before it can't be told by one file what it needs`);
  }
  const [violation] = VersionSkew.violationsOfUpgrade([{ component: KubernetesComponent.KUBE_APISERVER, version: cluster.kubernetesVersion }], to);
  if (violation) {
    throw new Error(`to can't be ${to}: ${violation.rule}; ${violation.found}: ${violation.fix}`);
  }
}

function patchesIn(folder: string): string {
  requireAbsolutePath('patchesFolder', folder);
  return folder;
}

function checks(names: string[]): string {
  for (const name of names) {
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) {
      throw new Error(`ignorePreflightErrors must be names of kubeadm's checks, such as SystemVerification, got ${JSON.stringify(name)}`);
    }
    if (name.toLowerCase() === 'all') {
      throw new Error('ignorePreflightErrors must name each check, got "all": a node that is not fit would be upgraded');
    }
  }
  return names.join(' ');
}
