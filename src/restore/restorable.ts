import { EtcdCluster } from '../cluster/etcd-cluster';

/** Refuses a cluster that the programs would refuse on its machines: better when a chart is synthesized than at night. */
export function requireRestorable({ name, _restoreObstacle }: EtcdCluster): void {
  if (_restoreObstacle !== undefined) {
    throw new Error(`cluster ${name} can't be restored as its etcd is: ${_restoreObstacle} (docs/restore.md, which clusters)`);
  }
}
