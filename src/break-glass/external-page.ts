/**
 * For an etcd of its own. The backups are on a machine of the cluster, and not on etcd's; of those only addresses are known here, and not
 * the names of members.
 */
export const EXTERNAL_PAGE = `# Break glass: restore etcd of {{CLUSTER}}

A restore takes the whole cluster back to a backup: what was written since is gone. It mends what is
in etcd, and nothing else: an API server may be dead of a certificate (kubeadm certs check-expiration).
{{IF SEVERAL}}
Is one machine broken, and the others serve? Then don't. Is it its disk or its data: with the kit, on
that machine, \`sh replace-member.sh\`. Is it all of it: see the end.
{{END}}

All of this as root. On {{KEEPER}}:

    {{MOUNT}}
    {{OPEN_KIT}}
    sh restore.sh --list
    scp -rp {{KIT}} {{ROOT_OF_HOLDER}}
    scp -rp {{BACKUPS_QUOTED}}/NAME {{ROOT_OF_HOLDER}}     # NAME as in the list

On {{HOLDER}}, which restores it:

    cd /root/break-glass
    sh restore.sh --file ../NAME/snapshot.db --with "API-SERVERS" --dry-run     # checks everything, stops nothing
    sh restore.sh --file ../NAME/snapshot.db --with "API-SERVERS"

API-SERVERS are the names (uname -n) of all machines with an API server: "cp1 cp2 cp3".

It prints an ID and what to type on the others, and waits for them. They need the kit; on {{KEEPER}}:

    {{COPY_KIT_TO_OTHERS}}
    scp -rp {{KIT}} root@API-SERVER:/root/

On each of them, in full as printed:

    cd /root/break-glass
    sh restore.sh --holder HOLDER --id ID …     # with --api on machines with an API server

Wait until {{HOLDER}} says that the cluster is restored.

It goes on when the ssh session ends and after a power cut. It needs no API server, no registry,
no package, and of the network only what is between these machines.

    sh restore.sh --status ID  # how far it is, on any of the machines
    sh restore.sh --abort ID  # on {{HOLDER}}: back to the old data, until the restored cluster serves
{{IF SEVERAL}}
    sh restore.sh --abort ID --lost HOLDER  # on the others, if {{HOLDER}} is lost for good meanwhile
    sh restore.sh --forget ID --lost etcd-2  # on {{HOLDER}} and API servers, if {{ANOTHER}} is lost for good meanwhile

## No quorum: {{NO_QUORUM}} or more of the {{NUMBER}} machines are lost, or etcd starts nowhere

Then the machines can't decide together: you do. Lost ones must never start again with their old
disks. Choose an ID, such as 2026-11-21-no-quorum, and name who is lost, here etcd-3; leave out what
there is none of. MEMBERS are all of them, lost ones too: "etcd-1=https://10.0.0.1:2379 etcd-2=…".
First on every machine that is left but {{HOLDER}}:

    sh restore.sh --holder HOLDER --id ID --without-quorum --lost "etcd-3" --members "MEMBERS" --with "API-SERVERS"

On machines with an API server, with --api after it.
It stops what runs there, and prints a word such as etcd-2=1a2b3c4d. Then on {{HOLDER}}, with all words:

    sh restore.sh --file ../NAME/snapshot.db --with "API-SERVERS" --id ID --without-quorum --lost "etcd-3" --members "MEMBERS" --quiesced "etcd-2=1a2b3c4d"
{{END}}

## A machine is lost altogether, with its disks

A fresh host of the same name and address gets etcd, its unit and certificates back, then the kit. There,
\`sh replace-member.sh --via URL-OF-ONE-THAT-SERVES\` if the others serve; else the restore above.
docs/break-glass.md of cdk8s-day2 has it line by line.
{{IF ON_SOME}}
Backups are on {{WITH_BACKUPS}} alone: save {{BACKUPS}} from that disk first.
{{END}}

## What is where

    {{MACHINES}}
    etcd's data in {{DATA}}, etcd {{ETCD}}
    backups in {{BACKUPS}}{{ON_MACHINES}}, named by time (UTC) and revision
    restore.sh, lib/   the program, plain sh, to be read: its head lists all options
{{IF SEVERAL}}
    replace-member.sh  the same for one failed member
{{END}}
    cluster.env        the cluster's name and members
    bin/               busybox, etcd, etcdctl, and etcdutl where etcd's image has it
`;
