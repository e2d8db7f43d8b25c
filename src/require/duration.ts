import { Duration } from 'cdk8s';

/**
 * The seconds of a duration. Refuses what isn't a whole number of at least 1: Kubernetes and the programs take nothing else.
 *
 * @param fix what to do instead; the message ends with it, after a colon
 */
export function requireSeconds(prop: string, duration: Duration, fix?: string): number {
  const seconds = duration.toSeconds({ integral: false });
  if (!Number.isSafeInteger(seconds) || seconds < 1) {
    throw new Error(`${prop} must be a whole number of seconds of at least 1, got ${seconds} s${fix === undefined ? '' : `: ${fix}`}`);
  }
  return seconds;
}
