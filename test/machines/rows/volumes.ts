import { Refused, Row } from '../row';
import { cp1, filesIn } from './cp1';

const of = 'etcd';
const source = 'Kubernetes, volumes and mounts';

const NOT_ON_THE_HOST: Refused = { refused: /hostPath|volume|mount/i, because: 'the data is in no folder of the host' };

/** Where the container's folders are on the host. */
export const VOLUMES: Row[] = [
  { file: 'volume-sub-path', title: 'subPath', of, source, expect: cp1({}, { hostDataDir: '/mnt/disk/cp1/etcd' }) },
  {
    file: 'volume-trailing-slashes',
    title: 'slashes behind flag, mountPath and path',
    of,
    source: 'Rancher, openshift',
    expect: cp1({ 'data-dir': '/var/lib/etcd/' }),
  },
  { file: 'volume-longer-mount', title: 'two mounts, of which the longer one is the data\'s', of, source, expect: cp1({}, { hostDataDir: '/mnt/ssd/etcd' }) },
  {
    file: 'volume-two-at-one-place',
    title: 'two volumes at one place, a slash apart',
    of,
    source: 'the fuzzer; the API refuses a mountPath given twice, but compares the letters',
    expect: { refused: /two volumes (are )?mounted at \/var\/lib\/etcd/, because: 'the runtime decides which of them covers the other' },
  },
  { file: 'volume-parent-mount', title: '/var/lib mounted, the data in it', of, source, expect: cp1() },
  { file: 'volume-similar-names', title: 'mounts at /var/lib/etc and /var/lib/etcd2', of, source, expect: cp1({}, { hostDataDir: '/srv/etcd' }) },
  { file: 'volume-whole-host', title: '/ mounted at /rootfs', of, source: 'kops', expect: cp1({ 'data-dir': '/rootfs/var/lib/etcd' }) },
  { file: 'volume-wal-apart', title: '--wal-dir on a disk of its own', of, source: 'etcd, tuning', expect: cp1({ 'wal-dir': '/var/lib/etcd-wal' }) },
  { file: 'volume-wal-within-data', title: '--wal-dir within the data folder', of, source: 'etcd, tuning', expect: cp1({ 'wal-dir': '/var/lib/etcd/wal' }) },
  { file: 'volume-same-name-elsewhere', title: 'another container has something else at that place', of, source, expect: cp1() },
  {
    file: 'volume-files-one-by-one',
    title: 'the authority\'s file mounted over its folder',
    of,
    source,
    expect: cp1({}, { hostFiles: { ...filesIn('/etc/kubernetes/pki/etcd'), 'trusted-ca-file': '/etc/pki/ca-trust/etcd-ca.pem' } }),
    // Then nobody can tell where a client's certificate is.
    typescript: /from different folders of the host: set certificates/,
  },
  {
    file: 'volume-below-data',
    title: 'a disk mounted below the data folder',
    of,
    source: 'a disk for the write-ahead log',
    typescript: 'understood',
    expect: { refused: /mount|member\/wal/i, because: 'the folder can\'t be renamed while something else is mounted in it', meaning: cp1() },
  },
  {
    file: 'volume-sub-path-expression',
    title: 'subPathExpr',
    of,
    source,
    expect: { refused: /subPathExpr is known only in the container: write subPath in its place/, because: 'variables make the path' },
    typescript: /has no hostPath volume/,
  },
  { file: 'volume-empty-dir', title: 'emptyDir', of, source, expect: NOT_ON_THE_HOST },
  { file: 'volume-claim', title: 'a claim', of, source, expect: NOT_ON_THE_HOST },
  { file: 'volume-without-declaration', title: 'a mount of a volume that is not there', of, source, expect: NOT_ON_THE_HOST },
  { file: 'volume-without-mount', title: 'a volume that is not mounted', of, source, expect: NOT_ON_THE_HOST },
];
