import { Duration } from 'cdk8s';

/**
 * Whole seconds above zero, for what Kubernetes and the programs take.
 *
 * @param fix what to do in place of it, behind a colon
 */
export function requireSeconds(prop: string, duration: Duration, fix?: string): number {
  const seconds = duration.toSeconds({ integral: false });
  if (!Number.isSafeInteger(seconds) || seconds < 1) {
    throw new Error(`${prop} must be a whole number of seconds of at least 1, got ${seconds} s${fix === undefined ? '' : `: ${fix}`}`);
  }
  return seconds;
}
