import { EtcdCluster } from '../cluster/etcd-cluster';

/** Where a person finds the backups with the cluster down. */
export interface BackupsByHand {
  /** The volume's folder on the machine. */
  readonly folder: string;
  /** What has to be typed for it to be there, where it is no folder of the machine's own. */
  readonly mount?: string;
  /** The names of the machines that have the folder; none where any can mount it. */
  readonly machines: string[];
}

/**
 * The page that lies beside the backups: for one who has never done this, at night, with the API server down. What to type comes first.
 *
 * It says nothing that differs between two workloads on the same volume: they would replace each other's kit at every run.
 */
export function runbook(cluster: EtcdCluster, backups: BackupsByHand): string {
  const machines = machinesOf(cluster);
  const holder = machines.find(({ name }) => backups.machines.includes(name)) ?? machines[0];
  const others = machines.filter((machine) => machine !== holder);
  // Of an external etcd, the backups are on a machine of the cluster, and not on etcd's own.
  const keeper = cluster.isExternal ? backups.machines[0] ?? 'any machine' : holder.name;
  const own = `${backups.folder}/${cluster.name}`;
  const kit = `${own}/break-glass`;
  const everywhere = machines.every(({ name }) => backups.machines.includes(name));
  const copyTo = (login: string) => `    scp -rp ${quoted(kit)} root@${login}:/root/\n`;
  // Of an external etcd only addresses are known here, not the names of its members.
  const [holderName, memberName, lostName] = cluster.isExternal ? ['HOLDER', 'etcd-2', 'etcd-3'] : [holder.name, others[0]?.name, others.at(-1)?.name];
  const chosen = cluster.isExternal ? '--file ../NAME/snapshot.db --with "API-SERVERS"' : '--latest';
  const choices = cluster.isExternal ? 'API-SERVERS are the names (uname -n) of all machines with an API server: "cp1 cp2 cp3".'
    : 'In place of --latest: --at NAME, --before 2026-11-21T10:00:00Z or --file PATH.';

  const onKeeper = `On ${keeper}${everywhere && others.length > 0 ? ', or whichever of the machines has the newest backup' : ''}:

${backups.mount ? `    ${backups.mount}\n` : ''}    cd ${quoted(kit)}
    sh restore.sh --list
`;
  const onHolder = cluster.isExternal ? `${copyTo(holder.login)}    scp -rp ${quoted(own)}/NAME root@${holder.login}:/root/     # NAME as in the list

On ${holder.name}, which restores it:

    cd /root/break-glass
` : '';
  const restore = `    sh restore.sh ${chosen} --dry-run     # checks everything, stops nothing
    sh restore.sh ${chosen}

${choices}
`;
  const alone = `
Wait until it says that the cluster is restored.
`;
  const together = `
It prints an ID and what to type on the others, and waits for them.${everywhere ? '' : ` They need the kit; on ${keeper}:

${others.map(({ login }) => copyTo(login)).join('')}${cluster.isExternal ? copyTo('API-SERVER') : ''}`}
On ${cluster.isExternal ? 'each of them, in full as printed' : `${namesOf(others)}, with that ID`}:

    cd ${everywhere ? quoted(kit) : '/root/break-glass'}
    sh restore.sh --holder ${holderName} --id ID${cluster.isExternal ? ' …     # with --api on machines with an API server' : ''}

Wait until ${holder.name} says that the cluster is restored.
`;
  const help = [
    ['--status ID', 'how far it is, on any of the machines'],
    ['--abort ID', `on ${holder.name}: back to the old data, until the restored cluster serves`],
    ...others.length > 0 ? [
      [`--abort ID --lost ${holderName}`, `on the others, if ${holder.name} is lost for good meanwhile`],
      [`--forget ID --lost ${memberName}`, `on ${holder.name}${cluster.isExternal ? ' and API servers' : ''}, if ${others[0].name} is lost for good meanwhile`],
    ] : [],
  ].map(([options, meaning]) => `    sh restore.sh ${options.padEnd(26)}  # ${meaning}\n`).join('');
  const unknown = cluster.isExternal ? ' --members "MEMBERS"' : '';
  const withoutQuorum = `
## No quorum: ${machines.length - Math.floor(machines.length / 2)} or more of the ${machines.length} machines are lost, or etcd starts nowhere

Then the machines can't decide together: you do. Lost ones must never start again with their old
disks. Choose an ID, such as 2026-11-21-no-quorum, and name who is lost, here ${lostName}; leave out what
there is none of. ${cluster.isExternal ? 'MEMBERS are all of them, lost ones too: "etcd-1=https://10.0.0.1:2379 etcd-2=…".\n' : ''}First on every machine that is left but ${holder.name}:

    sh restore.sh --holder ${holderName} --id ID --without-quorum --lost "${lostName}"${unknown}${cluster.isExternal ? ' --with "API-SERVERS"' : ''}
${cluster.isExternal ? '\nOn machines with an API server, with --api after it.' : ''}
It stops what runs there, and prints a word such as ${memberName}=1a2b3c4d. Then on ${holder.name}, with all words:

    sh restore.sh ${chosen} --id ID --without-quorum --lost "${lostName}"${unknown} --quiesced "${memberName}=1a2b3c4d"
`;
  const fresh = cluster.isExternal ? 'A fresh host of the same name and address gets etcd, its unit and certificates back, then the kit. There,\n'
    + '`sh replace-member.sh --via URL-OF-ONE-THAT-SERVES` if the others serve; else the restore above.'
    : `A fresh machine of the same name and address gets the cluster's PKI, from pki/ in a backup or from
where you keep it, and kubeadm init on the restored data.`;
  const onOneDisk = backups.machines.length > 0 && !everywhere;

  return `# Break glass: restore etcd of ${cluster.name}

A restore takes the whole cluster back to a backup: what was written since is gone. It mends what is
in etcd, and nothing else: an API server may be dead of a certificate (kubeadm certs check-expiration).
${others.length > 0 ? `Is one machine broken, and the others serve? Then don't. Is it its disk or its data: with the kit, on
that machine, \`sh replace-member.sh\`. Is it all of it: see the end.
` : ''}
All of this as root. ${onKeeper}${onHolder}${restore}${others.length > 0 || cluster.isExternal ? together : alone}
It goes on when the ssh session ends and after a power cut. It needs no API server, no registry,
no package${others.length > 0 ? ', and of the network only what is between these machines' : ' and no network'}.

