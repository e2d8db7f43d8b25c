import { writeFileSync } from 'fs';
import { join } from 'path';
import { snapshotBytes } from './backups-on-disk';
import { SnapshotScene } from './snapshot-scene';
import { SnapshotNodes } from '../../../src/backup/snapshot-nodes';
import { EtcdCluster } from '../../../src/cluster/etcd-cluster';
import { EtcdVersion } from '../../../src/cluster/etcd-version';

/** Where the pod runs. */
export const NODE = SnapshotNodes.named('worker-1');

/** An etcd of which nothing is real: for what is about the volume, not about etcd. */
export const STUB_CLUSTER = EtcdCluster.external({ name: 'prod', endpoints: ['http://127.0.0.1:2379'], etcdVersion: EtcdVersion.of('3.6.5') });

const ETCDCTL = `
case "$*" in
  *'endpoint status'*)
    echo '[{"Endpoint":"http://127.0.0.1:2379","Status":{"header":{"cluster_id":7,"member_id":8,"revision":200,"raft_term":2},"version":"3.6.5","dbSize":4096,"leader":8}}]' ;;
  *'member list'*)
    echo '{"header":{},"members":[{"ID":8,"name":"cp1","peerURLs":["http://127.0.0.1:2380"],"clientURLs":["http://127.0.0.1:2379"]}]}' ;;
  *'snapshot save'*)
    for file; do :; done
    cp /usr/local/bin/snapshot.db "$file" ;;
  *) echo "not expected: $*" >&2; exit 1 ;;
esac
`;

const ETCDUTL = `
echo '{"hash":1,"revision":200,"totalKey":3,"totalSize":4096,"version":"3.6.0"}'
`;

/** The image's programs, in whose place these stand: they answer as etcd 3.6's do, and save a small file that is built as a snapshot is. */
export function stubImage(scene: SnapshotScene): Record<string, string> {
  const snapshot = join(scene.folder, 'snapshot.db');
  writeFileSync(snapshot, snapshotBytes('a snapshot'));
  return { 'etcdctl': scene.program('etcdctl', ETCDCTL), 'etcdutl': scene.program('etcdutl', ETCDUTL), 'snapshot.db': snapshot };
}
