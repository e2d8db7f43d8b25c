import { Size, SizeRoundingBehavior } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { EbsBackupVolumeProps, EbsStorageClassBackupVolumeProps } from './backup-volume-props';
import { requireGiven } from '../require/given';
import { requireWithin } from '../require/number';
import { requireText } from '../require/text';

/** The name of AWS' driver, and the label that has a node's zone. */
export const EBS_DRIVER = 'ebs.csi.aws.com';
export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/**
 * What AWS allows for gp3.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
 */
const GP3 = {
  sizeGiB: { min: 1, max: 65_536 },
  iops: { min: 3_000, max: 80_000, perGiB: 500 },
  throughput: { min: 125, max: 2_000, perIops: 0.25 },
};

/** A zone, a local zone or a wavelength zone: us-east-1a, us-west-2-lax-1a, us-east-1-wl1-bos-wlz-1. */
const ZONE = /^[a-z]{2}(-[a-z]+)+-\d+([a-z]|-[a-z]+-\d+[a-z]|-wl\d+-[a-z]+-wlz-\d+)$/;
const VOLUME_ID = /^vol-([0-9a-f]{8}|[0-9a-f]{17})$/;
const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)\/[A-Za-z0-9/_-]+$/;

export function requireEbsVolume(props: EbsBackupVolumeProps): void {
  requireGiven(props, 'volumeId', 'zone', 'size');
  requireText('volumeId', props.volumeId);
  if (!VOLUME_ID.test(props.volumeId)) {
    throw new Error(`volumeId must be the id of an EBS volume such as vol-0123456789abcdef0, got ${JSON.stringify(props.volumeId)}`);
  }
  requireZone(props.zone);
  requireSize(props.size);
}

export function requireEbsStorageClass(props: EbsStorageClassBackupVolumeProps): void {
  requireGiven(props, 'size');
  const gibibytes = requireSize(props.size);
  if (props.zone !== undefined) {
    requireZone(props.zone);
  }
  if (props.iops !== undefined) {
    requireWithin('iops', props.iops, GP3.iops.min, GP3.iops.max, 'gp3');
    // AWS gives every volume 3,000 IOPS, however small it is.
    if (props.iops > GP3.iops.min && props.iops > gibibytes * GP3.iops.perGiB) {
      throw new Error(`iops must be at most ${GP3.iops.perGiB} for each GiB of size, got ${props.iops} for ${gibibytes} GiB: `
        + `lower it to ${Math.max(GP3.iops.min, gibibytes * GP3.iops.perGiB)}, or make the volume at least ${Math.ceil(props.iops / GP3.iops.perGiB)} GiB`);
    }
  }
  if (props.throughputPerSecond !== undefined) {
    const mebibytes = mebibytesOf(props.throughputPerSecond);
    requireWithin('throughputPerSecond', mebibytes, GP3.throughput.min, GP3.throughput.max, 'gp3, in MiB');
    const iops = props.iops ?? GP3.iops.min;
    if (mebibytes > iops * GP3.throughput.perIops) {
      throw new Error(`throughputPerSecond must be at most ${GP3.throughput.perIops} MiB for each of iops, got ${mebibytes} MiB with ${iops} IOPS: `
        + `lower it to ${Math.floor(iops * GP3.throughput.perIops)} MiB, or raise iops to ${mebibytes / GP3.throughput.perIops}`);
    }
  }
  if (props.kmsKeyArn !== undefined && !KEY_ARN.test(props.kmsKeyArn)) {
    throw new Error(`kmsKeyArn must be the full ARN of a KMS key such as arn:aws:kms:eu-central-1:123456789012:key/…, got ${JSON.stringify(props.kmsKeyArn)}`);
  }
  for (const [key, value] of Object.entries(props.tags ?? {})) {
    requireTag(key, value);
  }
}

/**
 * The StorageClass of gp3 volumes: encrypted, kept when the claim goes, made in the zone of the first pod.
 *
 * @see https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
 */
export function gp3Class(props: EbsStorageClassBackupVolumeProps): k8s.KubeStorageClassProps {
  const tags = Object.entries(props.tags ?? {}).map(([key, value], i) => [`tagSpecification_${i + 1}`, `${key}=${value}`]);
  return {
    provisioner: EBS_DRIVER,
    parameters: {
      'type': 'gp3',
      'encrypted': 'true',
      'csi.storage.k8s.io/fstype': props.fsType ?? 'ext4',
      ...props.kmsKeyArn && { kmsKeyId: props.kmsKeyArn },
      ...props.iops && { iops: String(props.iops) },
      ...props.throughputPerSecond && { throughput: String(mebibytesOf(props.throughputPerSecond)) },
      ...Object.fromEntries(tags),
    },
    reclaimPolicy: 'Retain',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
    ...props.zone && { allowedTopologies: [{ matchLabelExpressions: [{ key: ZONE_LABEL, values: [props.zone] }] }] },
  };
}

/** A size in MiB, as AWS takes it. It isn't rounded, so that a fraction is refused. */
function mebibytesOf(size: Size): number {
  return size.toMebibytes({ rounding: SizeRoundingBehavior.NONE });
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
function requireTag(key: string, value: string): void {
  if (key.length < 1 || key.length > 128 || /^aws:/i.test(key)) {
    throw new Error(`tags: a key must have 1 to 128 characters and not begin with aws:, got ${JSON.stringify(key)}`);
  }
  // The driver splits its parameter at the first =, and reads {{ }} as a template.
  if (key.includes('=') || /[{}]/.test(key + value)) {
    throw new Error(`tags: a key must not contain =, and neither key nor value may contain braces, got ${JSON.stringify(`${key}=${value}`)}`);
  }
  if (value.length > 256) {
    throw new Error(`tags: the value of ${JSON.stringify(key)} must have at most 256 characters, got ${value.length}`);
  }
}

function requireZone(zone: string): void {
  requireText('zone', zone);
  if (!ZONE.test(zone)) {
    throw new Error(`zone must be an availability zone such as eu-central-1a (a region alone is not one), got ${JSON.stringify(zone)}`);
  }
}

function requireSize(size: Size): number {
  const gibibytes = size.toGibibytes({ rounding: SizeRoundingBehavior.NONE });
  requireWithin('size', gibibytes, GP3.sizeGiB.min, GP3.sizeGiB.max, 'EBS, in whole GiB');
  return gibibytes;
}
