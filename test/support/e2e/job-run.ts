/** How a Job ended. */
export interface JobRun {
  readonly succeeded: boolean;
  /** Its pods, the oldest first: more than one when it was tried again. */
  readonly pods: PodRun[];
}

export interface PodRun {
  readonly name: string;
  readonly node?: string;
  /** Undefined when the program never ran. */
  readonly exitCode?: number;
  /** What the program said last, as the cluster shows it. */
  readonly message: string;
  readonly log: string;
}

/** The fields of a pod that tell how it went. */
export interface PodObject {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: { readonly state: { readonly terminated?: { readonly exitCode: number; readonly message?: string } } }[];
  };
}

export function podRun({ metadata, spec, status }: PodObject, log: string): PodRun {
  const terminated = status.containerStatuses?.[0].state.terminated;
  return { name: metadata.name, node: spec.nodeName, exitCode: terminated?.exitCode, message: terminated?.message ?? '', log };
}

/** The one-line summary that the program of a pod ended with. */
export interface Summary {
  readonly outcome: string;
  readonly backup: string;
  readonly endpoint: string;
  readonly revision: number;
  readonly keys: number;
  readonly kept: number;
  readonly pruned: number;
  readonly step: string;
  readonly message: string;
  readonly fix: string;
}

/** Throws unless the Job succeeded. */
export function saved(run: JobRun): Summary {
  const { message, log } = run.pods[run.pods.length - 1];
  const summary = summaryOf(run);
  if (!run.succeeded || summary.outcome !== 'saved') throw new Error(`the run was to save a backup, but it said ${message}\n${log}`);
  return summary;
}

/** Throws unless the Job failed and its program said why. */
export function failed(run: JobRun): Summary {
  const summary = summaryOf(run);
  if (run.succeeded || summary.outcome !== 'failed') throw new Error(`the run was to fail, but it said ${run.pods[run.pods.length - 1].message}`);
  return summary;
}

function summaryOf({ pods }: JobRun): Summary {
  const last = pods[pods.length - 1];
  if (last === undefined) throw new Error('the Job had no pod');
  try {
    return JSON.parse(last.message);
  } catch {
    throw new Error(`the termination message of pod ${last.name} is no summary: ${JSON.stringify(last.message)}; its log:\n${last.log}`);
  }
}
