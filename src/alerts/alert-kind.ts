/** How the alerts of a CronJob are called, and how bad they are. */
export interface AlertKind {
  /** What the names of its alerts begin with. */
  readonly prefix: string;
  /** The same, for one of several CronJobs of which any is enough. */
  readonly prefixOfOne: string;
  /** What it makes, in a sentence: `no ${made} of the CronJob …`. */
  readonly made: string;
  /** Whether it is critical when it makes none. */
  readonly critical: boolean;
  /** Whether it has a window instead of a deadline. Then its starting deadline is as long as the window. */
  readonly hasWindow: boolean;
}

/** By the label app.kubernetes.io/name. */
const KINDS: { [name: string]: AlertKind } = {
  'etcd-snapshot': { prefix: 'EtcdBackup', prefixOfOne: 'EtcdMemberBackup', made: 'backup', critical: true, hasWindow: false },
  'node-maintenance': { prefix: 'NodeMaintenance', prefixOfOne: 'NodeMaintenance', made: 'maintenance', critical: false, hasWindow: true },
};

/** A CronJob that this library has not made. */
const OTHER: AlertKind = { prefix: 'CronJob', prefixOfOne: 'CronJob', made: 'success', critical: true, hasWindow: false };

export function alertKindOf(labels: { readonly [key: string]: string }): AlertKind {
  const ours = labels['app.kubernetes.io/managed-by'] === 'cdk8s-day2';
  return (ours ? KINDS[labels['app.kubernetes.io/name']] : undefined) ?? OTHER;
}
