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

/**
 * How many workers are upgraded at once. Control planes come first in any case, one after the other.
 */
export class UpgradeStrategy {
  /**
   * `maxUnavailable` workers at a time. The next one begins when one of them is upgraded and healthy.
   *
   * Throws when `maxUnavailable` isn't a whole number of at least 1.
   */
  public static rolling(props: RollingUpgradeProps = {}): UpgradeStrategy {
    const { maxUnavailable = 1 } = props;
    requireWholeNumber('maxUnavailable', maxUnavailable, 1);
    return new UpgradeStrategy(maxUnavailable);
  }

  /** All workers at once: what runs on them is down for a while, as far as disruption budgets allow. */
  public static allAtOnce(): UpgradeStrategy {
    return new UpgradeStrategy(Infinity);
  }

  private constructor(private readonly maxUnavailable: number) {}

  /**
   * How many workers may be upgraded at once, of so many.
   *
   * @internal
   */
  public _workersAtOnce(workers: number): number {
    return Math.min(this.maxUnavailable, Math.max(workers, 1));
  }
}
