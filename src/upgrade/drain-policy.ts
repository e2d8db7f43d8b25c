import { Duration } from 'cdk8s';
import { requireSeconds } from '../require/duration';

/** What happens when a drain takes too long. */
export enum OnDrainTimeout {
  /** The node is uncordoned and serves as before. Its upgrade or maintenance fails. */
  GIVE_BACK = 'give-back',
  /** The drain goes on, and the nodes behind it wait. */
  WAIT = 'wait',
  /** The pods that are left are deleted without an eviction: their disruption budgets are ignored. */
  DELETE = 'delete',
}

/** Props of a drain. */
export interface DrainPolicyProps {
  /**
   * How long a drain may take.
   *
   * @default Duration.hours(1)
   */
  readonly timeout?: Duration;

  /**
   * What happens when the drain takes longer than `timeout`.
   *
   * @default OnDrainTimeout.GIVE_BACK
   */
  readonly onTimeout?: OnDrainTimeout;

  /**
   * How long pods have to end.
   *
   * @default - what each pod says, its `terminationGracePeriodSeconds`
   */
  readonly gracePeriod?: Duration;

  /**
   * Whether pods with an `emptyDir` are moved. What is in it is lost. Without this, a node that has such pods is not touched.
   *
   * @default false
   */
  readonly moveEmptyDir?: boolean;

  /**
   * Whether pods without a controller are deleted: nothing makes them anew. Without this, a node that has such pods is not touched.
   *
   * @default false
   */
  readonly deleteUnmanaged?: boolean;

  /**
   * A label selector of pods that stay, such as `app=node-agent`. The pods of DaemonSets and static pods stay in any case.
   *
   * @default - no others
   */
  readonly keepPods?: string;
}

/**
 * How the pods of a node are moved away before its kubelet is replaced, or before it is rebooted. Each is evicted, and disruption budgets are obeyed.
 */
export class DrainPolicy {
  /**
   * A policy.
   *
   * Throws when a duration isn't a whole number of seconds of at least 1, and when the selector is empty.
   */
  public static of(props: DrainPolicyProps): DrainPolicy {
    return new DrainPolicy(props);
  }

  private constructor(private readonly props: DrainPolicyProps) {
    if (props.keepPods?.trim() === '') {
      throw new Error('keepPods must be a label selector, such as app=node-agent, got "": leave it out to keep none besides');
    }
    for (const prop of ['timeout', 'gracePeriod'] as const) {
      if (props[prop] !== undefined) {
        requireSeconds(prop, props[prop]);
      }
    }
  }

  /**
   * The inputs of the program, see programs/upgrade-node.sh.
   *
   * @internal
   */
  public get _environment(): { [name: string]: string } {
    const { timeout = Duration.hours(1), onTimeout = OnDrainTimeout.GIVE_BACK, gracePeriod, keepPods } = this.props;
    return {
      DRAIN_TIMEOUT: String(timeout.toSeconds()),
      ON_TIMEOUT: onTimeout,
      EMPTY_DIR: this.props.moveEmptyDir ? 'move' : 'refuse',
      UNMANAGED: this.props.deleteUnmanaged ? 'delete' : 'refuse',
      ...gracePeriod !== undefined && { GRACE_PERIOD: String(gracePeriod.toSeconds()) },
      ...keepPods !== undefined && { KEEP_PODS: keepPods },
    };
  }
}
