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

/** Which member is replaced, and once. */
export interface EtcdMemberReplacementJobProps extends HostOperationJobProps {
  /** The cluster that the member is of: stacked, with a member on each control plane. */
  readonly cluster: IEtcdCluster;

  /** The name of the control plane whose member is replaced, such as `cp3`. */
  readonly node: string;

  /**
   * The id of this replacement, once for ever: lower-case letters, digits, hyphens and dots, at most 63. It is recorded on the host; a
   * second Job with the same id reports the first one's outcome and does nothing.
   */
  readonly replacementId: string;

  /** The time in UTC after which this replacement must not begin, such as `2026-11-22T00:00:00Z`. */
  readonly expires: string;

  /**
   * How long the others may take to be seen with a quorum of their own, before nothing is done.
   *
   * @default Duration.minutes(1)
   */
  readonly readyTimeout?: Duration;
}

/**
 * Replaces one member of etcd whose disk or data is gone, while the others serve: it is removed from the cluster, what is left of its data is
 * set aside, and it joins again, empty, as a learner first. A member that is healthy, or without which the others have no quorum, is left as it is.
 *
 * The pod has to start on the node of the dead member. It does where that node's kubelet reaches the API through a load balancer. Since
 * Kubernetes 1.33 kubeadm has it ask its own API server, which is down without its etcd: then the Job waits, and does no harm. There,
 * `sh replace-member.sh --id ID` on the node itself does the same, and a Job with that id reports what came of it.
 *
 * Throws when the id or the time isn't written as it must be, when the node has no member, when there are fewer than three members, and for external etcd, whose hosts no
 * Job can reach: there the same program runs by hand.
 */
export class EtcdMemberReplacementJob extends Construct {
  /** The Job. */
  public readonly job: kplus.Job;

  /** All the Jobs: that one. */
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
        MEMBERS: cluster.members.map((member) => `${member.name}=${member.clientUrl}`).join(' '),
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
    throw new Error(`cluster ${cluster.name} has ${cluster.members.length} of the 3 members that it takes: without one of them there is no quorum, `
      + 'use EtcdRestoreJob instead');
  }
}
