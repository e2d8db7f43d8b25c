import * as path from 'path';
import { EtcdCluster } from '../cluster/etcd-cluster';
import { requireAbsolutePath } from '../require/path';

/** Folders in and below which no backups may be: the system's own, and those that are empty after a reboot. */
const NEVER_IN = ['/proc', '/sys', '/dev', '/run', '/var/run', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/boot', '/usr/bin', '/usr/sbin', '/usr/lib',
  '/etc/kubernetes', '/var/lib/kubelet'];
/** Folders that have folders of other programs in them: a cluster's folder in it could be one of these, such as /var/lib/etcd. */
const NEVER = ['/', '/etc', '/usr', '/var', '/var/lib'];

/** Refuses a folder of the host that belongs to the system: pods write there as root, and delete what has a backup's name. */
export function requireBackupFolder(prop: string, folder: string): void {
  requireAbsolutePath(prop, folder);
  if (NEVER.includes(path.posix.resolve(folder)) || NEVER_IN.some((each) => isIn(each, folder))) {
    throw new Error(`${prop} must be a folder for backups and nothing else, such as /mnt/backup, got ${JSON.stringify(folder)}, which is the system's own: `
      + 'use the folder of a disk of its own');
  }
}

/**
 * Refuses a folder of the host if the cluster's backups would be in etcd's data folder, or that folder among the backups: a restore sets the data
 * aside.
 */
export function requireApartFromData(hostPath: string | undefined, cluster: EtcdCluster): void {
  if (hostPath === undefined || cluster.isExternal) {
    return;
  }
  const own = path.posix.join(hostPath, cluster.name);
  if (isIn(cluster.dataFolder, own) || isIn(own, cluster.dataFolder)) {
    throw new Error(`volume must be apart from etcd's data, got the folder ${hostPath}: backups of ${cluster.name} would be in ${own}, `
      + `and etcd's data is in ${cluster.dataFolder}; use the folder of a disk of its own, such as /mnt/backup`);
  }
}

/** Whether `file` is `folder`, or below it. */
function isIn(folder: string, file: string): boolean {
  const relative = path.posix.relative(folder, file);
  return relative !== '..' && !relative.startsWith('../');
}
