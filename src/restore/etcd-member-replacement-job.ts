import { Duration } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { requireRestorable } from './restorable';
import { EtcdCluster, IEtcdCluster } from '../cluster/etcd-cluster';
import { requireSeconds } from '../require/duration';
import { requireGiven } from '../require/given';
import { requireText } from '../require/text';
import { requireUtcTime } from '../require/utc-time';
import { hostOperationJob, requireOperationId } from '../runtime/host-operation';
import { HostOperationJobProps } from '../runtime/host-operation-job-props';
import { Program } from '../runtime/program';
import { standardLabels } from '../runtime/program-pod';
import { resolveJob } from '../runtime/resolved-job';

/** Props of the replacement of a member. */
export interface EtcdMemberReplacementJobProps extends HostOperationJobProps {
  /** The cluster of the member: stacked, with a member on each control plane. */
  readonly cluster: IEtcdCluster;

  /** The name of the control plane whose member is replaced, such as `cp3`. */
  readonly node: string;

  /**
   * The id of this replacement: 1 to 63 lower-case letters, digits, hyphens and dots, a letter or digit first. An id is used once, for ever: it is
   * recorded on the host, and a second Job with the same id does nothing but report the first one's outcome.
   */
  readonly replacementId: string;

  /** The time in UTC after which this replacement must not begin, such as `2026-11-22T00:00:00Z`. */
  readonly expires: string;

  /**
   * How long the replacement waits for the other members to have a quorum of their own. If they still have none, it ends and changes nothing.
   *
   * @default Duration.minutes(1)
   */
  readonly readyTimeout?: Duration;
}

/**
 * Replaces one member of etcd whose disk or data is gone, while the others serve. The member is removed from the cluster, what is left of its
 * data is set aside, and it joins again, empty, as a learner first. Nothing is changed if the member is healthy, or if the others have no quorum.
 *
 * The pod has to start on the node of the dead member. It does if that node's kubelet reaches the API through a load balancer. Since
 * Kubernetes 1.33 kubeadm makes a kubelet ask the API server of its own machine, which is down without etcd. The Job then waits, and does no
 * harm. Run `sh replace-member.sh --id ID` on the node instead: it does the same, and a Job with that id reports the outcome.
 *
 * Throws when `replacementId` or `expires` isn't written as it must be, when a number or a duration isn't valid, when `node` has no member, when
 * there are fewer than three members, and when the programs would refuse this etcd. Throws for an external etcd, too, as no Job can reach its
 * hosts: run the same program there by hand.
 */
export class EtcdMemberReplacementJob extends Construct {
  /** The Job. */
  public readonly job: kplus.Job;

  /** All the Jobs: only `job`. */
  public readonly jobs: kplus.Job[];

  constructor(scope: Construct, id: string, props: EtcdMemberReplacementJobProps) {
    super(scope, id);
    requireGiven(props, 'cluster', 'node', 'replacementId', 'expires');
    const { cluster: { etcd: cluster }, node: name } = props;
    requireText('node', name);
    requireReplaceable(cluster, name);
    requireRestorable(cluster);
    requireOperationId('replacementId', props.replacementId);
    requireUtcTime('expires', props.expires);
    const job = resolveJob(props);
    this.job = hostOperationJob(this, new Construct(this, 'pod:'), {
      program: Program.REPLACE_MEMBER,
      operationId: props.replacementId,
      expires: props.expires,
      kubernetesVersion: cluster.kubernetesVersion,
      node: name,
      image: job.images.etcdFor(cluster),
      job,
      env: {
        SELF: name,
        MEMBERS: cluster._membersByUrl,
        READY_TIMEOUT: String(requireSeconds('readyTimeout', props.readyTimeout ?? Duration.minutes(1))),
      },
      labels: standardLabels('etcd-member-replacement', cluster.name, props.labels),
      annotations: { 'cdk8s-day2/replacement-id': props.replacementId, 'cdk8s-day2/expires': props.expires, ...props.annotations },
    });
    this.jobs = [this.job];
  }
}

function requireReplaceable(cluster: EtcdCluster, name: string): void {
  if (cluster.isExternal) {
    throw new Error(`cluster ${cluster.name} has an external etcd, whose hosts no Job can reach: run replace-member.sh on the member's host by hand`);
  }
  if (!cluster.controlPlanes.includes(name)) {
    throw new Error(`node must be one of the control planes ${cluster.controlPlanes.join(', ')}, got ${JSON.stringify(name)}`);
  }
  if (cluster.members.length < 3) {
    throw new Error(`cluster ${cluster.name} must have at least 3 members, got ${cluster.members.length}: without one of them there is no quorum, `
      + 'use EtcdRestoreJob instead');
  }
}
