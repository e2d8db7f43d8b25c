import { Duration } from 'cdk8s';
import { Gate } from './gate';
import { UpgradeStrategy } from './upgrade-strategy';

/** Props of work that goes over the nodes of a cluster: which nodes, how many at once, and when the next one may begin. */
export interface NodeOrderProps {
  /**
   * How many workers are under way at once. Control planes always go one at a time.
   *
   * @default UpgradeStrategy.rolling()
   */
  readonly strategy?: UpgradeStrategy;

  /**
   * Names of nodes that are left out, such as one that is gone for good.
   *
   * @default - none
   */
  readonly skip?: string[];

  /**
   * How long a node must have been Ready, in seconds, before the next one may begin.
   *
   * @default Duration.minutes(1)
   */
  readonly settle?: Duration;

  /**
   * What else must hold before the next node begins, such as that volumes are healthy again. What is always asked: the nodes before it are done and
   * Ready, and all pods of the control planes are.
   *
   * @default - nothing else
   */
  readonly gates?: Gate[];
}
