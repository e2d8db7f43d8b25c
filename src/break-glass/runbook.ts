import { EXTERNAL_PAGE } from './external-page';
import { fillPage, PageValues } from './page';
import { STACKED_PAGE } from './stacked-page';
import { formatHost, parseEndpoint } from '../cluster/endpoint';
import { EtcdCluster } from '../cluster/etcd-cluster';
import { shellQuoted } from '../storage/shell-quoted';

/** Where a person finds the backups with the cluster down. */
export interface BackupsByHand {
  /** The volume's folder on the machine. */
  readonly folder: string;
  /** The command that mounts the volume, where the folder is not one of the machine itself. */
  readonly mount?: string;
  /** The names of the machines that have the folder; empty where any machine can mount it. */
  readonly machines: string[];
  /** Whether the files belong to a user of pods, not to root. Then root runs only a copy of the kit, and needs --trust-backups for a backup. */
  readonly ofPods?: boolean;
}

interface Machine {
  readonly name: string;
  readonly url: string;
  /** The machine's address for ssh. */
  readonly login: string;
}

/**
 * The page beside the backups. It is for a person who has never done this, at night, with the API server down: the commands come first.
 *
 * It says nothing that differs between two workloads on the same volume: they would replace each other's kit at every run.
 */
export function runbook(cluster: EtcdCluster, backups: BackupsByHand): string {
  return fillPage(cluster.isExternal ? EXTERNAL_PAGE : STACKED_PAGE, valuesOf(cluster, backups));
}

function valuesOf(cluster: EtcdCluster, backups: BackupsByHand): PageValues {
  const machines = machinesOf(cluster);
  const holder = machines.find(({ name }) => backups.machines.includes(name)) ?? machines[0];
  const others = machines.filter((machine) => machine !== holder);
  const onEach = machines.every(({ name }) => backups.machines.includes(name));
  const own = `${backups.folder}/${cluster.name}`;
  const kit = shellQuoted(`${own}/break-glass`);
  const withBackups = backups.machines.join(', ');
  return {
    CLUSTER: cluster.name,
    DATA: cluster.dataFolder,
    ETCD: `${cluster.etcdVersion}`,
    MACHINES: machines.map(({ name, url }) => `${name}   ${url}`).join('\n'),
    ONE: others.length === 0,
    SEVERAL: others.length > 0,
    NUMBER: `${machines.length}`,
    QUORUM: `${Math.floor(machines.length / 2) + 1}`,

    HOLDER: holder.name,
    ROOT_OF_HOLDER: rootOf(holder.login),
    OTHERS: namesOf(others),
    ANOTHER: others[0]?.name ?? '',
    ALL_OTHERS: others.map(({ name }) => name).join(' '),
    // As the machines print them, each with another value.
    WORDS: others.map(({ name }, i) => `${name}=${(0x1a2b3c4d + i * 0x11111111).toString(16)}`).join(' '),
    OR_ANOTHER: onEach && others.length > 0 ? ', or whichever of the machines has the newest backup' : '',

    BACKUPS: own,
    BACKUPS_QUOTED: shellQuoted(own),
    KEEPER: backups.machines[0] ?? 'any machine',
    WITH_BACKUPS: withBackups,
    ON_MACHINES: withBackups === '' ? '' : ` on ${withBackups}`,
    ON_SOME: withBackups !== '' && !onEach,
    MOUNT: backups.mount ?? '',
    TRUST: backups.ofPods ? ' --trust-backups' : '',

    KIT: kit,
    KIT_ON_EACH: onEach,
    KIT_ON_ONE: !onEach,
    KIT_ON_OTHERS: onEach ? kit : '/root/break-glass',
    OPEN_KIT: backups.ofPods ? `cp -rL ${kit} /root/     # whoever can write to the volume could have changed it: look\n`
      + `cd /root/break-glass && export BACKUP_ROOT=${shellQuoted(backups.folder)}` : `cd ${kit}`,
    COPY_KIT_TO_OTHERS: others.map(({ login }) => `scp -rp ${kit} ${rootOf(login)}`).join('\n'),
  };
}

/** The members on the control planes; for an external etcd, what its endpoints tell. */
function machinesOf(cluster: EtcdCluster): Machine[] {
  const known = cluster.isExternal
    ? cluster.endpointsSeenFrom().map((url) => ({ name: hostOf(url), url }))
    : cluster.members.map(({ name, clientUrl }) => ({ name, url: clientUrl }));
  return known.map((machine) => ({ ...machine, login: hostOf(machine.url) }));
}

function hostOf(url: string): string {
  return formatHost(parseEndpoint('endpoint', url).host);
}

/** The target of scp, quoted: a shell would read the brackets of an IPv6 address as a pattern. */
function rootOf(login: string): string {
  return shellQuoted(`root@${login}:/root/`);
}

function namesOf(machines: Machine[]): string {
  const names = machines.map(({ name }) => name);
  return [...names.length > 1 ? [names.slice(0, -1).join(', ')] : [], ...names.slice(-1)].join(' and ');
}
