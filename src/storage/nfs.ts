import { isIPv6 } from 'net';
import { NfsBackupVolumeProps } from './backup-volume-props';
import { shellQuoted } from './shell-quoted';
import { requireGiven } from '../require/given';
import { requireList } from '../require/list';
import { requireAbsolutePath } from '../require/path';
import { requireLine, requireText } from '../require/text';

export function requireNfs(props: NfsBackupVolumeProps): void {
  requireGiven(props, 'server', 'path');
  requireText('server', props.server);
  if (!/^[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?$/.test(props.server) && !isAddress(props.server)) {
    throw new Error(`server must be the name or address of an NFS server, got ${JSON.stringify(props.server)}: leave port and path out`);
  }
  requireAbsolutePath('path', props.path);
  if (props.mountOptions !== undefined) {
    requireList('mountOptions', props.mountOptions);
    props.mountOptions.forEach((option) => requireLine('mountOptions', option));
  }
}

/** The command by which a person mounts the folder at a path of a machine. */
export function mountNfs({ server, path, mountOptions = [] }: NfsBackupVolumeProps, at: string): string {
  // Kubernetes adds the brackets itself; `mount` needs them.
  const host = isIPv6(server) ? `[${server}]` : server;
  const options = mountOptions.length > 0 ? `-o ${shellQuoted(mountOptions.join(','))} ` : '';
  return `mount -t nfs ${options}${shellQuoted(`${host}:${path}`)} ${at}`;
}

/** Whether a server is an IPv6 address, in brackets or not. One such as fe80::1%eth0 doesn't count: it names an interface of one machine. */
function isAddress(server: string): boolean {
  return isIPv6(server.replace(/^\[(.*)\]$/, '$1')) && !server.includes('%');
}
