/** For etcd on the control planes: each member has the name of its machine. */
export const STACKED_PAGE = `# Break glass: restore etcd {{ETCD}} of {{CLUSTER}}

A restore takes the whole cluster back to a backup: what was written since is gone. It mends only what is
in etcd: an API server can also be dead because of a certificate (kubeadm certs check-expiration).
{{IF ON_SOME}}
Backups are on {{WITH_BACKUPS}} alone: if that disk may die, save {{BACKUPS}} from it first.
{{END}}
{{IF SEVERAL}}
A machine is *lost* if it is gone for good. One that runs is not lost, even if its data was deleted.
- One machine's etcd disk or data is gone, the others serve: there, with the kit, \`sh replace-member.sh\`.
- A machine is lost, the others serve: no restore. See "Lost machines".
- etcd can run on fewer than {{QUORUM}} of the {{NUMBER}}, as its data was deleted, or machines are lost: see "No quorum".
- All machines are lost: see "Lost machines". Anything else: go on here.
{{END}}

As root on {{HOLDER}}{{OR_ANOTHER}}:

    {{MOUNT}}
    {{OPEN_KIT}}
    sh restore.sh --list
    sh restore.sh --latest{{TRUST}} --dry-run     # checks the backup and this machine, stops nothing
    sh restore.sh --latest{{TRUST}}     # or --at NAME, --before 2026-11-21T10:00:00Z, --file PATH

{{IF ONE}}
Wait until it says that the cluster is restored. It tries again after "not ready yet" and the like.
The restore goes on when the ssh session ends and after a power cut. It needs no API server, no registry,
no package and no network.

    sh restore.sh --status  # how far it is
    sh restore.sh --abort ID  # back to the old data, until the restored cluster serves
{{END}}
{{IF SEVERAL}}
This machine is the *holder*. The restore prints a line for the others, and waits 10 minutes for them.
Nothing stops until all are ready. Ctrl-C ends only what you see. Skip the line that the dry run prints.
{{IF KIT_ON_ONE}}
The others need the kit. In a second terminal on {{HOLDER}}:

    {{COPY_KIT_TO_OTHERS}}

{{END}}
On {{OTHERS}}:

    cd {{KIT_ON_OTHERS}}
    sh restore.sh --holder {{HOLDER}} --id ID     # paste the whole line that the restore printed

Wait until {{HOLDER}} says that the cluster is restored. It tries again after "not added yet" and the like. If
"not written yet" is the last line for a minute, see "No quorum". A power cut does no harm.

    sh restore.sh --status  # on any machine: how far it is, and what it waits for
    sh restore.sh --abort ID  # on {{HOLDER}}: back to the old data, until the restored cluster serves
    sh restore.sh --abort ID --lost {{HOLDER}}  # on the others, only if {{HOLDER}} is lost meanwhile
    sh restore.sh --forget ID --lost {{ANOTHER}}  # on {{HOLDER}}, only if {{ANOTHER}} is lost meanwhile

## No quorum

--abort ID where you have begun something. The machines can't decide together: you carry words between
them. Add --lost "NAMES", with blanks between, to each line if machines are lost: they must never start
again with their old disks. If only {{HOLDER}} is left, type there, in the kit, first with --dry-run:

    sh restore.sh --latest{{TRUST}} --lost "{{ALL_OTHERS}}"

Else choose a new ID. To try the backup first, type the last line on {{HOLDER}} with --dry-run in the
place of --quiesced. Then on every other control plane that is left, in the kit (copied as above):

    sh restore.sh --holder {{HOLDER}} --id ID --without-quorum

It stops what runs there, and prints a word, which --status shows again. Then on {{HOLDER}}, with all words:

    sh restore.sh --latest{{TRUST}} --id ID --without-quorum --quiesced "{{WORDS}}"
To go back: --abort ID on {{HOLDER}}, then on each other what that prints (--abort ID --called-off WORD).
{{END}}

## Afterwards, on a machine that serves, in the kit

    P=/etc/kubernetes/pki/etcd; export KUBECONFIG=/etc/kubernetes/admin.conf ETCDCTL_CACERT=$P/ca.crt
    export ETCDCTL_CERT=$P/healthcheck-client.crt ETCDCTL_KEY=$P/healthcheck-client.key
    kubectl get nodes; bin/etcdctl endpoint health --cluster     # a lost node shows Ready for a minute

Take a backup (kubectl create job --from=cronjob/NAME now). When you are sure, delete on all machines
etcd's old data, {{DATA}}/before-ID, and copies of the kit.

## Lost machines

{{IF SEVERAL}}
If others serve, remove it by bin/etcdctl and kubectl delete node, and join a fresh machine. If not:
{{END}}
A fresh machine of the same name and address gets the cluster's PKI, from pki/ in a backup or from where
you keep it, and kubeadm init on the restored data. What to type is in break-glass.md, beside this page.

## What is where

    {{MACHINES}}
    backups in {{BACKUPS}}{{ON_MACHINES}}, named by time (UTC) and revision
    the programs are plain sh, --help lists all options; cluster.env has names, bin/ the tools
`;
