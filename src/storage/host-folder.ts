import * as path from 'path';
import { EtcdCluster } from '../cluster/etcd-cluster';
import { requireAbsolutePath } from '../require/path';

/** Folders in which nothing is kept: the machine's own, and those that are gone after a reboot. */
const NEVER_IN = ['/proc', '/sys', '/dev', '/run', '/var/run', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/boot', '/usr/bin', '/usr/sbin', '/usr/lib',
  '/etc/kubernetes', '/var/lib/kubelet'];
/** Folders that have others' folders in them, for which one could be taken. */
const NEVER = ['/', '/etc', '/usr', '/var', '/var/lib'];

/** Refuses a folder of the host that belongs to the system: root writes there, and deletes what is named as a backup. */
export function requireBackupFolder(prop: string, folder: string): void {
  requireAbsolutePath(prop, folder);
  if (NEVER.includes(path.posix.resolve(folder)) || NEVER_IN.some((each) => isIn(each, folder))) {
    throw new Error(`${prop} must be a folder for backups and nothing else, such as /mnt/backup, got ${JSON.stringify(folder)}, which is the system's own: `
      + 'use the folder of a disk of its own');
  }
}

/** Refuses a volume of the host by which a cluster's backups would be in etcd's data folder, or the data in theirs: a restore sets that folder aside. */
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

/** Whether a path is a folder or in it. */
function isIn(folder: string, file: string): boolean {
  const relative = path.posix.relative(folder, file);
  return relative !== '..' && !relative.startsWith('../');
}
