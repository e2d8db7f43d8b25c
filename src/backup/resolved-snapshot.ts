import { Duration, Size, SizeRoundingBehavior } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { EtcdSnapshotProps } from './etcd-snapshot-props';
import { RetentionPolicy } from './retention-policy';
import { SnapshotNodes } from './snapshot-nodes';
import { Placement, placements } from './snapshot-placement';
import { ContainerImages } from '../cluster/container-images';
import { EtcdCluster } from '../cluster/etcd-cluster';
import { requireSeconds } from '../require/duration';
import { requireWholeNumber } from '../require/number';
import { containerResources } from '../runtime/container-resources';
import { BackupVolume } from '../storage/backup-volume';
import { requireApartFromData } from '../storage/host-folder';

/** The props of a snapshot, checked, with every default filled in. */
export interface ResolvedSnapshot {
  readonly cluster: EtcdCluster;
  readonly volume: BackupVolume;
  readonly places: Placement[];
  readonly retention: RetentionPolicy;
  readonly timeoutSeconds: number;
  readonly rounds: number;
  readonly activeDeadline: Duration;
  readonly backoffLimit: number;
  /** Undefined for twice the size of the database. */
  readonly minimumFreeBytes?: number;
  readonly includePki: boolean;
  readonly breakGlassKit: boolean;
  readonly images: ContainerImages;
  readonly resources: kplus.ContainerResources;
  readonly priorityClassName?: string;
  readonly labels: { readonly [key: string]: string };
  readonly annotations: { readonly [key: string]: string };
}

/**
 * Throws when a duration or a number isn't valid, when `includePki` is set for an external etcd, when backups would be in etcd's data, and when
 * there is no node for the pods.
 */
export function resolveSnapshot(props: EtcdSnapshotProps, retention: RetentionPolicy): ResolvedSnapshot {
  const { cluster: { etcd: cluster }, volume, includePki = false, rounds = 3, backoffLimit = 2 } = props;
  const timeoutSeconds = requireSeconds('snapshotTimeout', props.snapshotTimeout ?? Duration.minutes(10));
  const activeDeadline = props.activeDeadline ?? Duration.seconds(Math.max(3600, 2 * timeoutSeconds));
  if (requireSeconds('activeDeadline', activeDeadline) <= timeoutSeconds) {
    throw new Error(`activeDeadline must be longer than snapshotTimeout (${timeoutSeconds} s), got ${activeDeadline.toSeconds()} s: `
      + 'a save that takes all of its time would be killed');
  }
  requireWholeNumber('backoffLimit', backoffLimit, 0);
  requireWholeNumber('rounds', rounds, 1);
  if (includePki && cluster.isExternal) {
    throw new Error(`includePki must be left out for the external etcd cluster ${cluster.name}: its pods see no control plane's files`);
  }
  requireApartFromData(volume.hostPath, cluster);
  return {
    cluster,
    volume,
    places: placements(cluster, volume, props.nodes ?? SnapshotNodes.anyControlPlane()),
    retention,
    timeoutSeconds,
    rounds,
    activeDeadline,
    backoffLimit,
    minimumFreeBytes: props.minimumFreeSpace && bytesOf(props.minimumFreeSpace),
    includePki,
    breakGlassKit: props.breakGlassKit ?? volume.hostPath !== undefined,
    images: props.images ?? ContainerImages.defaults(),
    resources: containerResources(props.resources),
    priorityClassName: props.priorityClassName,
    labels: props.labels ?? {},
    annotations: { 'cdk8s-day2/retention': retention.description, ...props.annotations },
  };
}

function bytesOf(size: Size): number {
  const bytes = Math.ceil(size.toKibibytes({ rounding: SizeRoundingBehavior.NONE }) * 1024);
  if (bytes < 1024) {
    throw new Error(`minimumFreeSpace must be at least 1 KiB, got ${bytes} bytes: leave it out for twice the size of the database`);
  }
  return bytes;
}
