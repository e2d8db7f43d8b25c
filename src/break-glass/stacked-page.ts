/** For etcd on the control planes, whose names are the members'. */
export const STACKED_PAGE = `# Break glass: restore etcd of {{CLUSTER}}

A restore takes the whole cluster back to a backup: what was written since is gone. It mends what is
in etcd, and nothing else: an API server may be dead of a certificate (kubeadm certs check-expiration).
{{IF SEVERAL}}
Is one machine broken, and the others serve? Then don't. Is it its disk or its data: with the kit, on
that machine, \`sh replace-member.sh\`. Is it all of it: see the end.
{{END}}

All of this as root. On {{HOLDER}}{{OR_ANOTHER}}:

    {{MOUNT}}
    {{OPEN_KIT}}
    sh restore.sh --list
    sh restore.sh --latest{{TRUST}} --dry-run     # checks everything, stops nothing
    sh restore.sh --latest{{TRUST}}

In place of --latest: --at NAME, --before 2026-11-21T10:00:00Z or --file PATH.

{{IF ONE}}
Wait until it says that the cluster is restored.

It goes on when the ssh session ends and after a power cut. It needs no API server, no registry,
no package and no network.

    sh restore.sh --status ID  # how far it is, on any of the machines
    sh restore.sh --abort ID  # on {{HOLDER}}: back to the old data, until the restored cluster serves
{{END}}
{{IF SEVERAL}}
{{IF KIT_ON_EACH}}
It prints an ID and what to type on the others, and waits for them.
{{END}}
{{IF KIT_ON_ONE}}
It prints an ID and what to type on the others, and waits for them. They need the kit; on {{HOLDER}}:

    {{COPY_KIT_TO_OTHERS}}

{{END}}
On {{OTHERS}}, with that ID:

    cd {{KIT_ON_OTHERS}}
    sh restore.sh --holder {{HOLDER}} --id ID

Wait until {{HOLDER}} says that the cluster is restored.

It goes on when the ssh session ends and after a power cut. It needs no API server, no registry,
no package, and of the network only what is between these machines.

    sh restore.sh --status ID  # how far it is, on any of the machines
    sh restore.sh --abort ID  # on {{HOLDER}}: back to the old data, until the restored cluster serves
    sh restore.sh --abort ID --lost {{HOLDER}}  # on the others, if {{HOLDER}} is lost for good meanwhile
    sh restore.sh --forget ID --lost {{ANOTHER}}  # on {{HOLDER}}, if {{ANOTHER}} is lost for good meanwhile

## No quorum: {{NO_QUORUM}} or more of the {{NUMBER}} machines are lost, or etcd starts nowhere

Then the machines can't decide together: you do. Lost ones must never start again with their old
disks. Choose an ID, such as 2026-11-21-no-quorum, and name who is lost, here {{LAST}}; leave out what
there is none of. First on every machine that is left but {{HOLDER}}:

    sh restore.sh --holder {{HOLDER}} --id ID --without-quorum --lost "{{LAST}}"

It stops what runs there, and prints a word such as {{ANOTHER}}=1a2b3c4d. Then on {{HOLDER}}, with all words:

    sh restore.sh --latest{{TRUST}} --id ID --without-quorum --lost "{{LAST}}" --quiesced "{{ANOTHER}}=1a2b3c4d"
{{END}}

## A machine is lost altogether, with its disks

{{IF SEVERAL}}
Do the others serve? Then no restore: take it out of etcd, and join a fresh machine. Is none left?
{{END}}
A fresh machine of the same name and address gets the cluster's PKI, from pki/ in a backup or from
where you keep it, and kubeadm init on the restored data.
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
