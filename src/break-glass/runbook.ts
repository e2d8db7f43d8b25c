import { formatHost, parseEndpoint } from '../cluster/endpoint';
import { EtcdCluster } from '../cluster/etcd-cluster';
import { shellQuoted } from '../storage/shell-quoted';

/** Where a person finds the backups with the cluster down. */
export interface BackupsByHand {
  /** The volume's folder on the machine. */
  readonly folder: string;
  /** What has to be typed for it to be there, where it is no folder of the machine's own. */
  readonly mount?: string;
  /** The names of the machines that have the folder; none where any can mount it. */
  readonly machines: string[];
  /** Whether its files belong to a user of pods, and not to root: root doesn't run a kit there, nor take a backup, without a word. */
  readonly ofPods?: boolean;
}

/** What the page says differently for etcd on the control planes and for an etcd of its own. */
interface Wording {
  /** The machine that has the backups. */
  readonly keeper: string;
  /** Names of members: the holder's, another one's, a lost one's. */
  readonly holder: string;
  readonly member: string;
  readonly lost: string;
  /** How the snapshot is chosen, and a word on that. */
  readonly chosen: string;
  readonly choices: string;
  /** What is typed so that the holder has the kit and the backup, if it hasn't. */
  readonly toHolder: string;
  /** Who needs the kit besides the other members. */
  readonly toApiServers: string;
  readonly onOthers: string;
  /** What follows the line that others type. */
  readonly othersMore: string;
  readonly forgetters: string;
  /** Without a quorum: who the members are, what every machine is told, what the others are told besides. */
  readonly membersExplained: string;
  readonly members: string;
  readonly apiServers: string;
  readonly apiServersExplained: string;
  readonly fresh: string;
}

interface Layout {
  readonly holder: Machine;
  readonly others: Machine[];
  /** The folder of this cluster's backups, and the kit's. */
  readonly own: string;
  readonly kit: string;
}

interface Machine {
  readonly name: string;
  readonly url: string;
  /** What ssh takes. */
  readonly login: string;
}

/**
 * The page that lies beside the backups: for one who has never done this, at night, with the API server down. What to type comes first.
 *
 * It says nothing that differs between two workloads on the same volume: they would replace each other's kit at every run.
 */
export function runbook(cluster: EtcdCluster, backups: BackupsByHand): string {
  const machines = cluster.isExternal ? machinesOfExternal(cluster) : machinesOfStacked(cluster);
  const holder = machines.find(({ name }) => backups.machines.includes(name)) ?? machines[0];
  const others = machines.filter((machine) => machine !== holder);
  const own = `${backups.folder}/${cluster.name}`;
  const kit = `${own}/break-glass`;
  const layout: Layout = { holder, others, own, kit };
  const words = cluster.isExternal ? wordsForExternal(layout, backups) : wordsForStacked(layout);
  const everywhere = machines.every(({ name }) => backups.machines.includes(name));

  const onKeeper = `On ${words.keeper}${everywhere && others.length > 0 ? ', or whichever of the machines has the newest backup' : ''}:

${backups.mount ? `    ${backups.mount}\n` : ''}${backups.ofPods ? `    cp -rL ${shellQuoted(kit)} /root/     # whoever can write to the volume could have changed it: look
    cd /root/break-glass && export BACKUP_ROOT=${shellQuoted(backups.folder)}
` : `    cd ${shellQuoted(kit)}
`}    sh restore.sh --list
`;
  const chosen = `${words.chosen}${backups.ofPods && !cluster.isExternal ? ' --trust-backups' : ''}`;
  const restore = `    sh restore.sh ${chosen} --dry-run     # checks everything, stops nothing
    sh restore.sh ${chosen}

${words.choices}
`;
  const alone = `
Wait until it says that the cluster is restored.
`;
  const together = `
It prints an ID and what to type on the others, and waits for them.${everywhere ? '' : ` They need the kit; on ${words.keeper}:

${others.map(({ login }) => copyOf(kit, login)).join('')}${words.toApiServers}`}
On ${words.onOthers}:

    cd ${everywhere ? shellQuoted(kit) : '/root/break-glass'}
    sh restore.sh --holder ${words.holder} --id ID${words.othersMore}

Wait until ${holder.name} says that the cluster is restored.
`;
  const help = [
    ['--status ID', 'how far it is, on any of the machines'],
    ['--abort ID', `on ${holder.name}: back to the old data, until the restored cluster serves`],
    ...others.length > 0 ? [
      [`--abort ID --lost ${words.holder}`, `on the others, if ${holder.name} is lost for good meanwhile`],
      [`--forget ID --lost ${words.member}`, `on ${words.forgetters}, if ${others[0].name} is lost for good meanwhile`],
    ] : [],
  ].map(([options, meaning]) => `    sh restore.sh ${options.padEnd(26)}  # ${meaning}\n`).join('');
  const withoutQuorum = `
## No quorum: ${machines.length - Math.floor(machines.length / 2)} or more of the ${machines.length} machines are lost, or etcd starts nowhere

Then the machines can't decide together: you do. Lost ones must never start again with their old
disks. Choose an ID, such as 2026-11-21-no-quorum, and name who is lost, here ${words.lost}; leave out what
there is none of. ${words.membersExplained}First on every machine that is left but ${holder.name}:

    sh restore.sh --holder ${words.holder} --id ID --without-quorum --lost "${words.lost}"${words.members}${words.apiServers}
${words.apiServersExplained}
It stops what runs there, and prints a word such as ${words.member}=1a2b3c4d. Then on ${holder.name}, with all words:

    sh restore.sh ${words.chosen} --id ID --without-quorum --lost "${words.lost}"${words.members} --quiesced "${words.member}=1a2b3c4d"
`;
  const onOneDisk = backups.machines.length > 0 && !everywhere;

  return `# Break glass: restore etcd of ${cluster.name}

A restore takes the whole cluster back to a backup: what was written since is gone. It mends what is
in etcd, and nothing else: an API server may be dead of a certificate (kubeadm certs check-expiration).
${others.length > 0 ? `Is one machine broken, and the others serve? Then don't. Is it its disk or its data: with the kit, on
that machine, \`sh replace-member.sh\`. Is it all of it: see the end.
` : ''}
All of this as root. ${onKeeper}${words.toHolder}${restore}${others.length > 0 || cluster.isExternal ? together : alone}
It goes on when the ssh session ends and after a power cut. It needs no API server, no registry,
no package${others.length > 0 ? ', and of the network only what is between these machines' : ' and no network'}.

