#!/bin/sh
# restore.sh: restores an etcd cluster from a snapshot. The same program in a Job and by hand, on the node, with the API
# server dead.
#
#   sh restore.sh --list                          the backups on this volume
#   sh restore.sh --latest | --at NAME | --before TIME | --file PATH   [options]
#   sh restore.sh --holder NAME --id ID           on the other machines: what the first one prints
#   sh restore.sh --status [ID]                   how far it is; without an ID, the latest one here
#   sh restore.sh --abort ID                      back to the old cluster: on the holder until the restored one serves
#   sh restore.sh --abort ID --lost HOLDER        on the others, when the holder is lost for good before that
#   sh restore.sh --abort ID --called-off WORD    on the others without a quorum: the word of the holder's --abort
#   sh restore.sh --forget ID --lost NAME         a machine was lost on the way: don't wait for it
#
# Options
#   --dry-run             everything up to the swap; nothing is stopped
#   --id ID               name of this restore, once for ever; default: by-hand-<time>
#   --members "A=URL …"   all members, by name and client URL; default: the kit's, or as the running etcd says
#   --lost "B C"          members that are gone and must never start again with their old data
#   --with "M N"          machines that run an API server and no member; on them: --api
#   --without-quorum      etcd can't be asked, though members are left: persons carry the words
#   --quiesced "B=WORD …" what the others have printed then
#   --skip-hash-check     the --file is a bare database, member/snap/db of a lost machine: what was only in its
#                         write-ahead log is missing
#   --trust-backups       the backup need not be root's alone, as on NFS that squashes root: whoever can write there
#                         could have put into it what they like, and be the restored cluster's administrator
#   --instead-of ID       a restore that is under way here and can go neither on nor back: it ends, this one takes over
#                         what it has stopped
#
# Exit status: 0 restored and proved (or done before); 1 not restored and the old cluster serves, or not proved: see
# what it says; 2 an input is wrong; in a Job's pod also 3, it could not begin, and another try may help.

set -eu
umask 077
# By hand, programs are the system's and the kit's: who else's may lie on a person's PATH? In the pod and the unit it is
# ours.
case ${1:-} in
  carry | work) ;;
  *) PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin && export PATH ;;
esac
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib/environment.sh"
clean_environment 'ETCD_ ETCDCTL_ ETCDUTL_' ETCD_UNIT
export PROGRAM=restore.sh
. "$here/lib/text.sh"
. "$here/lib/report.sh"
. "$here/lib/process.sh"
. "$here/lib/disk.sh"
. "$here/lib/inputs.sh"
. "$here/lib/trust.sh"
. "$here/lib/record.sh"
. "$here/lib/failpoint.sh"
. "$here/lib/operation.sh"
. "$here/lib/kit.sh"
. "$here/lib/steps.sh"
. "$here/lib/follow.sh"
. "$here/lib/carry.sh"
. "$here/lib/by-hand.sh"
. "$here/host/proc.sh"
. "$here/host/settings.sh"
. "$here/host/running.sh"
. "$here/host/api-server.sh"
. "$here/host/components.sh"
. "$here/etcd/tools.sh"
. "$here/etcd/data-folder.sh"
. "$here/etcd/machine.sh"
. "$here/etcd/membership.sh"
. "$here/etcd/joining.sh"
. "$here/etcd/proof.sh"
. "$here/backup/backups.sh"
. "$here/restore/keys.sh"
. "$here/restore/back.sh"
. "$here/restore/check.sh"
. "$here/restore/snapshot.sh"
. "$here/restore/stage.sh"
. "$here/restore/proof.sh"
. "$here/restore/trial.sh"
. "$here/restore/steps.sh"
. "$here/restore/by-hand.sh"

INPUTS='
CLUSTER          -             -          name of the cluster and of its folder on the volume; by hand on the path
BACKUP_ROOT      -             -          folder where the volume is mounted; by hand found on its path
ROLE             -             -          holder, follower, or api (an API server without a member)
SELF             -             -          name of this machine
HOLDER           -             -          name of the machine that restores the snapshot
MEMBERS          -             -          members to be, NAME=CLIENT_URL, this one included, lost ones not
MACHINES         -             -          names of all machines that take part; the members where none are given
LOST             -             -          names of the members that are lost
WITH             -             -          names of machines that run an API server and no member
WITHOUT_QUORUM   -             -          1: persons carry the words, as the old etcd has no quorum
QUIESCED         -             -          words of the machines that are quiesced, NAME=WORD
SNAPSHOT         -             -          latest, at:NAME, before:TIME or file:PATH
STAGED_FROM      -             -          in a pod: where a volume is mounted that the host lacks; it is copied
INSTEAD_OF       -             -          id of a restore that this one ends and takes over
DRY_RUN          -             -          1: everything up to the swap; nothing is stopped
EXPIRES          -             -          time after which this restore must not begin, as 2026-11-22T00:00:00Z
READY_TIMEOUT    600           seconds    to wait until all machines are ready
QUIESCE_TIMEOUT  120           seconds    to wait until all machines are quiesced
FINISH_TIMEOUT   900           seconds    to wait at the end for proof, and for all members
API_GRACE        1             seconds    for the API server to end by itself
TRUST_BACKUPS    -             -          1: others than root may have been able to write the backup
SKIP_HASH_CHECK  -             -          1: the snapshot is a bare database, without a checksum
BUMP             1000000000    revisions  by which the restored cluster begins above the latest one of the old
ACCEPT_MISMATCH  -             -          1: PKI and encryption configuration may differ from what the backup recorded
MANIFESTS        /etc/kubernetes/manifests  -          folder of the static pods
ETCD_UNIT        etcd.service  -          unit of etcd, where it is no static pod
FAILPOINT        -             -          for tests, see lib/failpoint.sh
'

TOOLS='etcdctl etcdutl'

main() {
  case ${1:-} in
    work) work ;;
    carry) carry stage_restore ;;
    steps) show_steps ;;
    *) by_hand "$@" ;;
  esac
}

need_tools() {
  choose_tools
}

# resume: what a unit that was started again knew before.
resume() {
  MEMBERS=$(fact members "$MEMBERS")
  MACHINES=${MACHINES:-$(echo "$MEMBERS" | tr ' ' '\n' | sed 's/=.*//' | tr '\n' ' ')}
  [ ! -s "$RECORD/machine-read" ] || wait_for_machine
  SNAPSHOT_FILE=$(fact snapshot)
}

take_inputs
# No folder of data may be missing here, whatever the environment says.
DATA_MAY_MISS=
main "$@"