${help}${others.length > 0 ? withoutQuorum : ''}
## A machine is lost altogether, with its disks

${others.length > 0 && !cluster.isExternal ? 'Do the others serve? Then no restore: take it out of etcd, and join a fresh machine. Is none left?\n' : ''}${fresh}
docs/break-glass.md of cdk8s-day2 has it line by line.
${onOneDisk ? `Backups are on ${backups.machines.join(', ')} alone: save ${own} from that disk first.\n` : ''}
## What is where

${machines.map(({ name, url }) => `    ${name}   ${url}`).join('\n')}
    etcd's data in ${cluster.dataDir}, etcd ${cluster.etcdVersion}
    backups in ${own}${backups.machines.length > 0 ? ` on ${backups.machines.join(', ')}` : ''}, named by time (UTC) and revision
    restore.sh, lib/   the program, plain sh, to be read: its head lists all options
${others.length > 0 ? '    replace-member.sh  the same for one failed member\n' : ''}    cluster.env        the cluster's name and members
    bin/               busybox, etcdctl, and etcdutl where etcd's image has it
`;
}

function machinesOf(cluster: EtcdCluster): { name: string; url: string; login: string }[] {
  const loginOf = (url: string) => new URL(url).hostname;
  return cluster.isExternal
    ? cluster.endpointsFrom().map((url) => ({ name: loginOf(url), url, login: loginOf(url) }))
    : cluster.members.map(({ name, clientUrl }) => ({ name, url: clientUrl, login: loginOf(clientUrl) }));
}

function namesOf(machines: { name: string }[]): string {
  const names = machines.map(({ name }) => name);
  return [...names.length > 1 ? [names.slice(0, -1).join(', ')] : [], ...names.slice(-1)].join(' and ');
}

/** As a shell takes it. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll('\'', '\'\\\'\'')}'`;
}
