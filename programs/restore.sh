#!/bin/sh
# restore.sh: restores an etcd cluster from a snapshot. The same program in a Job and by hand, on the node, with the API server dead.
#
#   sh restore.sh --list                          the backups on this volume
#   sh restore.sh --latest | --at NAME | --before TIME | --file PATH   [options]
#   sh restore.sh --holder NAME --id ID           on the other machines: what the first one prints
#   sh restore.sh --status [ID]                   how far it is; without an ID, the latest one here
#   sh restore.sh --abort ID                      back to the old cluster: on the holder until the restored one serves
#   sh restore.sh --abort ID --lost HOLDER        on the others, when the holder is lost for good before that
#   sh restore.sh --abort ID --called-off WORD    on the others without a quorum: the word that the holder's --abort prints
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
#   --skip-hash-check     the --file is a bare database, member/snap/db of a lost machine: what was only in its write-ahead log is missing
#   --trust-backups       the backup need not be root's alone, as on NFS that squashes root: whoever can write there could have put into it what
#                         they like, and be the restored cluster's administrator
#   --instead-of ID       a restore that is under way here and can go neither on nor back: it ends, this one takes over what it has stopped
#
# What a Job gives as variables; a person needs none of it.
#   CLUSTER BACKUP_ROOT   as for etcd-snapshot.sh; by hand found beside this program
#   ROLE                  holder, follower or api (an API server without a member)
#   SELF HOLDER           names of this machine and of the holder
#   MEMBERS               members to be, NAME=CLIENT_URL, this one included, lost ones not
#   MACHINES              names of all machines that take part; default the members
#   LOST                  names of the members that are lost
#   SNAPSHOT              latest, at:NAME, before:TIME or file:PATH
#   READY_TIMEOUT QUIESCE_TIMEOUT FINISH_TIMEOUT API_GRACE   seconds; default 600, 120, 900, 1
#   STAGED_FROM           in a pod: where a volume is mounted that the host doesn't have; its snapshot is copied to the host
#   EXPIRES               time after which this restore must not begin, as 2026-11-22T00:00:00Z
#   TRUST_BACKUPS         1: --trust-backups
#   SKIP_HASH_CHECK       1: --skip-hash-check
#   BUMP                  how far revisions are raised above the old cluster's latest one; default 1000000000
#   ACCEPT_MISMATCH       1: the PKI or the encryption configuration may differ from the backup's fingerprints
#   MANIFESTS ETCD_UNIT   where static pods are, and etcd's unit where it is none; default /etc/kubernetes/manifests, etcd.service
#   FAILPOINT             for tests, see lib/steps.sh
#
# Exit status: 0 restored and proved (or done before); 1 not restored and the old cluster serves, or not proved: see what it says; 2 an input
# is wrong;
# in a Job's pod also 3, it could not begin, and another try may help.

set -eu
umask 077
# By hand, programs are the system's and the kit's: who else's may lie on a person's PATH? In the pod and the unit it is ours.
case ${1:-} in
  carry | work) ;;
  *) PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin && export PATH ;;
esac
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib/environment.sh"
clean_environment ETCD_UNIT
export PROGRAM=restore.sh
. "$here/lib/report.sh"
. "$here/lib/process.sh"
. "$here/lib/disk.sh"
. "$here/etcd/tools.sh"
. "$here/backup/backups.sh"
. "$here/lib/trust.sh"
. "$here/lib/kit.sh"
. "$here/lib/operation.sh"
. "$here/lib/steps.sh"
. "$here/host/settings.sh"
. "$here/host/running.sh"
. "$here/etcd/machine.sh"
. "$here/host/components.sh"
. "$here/etcd/data-folder.sh"
. "$here/etcd/proof.sh"
. "$here/etcd/membership.sh"
. "$here/restore/keys.sh"
. "$here/restore/snapshot.sh"
. "$here/restore/trial.sh"
. "$here/restore/proof.sh"
. "$here/restore/steps.sh"
. "$here/restore/back.sh"
. "$here/restore/by-hand.sh"

main() {
  case ${1:-} in
    work) work ;;
    carry) carry stage_restore ;;
    steps) printf '%s: %s\n' holder "$HOLDER_STEPS" follower "$FOLLOWER_STEPS" api "$API_STEPS" back "$BACK_STEPS" ;;
    *) by_hand "$@" ;;
  esac
}

steps_of() {
  case $1 in
    holder) echo "$HOLDER_STEPS" ;;
    follower) echo "$FOLLOWER_STEPS" ;;
    api) echo "$API_STEPS" ;;
    back) echo "$BACK_STEPS" ;;
  esac
}

# resume: what a unit that was started again knew before.
resume() {
  MEMBERS=$(fact members "$MEMBERS")
  MACHINES=${MACHINES:-$(echo "$MEMBERS" | tr ' ' '\n' | sed 's/=.*//' | tr '\n' ' ')}
  [ ! -s "$RECORD/machine-read" ] || wait_for_machine
  SNAPSHOT_FILE=$(fact snapshot)
}

stage_restore() {
  [ -z "${INSTEAD_OF:-}" ] || take_over record || return 1
  if [ "$ROLE" = holder ]; then
    require_etcd
    TOOLS=etcd
  fi
  case ${SNAPSHOT%%:*} in
    '' | file) ;;
    *) [ -z "${STAGED_FROM:-}" ] || stage_snapshot || return 1 ;;
  esac
  stage_program MANIFESTS ETCD_UNIT CLUSTER BACKUP_ROOT ROLE SELF HOLDER MEMBERS MACHINES LOST WITH WITHOUT_QUORUM QUIESCED SNAPSHOT DRY_RUN BUMP \
    TRUST_BACKUPS SKIP_HASH_CHECK ACCEPT_MISMATCH READY_TIMEOUT QUIESCE_TIMEOUT FINISH_TIMEOUT API_GRACE
}

# No folder of data may be missing here, whatever the environment says.
DATA_MAY_MISS=
OPERATION=${OPERATION:-}
ROLE=${ROLE:-}
SELF=${SELF:-}
HOLDER=${HOLDER:-}
MEMBERS=${MEMBERS:-}
MACHINES=${MACHINES:-}
LOST=${LOST:-}
WITH=${WITH:-}
QUIESCED=${QUIESCED:-}
SNAPSHOT=${SNAPSHOT:-}
READY_TIMEOUT=${READY_TIMEOUT:-600}
QUIESCE_TIMEOUT=${QUIESCE_TIMEOUT:-120}
FINISH_TIMEOUT=${FINISH_TIMEOUT:-900}
API_GRACE=${API_GRACE:-1}
BUMP=${BUMP:-1000000000}
main "$@"
