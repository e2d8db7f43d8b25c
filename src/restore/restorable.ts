import { EtcdCluster } from '../cluster/etcd-cluster';

/** Refuses a cluster whose machines the programs would refuse: better when a chart is synthesized than at night. */
export function requireRestorable({ name, _restoreObstacle }: EtcdCluster): void {
  if (_restoreObstacle !== undefined) {
    throw new Error(`cluster ${name} can't be restored as its etcd is: ${_restoreObstacle} (docs/restore.md, which clusters)`);
  }
}
