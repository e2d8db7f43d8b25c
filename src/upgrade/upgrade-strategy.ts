import { requireGiven } from '../require/given';
import { requireDnsSubdomain } from '../require/names';
import { requireWholeNumber } from '../require/number';

/** Props of a rolling upgrade. */
export interface RollingUpgradeProps {
  /**
   * How many workers may be upgraded at once. Control planes are always upgraded one at a time.
   *
   * @default 1
   */
  readonly maxUnavailable?: number;
}

/** Props of an upgrade in which other nodes take the places of some workers. */
export interface SurgeUpgradeProps extends RollingUpgradeProps {
  /**
   * The node that takes the place of each of these workers, by their names: `{ w1: 'w4' }`. It joins with the new version, once the control planes are
   * upgraded. As soon as it is Ready at that version, the pods of the old one are moved. The old one stays cordoned, with the annotation
   * `cdk8s-day2/retired`; a person deletes it.
   */
  readonly replacements: { readonly [worker: string]: string };
}

/**
 * How many workers are upgraded at once, and which of them are replaced instead. Control planes come first in any case, one after the other.
 */
export class UpgradeStrategy {
  /**
   * `maxUnavailable` workers at a time. The next one begins when one of them is upgraded and healthy.
   *
   * Throws when `maxUnavailable` isn't a whole number of at least 1.
   */
  public static rolling(props: RollingUpgradeProps = {}): UpgradeStrategy {
    return new UpgradeStrategy(requireAtOnce(props));
  }

  /**
   * New nodes take the places of some workers, or of all. The others are upgraded as by `rolling`, and all go in the order of the cluster's workers.
   *
   * Throws when there is no replacement, when a name isn't valid, when a node is to replace itself or one that is itself replaced, and when
   * `maxUnavailable` isn't a whole number of at least 1.
   */
  public static surge(props: SurgeUpgradeProps): UpgradeStrategy {
    requireGiven(props, 'replacements');
    requireReplacements(props.replacements);
    return new UpgradeStrategy(requireAtOnce(props), props.replacements);
  }

  /** All workers at once: what runs on them is down for a while, as far as disruption budgets allow. */
  public static allAtOnce(): UpgradeStrategy {
    return new UpgradeStrategy(Infinity);
  }

  private constructor(private readonly maxUnavailable: number, private readonly replacements: { readonly [worker: string]: string } = {}) {}

  /**
   * How many workers may be upgraded at once, of so many.
   *
   * @internal
   */
  public _workersAtOnce(workers: number): number {
    return Math.min(this.maxUnavailable, Math.max(workers, 1));
  }

  /**
   * The node that takes the place of each of these workers.
   *
   * @internal
   */
  public get _replacements(): { readonly [worker: string]: string } {
    return this.replacements;
  }
}

function requireAtOnce({ maxUnavailable = 1 }: RollingUpgradeProps): number {
  requireWholeNumber('maxUnavailable', maxUnavailable, 1);
  return maxUnavailable;
}

function requireReplacements(replacements: { readonly [worker: string]: string }): void {
  const pairs = Object.entries(replacements);
  if (pairs.length === 0) {
    throw new Error('replacements must have a node, got {}: use UpgradeStrategy.rolling()');
  }
  for (const [worker, by] of pairs) {
    requireDnsSubdomain('replacements', worker);
    requireDnsSubdomain(`replacements.${worker}`, by);
    if (by in replacements) {
      throw new Error(`replacements.${worker} must be a node that stays, got ${by}, which is replaced itself`);
    }
  }
}
