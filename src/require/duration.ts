import { Duration } from 'cdk8s';

/** Whole seconds above zero, for what Kubernetes and the programs take. */
export function requireSeconds(prop: string, duration: Duration): number {
  const seconds = duration.toSeconds({ integral: false });
  if (!Number.isInteger(seconds) || seconds < 1) {
    throw new Error(`${prop} must be a whole number of seconds of at least 1, got ${seconds} s`);
  }
  return seconds;
}
