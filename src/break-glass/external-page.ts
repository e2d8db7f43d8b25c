/**
 * For an etcd on machines of its own. The backups are on a machine of the cluster, not on etcd's machines; of those only addresses are known
 * here, not the members' names.
 */
export const EXTERNAL_PAGE = `# Break glass: restore etcd {{ETCD}} of {{CLUSTER}}

A restore takes the whole cluster back to a backup: what was written since is gone. It mends only what is
in etcd: an API server can also be dead because of a certificate (kubeadm certs check-expiration).
{{IF ON_SOME}}
Backups are on {{WITH_BACKUPS}} alone: if that disk may die, save {{BACKUPS}} from it first.
{{END}}
{{IF SEVERAL}}
A machine is *lost* if it is gone for good. One that runs is not lost, even if its data was deleted.
- One etcd machine's disk or data is gone, the others serve: there, with the kit, \`sh replace-member.sh\`.
- An etcd machine is lost, the others serve: no restore. See "Lost machines".
- etcd can run on fewer than {{QUORUM}} of the {{NUMBER}}, as its data was deleted, or machines are lost: see "No quorum".
- All machines are lost: see "Lost machines". Anything else: go on here.
{{END}}

As root on {{KEEPER}}:

    {{MOUNT}}
    {{OPEN_KIT}}
    sh restore.sh --list
    scp -rp {{KIT}} {{ROOT_OF_HOLDER}}
    scp -rp {{BACKUPS_QUOTED}}/NAME {{ROOT_OF_HOLDER}}     # NAME as in the list

On {{HOLDER}}, the *holder*. API-SERVERS: all machines with an API server by uname -n, as "cp1 cp2 cp3":

    cd /root/break-glass
    sh restore.sh --file ../NAME/snapshot.db --with "API-SERVERS" --dry-run     # checks, stops nothing
    sh restore.sh --file ../NAME/snapshot.db --with "API-SERVERS"

It prints a line for the others, and waits 10 minutes for them. Nothing stops until all are ready. Ctrl-C
ends only what you see. Skip the dry run's line. Copy the kit, in a second terminal on {{KEEPER}}:

    {{COPY_KIT_TO_OTHERS}}
    scp -rp {{KIT}} root@API-SERVER:/root/

On each of them:

    cd /root/break-glass
    sh restore.sh --holder HOLDER --id ID …     # paste the whole printed line; on API servers add --api

Wait until {{HOLDER}} says that the cluster is restored. It tries again after "not added yet", "not ready
yet" and the like. If "not written yet" is the last line for a minute, see "No quorum".
The restore goes on when the ssh session ends and after a power cut. It needs no API server, no registry,
no package, and no network but the one between these machines.

    sh restore.sh --status  # on any machine: how far it is, and what it waits for
    sh restore.sh --abort ID  # on {{HOLDER}}: back to the old data, until the restored cluster serves
{{IF SEVERAL}}
    sh restore.sh --abort ID --lost HOLDER  # on the others, only if {{HOLDER}} is lost meanwhile
    sh restore.sh --forget ID --lost etcd-2  # on {{HOLDER}} and API servers, only if {{ANOTHER}} is lost meanwhile
{{END}}

## No quorum

End what you have begun: --abort ID on each machine. Choose a new ID. LOST are machines that must never
start again with their old disks, such as "etcd-2 etcd-3"; if none is lost, leave out --lost.
MEMBERS are all, lost ones too, by their names in etcd: "etcd-1=https://10.0.0.1:2379 etcd-2=… etcd-3=…".
To try the backup first, type the last line on {{HOLDER}} with --dry-run in the place of --quiesced.
Then on every machine that is left but {{HOLDER}}; on API servers add --api:

    sh restore.sh --holder HOLDER --id ID --without-quorum --lost "LOST" --members "MEMBERS" --with "API-SERVERS"

It stops what runs there, and prints a word. Then on {{HOLDER}}, with all WORDS, "cp1=1a2b3c4d cp2=…":

    sh restore.sh --file ../NAME/snapshot.db --with "API-SERVERS" --id ID --without-quorum --lost "LOST" --members "MEMBERS" --quiesced "WORDS"

## Afterwards

Check by kubectl get nodes, and by bin/etcdctl --cacert … --cert … --key … endpoint health --cluster.
Take a backup. When you are sure, delete etcd's old data, {{DATA}}/before-ID, and copies of the kit.

## Lost machines

A fresh host of the same name and address gets etcd, its unit and certificates back, then the kit. There,
\`sh replace-member.sh --via URL-OF-ONE-THAT-SERVES\` if the others serve; else the restore above. More in
break-glass.md, beside this page.

## What is where

    {{MACHINES}}
    backups in {{BACKUPS}}{{ON_MACHINES}}, named by time (UTC) and revision
    the programs are plain sh, --help lists all options; cluster.env has names, bin/ the tools
`;
