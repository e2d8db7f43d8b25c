/**
 * What programs/backup/retention.awk must say, found in another way: by whole sets and JavaScript's calendar, where the program
 * walks once from new to old and does its own arithmetic.
 */
export interface Question {
  /** KEEP_…, NOW, JUST_WRITTEN and PRESENT, as the program reads them. */
  readonly environment: Record<string, string>;
  readonly listing: readonly string[];
}

export interface Backup {
  readonly name: string;
  readonly time: number;
  readonly iso: string;
  readonly revision: bigint;
  readonly damaged: boolean;
  /** The id of the etcd cluster that it is of, with a number if that has begun anew; empty when neither the listing nor PRESENT says it. */
  readonly cluster: string;
}

const PERIODS: Record<string, (backup: Backup) => string> = {
  last: (backup) => backup.name,
  hourly: (backup) => backup.iso.slice(0, 13),
  daily: (backup) => backup.iso.slice(0, 10),
  weekly: (backup) => `${mondayOf(backup.time)}`,
  monthly: (backup) => backup.iso.slice(0, 7),
  yearly: (backup) => backup.iso.slice(0, 4),
};

/** Each cluster's backups are decided as if there were no others; the answers are then put in one order. */
export function decide({ environment, listing }: Question): string[] {
  const { PRESENT: present = '' } = environment;
  const backups = parseListing(listing, present);
  const answers = new Map<Backup, string>();
  for (const cluster of new Set(backups.map((backup) => backup.cluster))) {
    const reasons = reasonsIn(backups.filter((backup) => backup.cluster === cluster), environment);
    for (const [backup, why] of reasons) {
      if (why.length > 0 && cluster !== present) why.push(`of another etcd cluster, ${cluster}`);
      answers.set(backup, why.length > 0 ? `keep ${backup.name} ${why.join('; ')}` : `prune ${backup.name} no rule keeps it`);
    }
  }
  return backups.map((backup) => answers.get(backup)!);
}

/** Why each of these backups, newest first, is kept. */
function reasonsIn(backups: Backup[], environment: Question['environment']): Map<Backup, string[]> {
  const now = timeOf(environment.NOW)!;
  const counted = backups.filter((backup) => isCounted(backup, now));
  const newest = counted[0];
  const oldest = counted[counted.length - 1];

  const reasons = new Map<Backup, string[]>(backups.map((backup) => [backup, []]));
  const keep = (some: Backup[], reason: string) => some.forEach((backup) => reasons.get(backup)!.push(reason));

  keep(backups.filter((backup) => backup.name === environment.JUST_WRITTEN), 'just written');
  keep(backups.filter((backup) => backup.damaged), 'damaged: not counted, look at it');
  keep(backups.filter((backup) => backup.time > now), 'dated in the future: check the clock');
  keep(counted.slice(0, 1), 'newest');
  if (environment.KEEP_ALL) keep(counted, 'all are kept');

  for (const [kind, periodOf] of Object.entries(PERIODS)) {
    const count = Number(environment[`KEEP_${kind.toUpperCase()}`] || 0);
    const newestOfPeriod = new Map(counted.map((backup) => [periodOf(backup), backup] as const).reverse());
    const representatives = [...newestOfPeriod.values()].reverse();
    keep(representatives.slice(0, count), kind);
    if (representatives.length < count && oldest && !representatives.includes(oldest)) keep([oldest], `oldest ${kind}`);
  }

  const within = Number(environment.KEEP_WITHIN_SECONDS || 0) * 1000;
  keep(counted.filter((backup) => newest.time - backup.time < within), 'within');
  return reasons;
}

/** Newest first; foreign lines are left out. */
export function parseListing(listing: readonly string[], present = ''): Backup[] {
  const byName = new Map<string, Backup>();
  for (const line of listing) {
    const match = /^((\d{8}T\d{6}Z)-r([1-9]\d{0,18})) (complete|damaged)(?: (\d+(?:\.\d+)?))?$/.exec(line);
    const time = match ? timeOf(match[2]) : undefined;
    if (!match || time === undefined) continue;
    const damaged = match[4] === 'damaged' || byName.get(match[1])?.damaged === true;
    const cluster = match[5] ?? byName.get(match[1])?.cluster ?? present;
    byName.set(match[1], { name: match[1], time, iso: iso(time), revision: BigInt(match[3]), damaged, cluster });
  }
  return [...byName.values()].sort((a, b) => b.time - a.time || Number(b.revision > a.revision) - Number(b.revision < a.revision));
}

export function isCounted(backup: Backup, now: number): boolean {
  return !backup.damaged && backup.time <= now;
}

export function stampOf(time: number): string {
  return iso(time).replace(/[-:]/g, '').replace('.000', '');
}

/** Undefined for what is no real time: a calendar that turned 30 February into 2 March gives itself away on the way back. */
export function timeOf(stamp: string): number | undefined {
  const time = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  return !Number.isNaN(time) && stampOf(time) === stamp ? time : undefined;
}

/** The midnight at which the time's ISO week began. */
export function mondayOf(time: number): number {
  const day = 86_400_000;
  return Math.floor(time / day) * day - ((new Date(time).getUTCDay() + 6) % 7) * day;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
