/** One run of a CronJob, in seconds since the beginning of the test. */
export interface Run {
  readonly begin: number;
  /** @default - it goes on */
  readonly end?: number;
  /** @default false */
  readonly failed?: boolean;
}

/** What happens to a CronJob. */
export interface Life {
  readonly namespace: string;
  readonly name: string;
  readonly runs: readonly Run[];
  /** When somebody deletes it. @default - never */
  readonly gone?: number;
  /** From when to when somebody has suspended it. @default - never */
  readonly suspended?: readonly [number, number];
  /** How many failed Jobs are kept. @default 3 */
  readonly failedJobsRetained?: number;
  /** Labels that the scrape adds, or the cluster. */
  readonly labels?: { readonly [label: string]: string };
  /** The same for its Jobs. @default labels */
  readonly labelsOfJobs?: { readonly [label: string]: string };
  /** When somebody has made it. @default 0 */
  readonly made?: number;
  /** From when to when kube-state-metrics does not show the CronJob, and shows its Jobs. @default - never */
  readonly unseen?: readonly [number, number];
}

export interface Series {
  readonly series: string;
  readonly values: string;
}

/** What kube-state-metrics would show of it, every `step` seconds from 0 on. Prometheus' time begins at 0, too. */
export function seriesOf(life: Life, step: number, seconds: number): Series[] {
  const { namespace, name, runs, labels = {}, labelsOfJobs = labels, made: since = 0, unseen = [0, 0] } = life;
  const times = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) => i * step);
  const selector = (more: object) => `{${Object.entries({ namespace, ...more }).map(([label, value]) => `${label}="${value}"`).join(',')}}`;
  const isThere = (time: number) => time >= since && (life.gone === undefined || time < life.gone);
  const made = (metric: string, more: object, valueAt: (time: number) => number | undefined): Series => ({
    series: metric + selector(more),
    values: compressed(times.map((time) => isThere(time) ? valueAt(time) : undefined)),
  });
  const ofCronJob = { cronjob: name, ...labels };
  const isSeen = (time: number) => time < unseen[0] || time >= unseen[1];
  const successes = runs.filter(({ failed, end }) => !failed && end !== undefined).map(({ end }) => end!);
  let next = 0;
  const shown = runs.map((run, i) => ({ run, job: `${name}-${i}`, until: shownUntil(runs, i, life.failedJobsRetained ?? 3) }))
    // A Job that is shown at no moment of the test has no series.
    .filter(({ run, until }) => run.failed || run.end === undefined || run.end - run.begin >= step || until === Infinity);
  return [
    made('kube_cronjob_info', { ...ofCronJob, schedule: 'x', concurrency_policy: 'Forbid' }, (time) => isSeen(time) ? 1 : undefined),
    made('kube_cronjob_created', ofCronJob, (time) => isSeen(time) ? since : undefined),
    made('kube_cronjob_spec_suspend', ofCronJob, (time) => isSeen(time) ? Number(time >= (life.suspended?.[0] ?? Infinity) && time < life.suspended![1]) : undefined),
    made('kube_cronjob_status_last_successful_time', ofCronJob, (time) => {
      while (next < successes.length && successes[next] <= time) next++;
      return next === 0 || !isSeen(time) ? undefined : successes[next - 1];
    }),
    ...shown.flatMap(({ run, job, until }) => {
      const isShown = (time: number) => time >= run.begin && time < until;
      const ofJob = (metric: string, more: object, valueAt: (time: number) => number) =>
        made(metric, { job_name: job, ...labelsOfJobs, ...more }, (time) => isShown(time) ? valueAt(time) : undefined);
      const over = (time: number) => run.end !== undefined && time >= run.end;
      return [
        ofJob('kube_job_owner', { owner_kind: 'CronJob', owner_name: name, owner_is_controller: 'true' }, () => 1),
        ofJob('kube_job_status_start_time', {}, () => run.begin),
        ofJob('kube_job_status_active', {}, (time) => over(time) ? 0 : 1),
        ...run.failed ? [ofJob('kube_job_failed', { condition: 'true' }, (time) => over(time) ? 1 : 0)] : [],
      ];
    }),
  ];
}

/** A failed Job is shown until so many others have failed; another one, in these tests, as long as it runs. */
function shownUntil(runs: readonly Run[], index: number, failedJobsRetained: number): number {
  const { failed, end } = runs[index];
  if (!failed) return end ?? Infinity;
  return runs.slice(index + 1).filter((run) => run.failed)[failedJobsRetained - 1]?.end ?? Infinity;
}

/** In promtool's words: `5+0x9` is ten times 5, `_x3` is three times nothing. */
function compressed(values: (number | undefined)[]): string {
  const words: string[] = [];
  for (let i = 0; i < values.length;) {
    let end = i;
    while (end < values.length && values[end] === values[i]) end++;
    words.push(values[i] === undefined ? `_x${end - i}` : `${values[i]}+0x${end - i - 1}`);
    i = end;
  }
  return words.join(' ');
}
