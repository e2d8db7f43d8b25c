/** How the alerts of a CronJob are called, and how bad they are. */
export interface AlertKind {
  /** What the names of its alerts begin with. */
  readonly prefix: string;
  /** What it makes, in a sentence: `no ${made} is newer than …`. */
  readonly made: (cluster: string) => string;
  /** Whether it is critical when it fails to. */
  readonly critical: boolean;
  /** What alerts of one CronJob begin with, where all CronJobs of a construct make the same thing, and any of them is enough. */
  readonly prefixOfOne?: string;
  /** Whether a run that Kubernetes lets go on as long as it likes ends within its starting deadline, which is then its window. */
  readonly hasWindow?: boolean;
}

/** By the label app.kubernetes.io/name. */
const KINDS: { [name: string]: AlertKind } = {
  'etcd-snapshot': { prefix: 'EtcdBackup', prefixOfOne: 'EtcdMemberBackup', made: (cluster) => `backup of the etcd of ${cluster}`, critical: true },
  'node-maintenance': { prefix: 'NodeMaintenance', made: (cluster) => `maintenance of ${cluster}`, critical: false, hasWindow: true },
};

/** A CronJob that this library has not made. */
const OTHER: AlertKind = { prefix: 'CronJob', made: () => 'run', critical: true };

export function alertKindOf(labels: { readonly [key: string]: string }): AlertKind {
  const ours = labels['app.kubernetes.io/managed-by'] === 'cdk8s-day2';
  return (ours ? KINDS[labels['app.kubernetes.io/name']] : undefined) ?? OTHER;
}