${help}${others.length > 0 ? withoutQuorum : ''}
## A machine is lost altogether, with its disks

${words.fresh}
docs/break-glass.md of cdk8s-day2 has it line by line.
${onOneDisk ? `Backups are on ${backups.machines.join(', ')} alone: save ${own} from that disk first.\n` : ''}
## What is where

${machines.map(({ name, url }) => `    ${name}   ${url}`).join('\n')}
    etcd's data in ${cluster.dataDir}, etcd ${cluster.etcdVersion}
    backups in ${own}${backups.machines.length > 0 ? ` on ${backups.machines.join(', ')}` : ''}, named by time (UTC) and revision
    restore.sh, lib/   the program, plain sh, to be read: its head lists all options
${others.length > 0 ? '    replace-member.sh  the same for one failed member\n' : ''}    cluster.env        the cluster's name and members
    bin/               busybox, etcd, etcdctl, and etcdutl where etcd's image has it
`;
}

function wordsForStacked({ holder, others }: Layout): Wording {
  return {
    keeper: holder.name,
    holder: holder.name,
    member: others[0]?.name ?? '',
    lost: others.at(-1)?.name ?? '',
    chosen: '--latest',
    choices: 'In place of --latest: --at NAME, --before 2026-11-21T10:00:00Z or --file PATH.',
    toHolder: '',
    toApiServers: '',
    onOthers: `${namesOf(others)}, with that ID`,
    othersMore: '',
    forgetters: holder.name,
    membersExplained: '',
    members: '',
    apiServers: '',
    apiServersExplained: '',
    fresh: `${others.length > 0 ? 'Do the others serve? Then no restore: take it out of etcd, and join a fresh machine. Is none left?\n' : ''}\
A fresh machine of the same name and address gets the cluster's PKI, from pki/ in a backup or from
where you keep it, and kubeadm init on the restored data.`,
  };
}

/** The backups are on a machine of the cluster, and not on etcd's own; of these only addresses are known here, not the names of members. */
function wordsForExternal({ holder, own, kit }: Layout, backups: BackupsByHand): Wording {
  return {
    keeper: backups.machines[0] ?? 'any machine',
    holder: 'HOLDER',
    member: 'etcd-2',
    lost: 'etcd-3',
    chosen: '--file ../NAME/snapshot.db --with "API-SERVERS"',
    choices: 'API-SERVERS are the names (uname -n) of all machines with an API server: "cp1 cp2 cp3".',
    toHolder: `${copyOf(kit, holder.login)}    scp -rp ${shellQuoted(own)}/NAME ${rootOf(holder.login)}     # NAME as in the list

On ${holder.name}, which restores it:

    cd /root/break-glass
`,
    toApiServers: copyOf(kit, 'API-SERVER'),
    onOthers: 'each of them, in full as printed',
    othersMore: ' …     # with --api on machines with an API server',
    forgetters: `${holder.name} and API servers`,
    membersExplained: 'MEMBERS are all of them, lost ones too: "etcd-1=https://10.0.0.1:2379 etcd-2=…".\n',
    members: ' --members "MEMBERS"',
    apiServers: ' --with "API-SERVERS"',
    apiServersExplained: '\nOn machines with an API server, with --api after it.',
    fresh: `A fresh host of the same name and address gets etcd, its unit and certificates back, then the kit. There,
\`sh replace-member.sh --via URL-OF-ONE-THAT-SERVES\` if the others serve; else the restore above.`,
  };
}

function copyOf(kit: string, login: string): string {
  return `    scp -rp ${shellQuoted(kit)} ${rootOf(login)}\n`;
}

/** Where scp copies to; the brackets of an IPv6 address are a pattern to a shell. */
function rootOf(login: string): string {
  return shellQuoted(`root@${login}:/root/`);
}

function machinesOfStacked(cluster: EtcdCluster): Machine[] {
  return cluster.members.map(({ name, clientUrl }) => ({ name, url: clientUrl, login: hostOf(clientUrl) }));
}

function machinesOfExternal(cluster: EtcdCluster): Machine[] {
  return cluster.endpointsFrom().map((url) => ({ name: hostOf(url), url, login: hostOf(url) }));
}

function hostOf(url: string): string {
  return formatHost(parseEndpoint('endpoint', url).host);
}

function namesOf(machines: { name: string }[]): string {
  const names = machines.map(({ name }) => name);
  return [...names.length > 1 ? [names.slice(0, -1).join(', ')] : [], ...names.slice(-1)].join(' and ');
}
