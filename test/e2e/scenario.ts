import { Stage } from './stage';
import { Topology } from '../lab/topology';

/** One promise of the library, and how it is seen to be kept on a real cluster. */
export interface Scenario {
  /** The group it belongs to: all of a group are about one subject. */
  readonly group: number;
  /** The promise, as a sentence. */
  readonly promise: string;
  /** Throws when the promise isn't kept. */
  readonly run: (stage: Stage) => Promise<void>;
  /** The scenario leaves a cluster on which no other can be played: the next one gets a new cluster. @default false */
  readonly spendsCluster?: boolean;
}

/** A cluster, and what is played on it from first to last. What destroys most comes last. */
export interface Act {
  readonly topology: Topology;
  readonly scenarios: readonly Scenario[];
  /** After a scenario that fails, the next one would fail on the same cluster, too: it gets a new cluster. @default false */
  readonly replacedAfterFailure?: boolean;
}
