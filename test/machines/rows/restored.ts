import { Refused, Row } from '../row';
import { cp1 } from './cp1';

const source = 'courses for the CKA and blogs on etcdctl snapshot restore';
const of = 'etcd';

const IN_THE_CONTAINER: Refused = {
  refused: /data-dir|hostPath|volume|mount/i,
  because: 'the flag names a folder that is not mounted: the data is in the container and goes with it, and the folder on the host is stale',
};

/** Manifests as people leave them after a restore by hand. */
export const RESTORED: Row[] = [
  {
    file: 'restored-hostpath-moved',
    title: 'hostPath changed, the flag kept',
    of,
    source,
    expect: cp1({}, { hostDataDir: '/var/lib/etcd-from-backup' }),
  },
  {
    file: 'restored-all-three-moved',
    title: 'flag, mountPath and hostPath changed',
    of,
    source,
    expect: cp1({ 'data-dir': '/var/lib/etcd-from-backup' }, { hostDataDir: '/var/lib/etcd-from-backup' }),
  },
  {
    file: 'restored-flag-and-mount-path',
    title: 'flag and mountPath changed, hostPath kept',
    of,
    source,
    expect: cp1({ 'data-dir': '/var/lib/etcd-from-backup' }),
  },
  { file: 'restored-flag-alone', title: 'only the flag changed', of, source, expect: IN_THE_CONTAINER },
  { file: 'restored-flag-and-hostpath', title: 'flag and hostPath changed, mountPath kept', of, source, expect: IN_THE_CONTAINER },
  {
    file: 'restored-below-the-mount',
    title: 'restored into a folder within the old one',
    of,
    source,
    expect: cp1({ 'data-dir': '/var/lib/etcd/restored-2024-05-01' }, { hostDataDir: '/var/lib/etcd/restored-2024-05-01' }),
  },
  {
    file: 'restored-cluster-token',
    title: '--initial-cluster-token added',
    of,
    source,
    expect: cp1({ 'data-dir': '/var/lib/etcd-from-backup', 'initial-cluster-token': 'etcd-cluster-1' }, { hostDataDir: '/var/lib/etcd-from-backup' }),
  },
  {
    file: 'restored-force-new-cluster',
    title: '--force-new-cluster never taken out',
    of,
    source: 'etcd, disaster recovery; blogs',
    expect: cp1({ 'force-new-cluster': 'true' }),
  },
  {
    file: 'restored-old-lines-commented',
    title: 'the old lines kept as comments',
    of,
    source,
    expect: cp1({ 'data-dir': '/var/lib/etcd-new' }, { hostDataDir: '/var/lib/etcd-new' }),
  },
];
