import { Size } from 'cdk8s';
import { BackupVolume } from '../../src/storage/backup-volume';
import { EbsStorageClassBackupVolumeProps, EbsBackupVolumeProps } from '../../src/storage/backup-volume-props';
import { chart } from '../backup/snapshot-fixtures';

const existing = (changes: Partial<EbsBackupVolumeProps>) => () =>
  BackupVolume.fromEbsVolume(chart(), 'backups', { volumeId: 'vol-0123456789abcdef0', zone: 'eu-central-1a', size: Size.gibibytes(20), ...changes });
const created = (changes: Partial<EbsStorageClassBackupVolumeProps>) => () =>
  BackupVolume.fromEbsStorageClass(chart(), 'backups', { size: Size.gibibytes(20), ...changes });

describe('the id of a volume', () => {
  test.each(['vol-0123456789abcdef0', 'vol-01234567'])('%s is one, new or old', (volumeId) => {
    expect(existing({ volumeId })).not.toThrow();
  });

  test.each(['', 'vol-', 'vol-0123456789ABCDEF0', 'vol-0123456789abcdef', 'snap-0123456789abcdef0', ' vol-01234567'])('%j is none', (volumeId) => {
    expect(existing({ volumeId })).toThrow(`volumeId must be the id of an EBS volume such as vol-0123456789abcdef0, got ${JSON.stringify(volumeId)}`);
  });
});

describe('a zone', () => {
  test.each(['eu-central-1a', 'us-gov-west-1b', 'us-west-2-lax-1a', 'us-east-1-wl1-bos-wlz-1', 'ap-southeast-2c'])('%s is one', (zone) => {
    expect(existing({ zone })).not.toThrow();
    expect(created({ zone })).not.toThrow();
  });

  test.each(['', 'eu-central-1', 'eu-central', 'EU-CENTRAL-1A', 'europe-west1-b'])('%j is none', (zone) => {
    const message = `zone must be an availability zone such as eu-central-1a (a region alone is not one), got ${JSON.stringify(zone)}`;
    expect(existing({ zone })).toThrow(message);
    expect(created({ zone })).toThrow(message);
  });
});

describe('a size', () => {
  test.each<[string, Size]>([['1 GiB', Size.gibibytes(1)], ['64 TiB', Size.tebibytes(64)], ['2048 MiB', Size.mebibytes(2048)]])('%s is taken', (_, size) => {
    expect(existing({ size })).not.toThrow();
    expect(created({ size })).not.toThrow();
  });

  test.each<[string, Size]>([['0', Size.gibibytes(0)], ['65537', Size.gibibytes(65_537)], ['1.5', Size.mebibytes(1536)]])('%s GiB is none', (got, size) => {
    const message = `size must be a whole number from 1 to 65536 (EBS, in whole GiB), got ${got}`;
    expect(existing({ size })).toThrow(message);
    expect(created({ size })).toThrow(message);
  });
});

describe('I/O operations a second', () => {
  test.each<[number, number]>([[3_000, 1], [3_500, 7], [10_000, 20], [80_000, 160]])('%d for %d GiB are taken', (iops, gibibytes) => {
    expect(created({ iops, size: Size.gibibytes(gibibytes) })).not.toThrow();
  });

  test.each([2_999, 80_001, 3_000.5, 0])('%d are outside of what gp3 has', (iops) => {
    expect(created({ iops, size: Size.tebibytes(1) })).toThrow(`iops must be a whole number from 3000 to 80000 (gp3), got ${iops}`);
  });

  test('too many for the size: both ways out are said', () => {
    expect(created({ iops: 10_001 })).toThrow('iops must be at most 500 for each GiB of size, got 10001 for 20 GiB: lower it to 10000, or make the volume at least 21 GiB');
    expect(created({ iops: 4_000, size: Size.gibibytes(2) })).toThrow('lower it to 3000, or make the volume at least 8 GiB');
  });
});

describe('throughput', () => {
  test.each<[number, number | undefined]>([[125, undefined], [750, undefined], [1_000, 4_000], [2_000, 8_000]])('%d MiB/s with %p IOPS are taken', (throughput, iops) => {
    expect(created({ throughputPerSecond: Size.mebibytes(throughput), iops, size: Size.gibibytes(100) })).not.toThrow();
  });

  test.each([124, 2_001, 500.5, 0])('%d MiB/s are outside of what gp3 has', (throughput) => {
    expect(created({ throughputPerSecond: Size.mebibytes(throughput), iops: 80_000, size: Size.tebibytes(1) })).toThrow(`throughputPerSecond must be a whole number from 125 to 2000 (gp3, in MiB), got ${throughput}`);
  });

  test('too much for the IOPS: both ways out are said', () => {
    expect(created({ throughputPerSecond: Size.mebibytes(751) }))
      .toThrow('throughputPerSecond must be at most 0.25 MiB for each of iops, got 751 MiB with 3000 IOPS: lower it to 750 MiB, or raise iops to 3004');
  });

  test('the lowered value is one that is taken', () => {
    expect(created({ throughputPerSecond: Size.mebibytes(1_000), iops: 3_001 })).toThrow('lower it to 750 MiB, or raise iops to 4000');
    expect(created({ throughputPerSecond: Size.mebibytes(750), iops: 3_001 })).not.toThrow();
  });
});

describe('a key', () => {
  test.each([
    'arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f',
    'arn:aws:kms:eu-central-1:123456789012:key/mrk-0a1b2c3d0a1b2c3d4e5f0a1b2c3d4e5f',
    'arn:aws-us-gov:kms:us-gov-west-1:123456789012:alias/backups',
  ])('%s is one', (kmsKeyArn) => {
    expect(created({ kmsKeyArn })).not.toThrow();
  });

  test.each(['', '0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f', 'alias/backups', 'arn:aws:s3:::bucket'])('%j is none', (kmsKeyArn) => {
    expect(created({ kmsKeyArn })).toThrow(`kmsKeyArn must be the full ARN of a KMS key such as arn:aws:kms:eu-central-1:123456789012:key/…, got ${JSON.stringify(kmsKeyArn)}`);
  });
});

describe('tags', () => {
  test('as long as AWS takes them', () => {
    expect(created({ tags: { ['k'.repeat(128)]: 'v'.repeat(256), empty: '', equals: 'a=b' } })).not.toThrow();
  });

  test.each<[string, { [key: string]: string }]>([
    ['a key must have 1 to 128 characters and not begin with aws:, got ""', { '': 'value' }],
    [`a key must have 1 to 128 characters and not begin with aws:, got "${'k'.repeat(129)}"`, { ['k'.repeat(129)]: 'value' }],
    ['a key must have 1 to 128 characters and not begin with aws:, got "AWS:team"', { 'AWS:team': 'value' }],
    ['a key must not contain =, and neither key nor value may contain braces, got "a=b=c"', { 'a=b': 'c' }],
    ['a key must not contain =, and neither key nor value may contain braces, got "name={{ .PVName }}"', { name: '{{ .PVName }}' }],
    ['the value of "long" must have at most 256 characters, got 257', { long: 'v'.repeat(257) }],
  ])('tags: %s', (message, tags) => {
    expect(created({ tags })).toThrow(`tags: ${message}`);
  });
});
