import { JobRun } from './job-run';

/** What a pod of a restore's Job said last. */
export interface RestoreSummary {
  readonly outcome: string;
  readonly operation: string;
  readonly message: string;
  readonly fix: string;
}

/** Throws when the first pod of the Job ended without a summary. */
export function summaryOfJob({ pods: [first] }: JobRun): RestoreSummary & { readonly exitCode?: number } {
  try {
    return { ...JSON.parse(first.message), exitCode: first.exitCode };
  } catch {
    throw new Error(`the termination message of pod ${first.name} is no summary: ${JSON.stringify(first.message)}; its log:\n${first.log}`);
  }
}
