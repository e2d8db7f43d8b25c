import { Duration } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { EtcdRestoreJobProps } from './etcd-restore-job-props';
import { requireRestorable } from './restorable';
import { SnapshotSource } from './snapshot-source';
import { EtcdMember } from '../cluster/etcd-member';
import { requireSeconds } from '../require/duration';
import { requireGiven } from '../require/given';
import { requireUtcTime } from '../require/utc-time';
import { hostOperationJob, requireOperationId } from '../runtime/host-operation';
import { Program } from '../runtime/program';
import { standardLabels } from '../runtime/program-pod';
import { resolveJob } from '../runtime/resolved-job';
import { requireApartFromData } from '../storage/host-folder';
import { BACKUP_PATH } from '../storage/mount-path';

/**
 * Restores etcd from a snapshot: verified first, restored aside while the old etcd serves, swapped quickly, nothing deleted.
 *
 * There is a Job for each member. The pods only start the work and follow it. A systemd unit on each host does the work, and goes on without its
 * pod, without an API server, and after a power cut. The machines decide together, once, whether to swap.
 *
 * Throws when `restoreId` or `expires` isn't written as it must be, when a number or a duration isn't valid, when `holder` or `lostMembers` are
 * no members, when the lost members leave no quorum, when `holder` is missing for a folder of the host and several control planes, when that
 * folder isn't apart from etcd's data, and when the programs would refuse this etcd. Throws for an external etcd, too, as no Job can reach its
 * hosts: run the same program there by hand.
 */
export class EtcdRestoreJob extends Construct {
  /** The holder's Job. */
  public readonly job: kplus.Job;

  /** All the Jobs, the holder's first. */
  public readonly jobs: kplus.Job[];

  /** The control plane that restores; the others join it. */
  public readonly holder: string;

  constructor(scope: Construct, id: string, props: EtcdRestoreJobProps) {
    super(scope, id);
    requireGiven(props, 'cluster', 'volume', 'restoreId', 'expires');
    const { cluster: { etcd: cluster } } = props;
    if (cluster.isExternal) {
      throw new Error(`cluster ${cluster.name} has an external etcd, whose hosts no Job can reach: run restore.sh on them by hand`);
    }
    requireRestorable(cluster);
    requireApartFromData(props.volume.hostPath, cluster);
    requireOperationId('restoreId', props.restoreId);
    requireUtcTime('expires', props.expires);
    const members = presentMembers(props);
    this.holder = chooseHolder(props, members);
    const ordered = [...members.filter(({ name }) => name === this.holder), ...members.filter(({ name }) => name !== this.holder)];
    this.jobs = ordered.map(({ name }) => this.renderJob(name, members, props));
    this.job = this.jobs[0];
  }

  private renderJob(name: string, members: EtcdMember[], props: EtcdRestoreJobProps): kplus.Job {
    const { etcd } = props.cluster;
    const isHolder = name === this.holder;
    const home = new Construct(this, `pod:${name}`);
    const job = resolveJob(props);
    const role = isHolder ? 'holder' : 'follower';
    const labels = standardLabels('etcd-restore', etcd.name, { 'cdk8s-day2/role': role, ...props.labels });
    const annotations = { 'cdk8s-day2/restore-id': props.restoreId, 'cdk8s-day2/expires': props.expires, ...props.annotations };
    const claimed = isHolder && props.volume.hostPath === undefined;
    return hostOperationJob(this, home, {
      program: Program.RESTORE,
      // An id is used once. A dry run has another id, so that it doesn't use up the restore's.
      operationId: props.dryRun ? `${props.restoreId}.dry-run` : props.restoreId,
      expires: props.expires,
      kubernetesVersion: etcd.kubernetesVersion,
      node: name,
      image: job.images.etcdFor(etcd),
      job,
      env: {
        CLUSTER: etcd.name,
        ROLE: role,
        SELF: name,
        HOLDER: this.holder,
        MEMBERS: members.map((member) => `${member.name}=${member.clientUrl}`).join(' '),
        ...props.lostMembers?.length && { LOST: props.lostMembers.join(' ') },
        ...isHolder && {
          SNAPSHOT: (props.snapshot ?? SnapshotSource.latest())._value,
          // The unit reads a folder of the host where it is. A claim is mounted only in the pod, so the backup is copied to the host first.
          ...claimed ? { STAGED_FROM: BACKUP_PATH } : { BACKUP_ROOT: props.volume.hostPath! },
        },
        ...props.dryRun && { DRY_RUN: '1' },
        READY_TIMEOUT: String(requireSeconds('readyTimeout', props.readyTimeout ?? Duration.minutes(10))),
        STOP_TIMEOUT: String(requireSeconds('stopTimeout', props.stopTimeout ?? Duration.minutes(2))),
        FINISH_TIMEOUT: String(requireSeconds('finishTimeout', props.finishTimeout ?? Duration.minutes(15))),
        ...props.acceptChangedKeys && { ACCEPT_CHANGED_KEYS: '1' },
        API_SERVER_GRACE: String(requireSeconds('apiServerGrace', props.apiServerGrace ?? Duration.seconds(1))),
      },
      mounts: claimed ? [{ volume: props.volume.volume, path: BACKUP_PATH, readOnly: true }] : [],
      labels,
      annotations,
    });
  }
}

function presentMembers({ cluster: { etcd: cluster }, lostMembers = [] }: EtcdRestoreJobProps): EtcdMember[] {
  const stranger = lostMembers.find((name) => !cluster.controlPlanes.includes(name));
  if (stranger !== undefined) {
    throw new Error(`lostMembers must name only the control planes ${cluster.controlPlanes.join(', ')}, got ${JSON.stringify(stranger)}`);
  }
  const present = cluster.members.filter(({ name }) => !lostMembers.includes(name));
  if (present.length <= lostMembers.length) {
    throw new Error(`lostMembers leaves ${present.length} of ${cluster.members.length} members, which have no quorum to decide with: `
      + 'run restore.sh by hand on the nodes that are left, naming the lost ones');
  }
  return present;
}

function chooseHolder({ holder, volume, cluster: { etcd: cluster } }: EtcdRestoreJobProps, present: EtcdMember[]): string {
  if (holder === undefined) {
    if (volume.hostPath !== undefined && cluster.members.length > 1) {
      throw new Error(`holder must be set, as holder: '${present[0].name}': the snapshot is in the folder ${volume.hostPath} of one of `
        + `${present.map(({ name }) => name).join(', ')}`);
    }
    return present[0].name;
  }
  if (!present.some(({ name }) => name === holder)) {
    throw new Error(`holder must be one of ${present.map(({ name }) => name).join(', ')}, got ${JSON.stringify(holder)}`);
  }
  return holder;
}
