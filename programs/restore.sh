#!/bin/sh
# restore.sh: restores an etcd cluster from a snapshot. It runs in a Job, or by hand on the node, also when no API
# server runs.
#
#   sh restore.sh --list                          the backups on this volume
#   sh restore.sh --latest | --at NAME | --before TIME | --file PATH   [options]
#   sh restore.sh --holder NAME --id ID           on the other machines: what the first one prints
#   sh restore.sh --status [ID]                   how far it is; without an ID, the latest one here
#   sh restore.sh --abort ID                      back to the old cluster: on the holder until the restored one serves
#   sh restore.sh --abort ID --lost HOLDER        on the others, when the holder is lost for good before that
#   sh restore.sh --abort ID --called-off WORD    on the others without a quorum: the word that the holder printed
#   sh restore.sh --forget ID --lost NAME         a machine was lost on the way: don't wait for it
#
# Options and variables: INPUTS, below.
#
# Exit status: 0 restored and proved (or done before); 1 not restored and the old cluster serves, or not proved: see
# what it says; 2 an input is wrong; in a Job's pod also 3, it could not begin, and another try may help.

set -eu
umask 077
# By hand, only programs of the system and of the kit may run, as a person's PATH may lead to anybody's. In the pod and
# in the unit the PATH is ours.
case ${1:-} in
  carry | work) ;;
  *) PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin && export PATH ;;
esac
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib/environment.sh"
clean_environment 'ETCD_ ETCDCTL_ ETCDUTL_' ETCD_UNIT
export PROGRAM=restore.sh
. "$here/lib/all.sh"
. "$here/host/all.sh"
. "$here/etcd/all.sh"
. "$here/backup/backups.sh"
. "$here/restore/api-servers.sh"
. "$here/restore/keys.sh"
. "$here/restore/back.sh"
. "$here/restore/check.sh"
. "$here/restore/snapshot.sh"
. "$here/restore/stage.sh"
. "$here/restore/superseding.sh"
. "$here/restore/proof.sh"
. "$here/restore/trial.sh"
. "$here/restore/bump.sh"
. "$here/restore/outcome.sh"
. "$here/restore/waits.sh"
. "$here/restore/steps.sh"
. "$here/restore/abort.sh"
. "$here/restore/by-hand.sh"

INPUTS='
OPERATION           -            -         --id                name of this restore, used only once; by hand the
                                                               default is by-hand-<time>
CLUSTER             -            -         -                   name of the cluster and of its folder on the volume; by
                                                               hand in the path
BACKUP_ROOT         -            -         -                   folder where the volume is mounted; by hand it is in the
                                                               path of the kit
ROLE                -            -         --api=api           holder, follower, or api: an API server without a member
SELF                -            -         -                   name of this machine
HOLDER              -            -         --holder            name of the machine that restores the snapshot
MEMBERS             -            -         --members           all members of the restored cluster, NAME=CLIENT_URL,
                                                               lost ones not; by hand lost ones, too; the default is
                                                               that of the kit, or what etcd lists
MACHINES            -            -         -                   names of all machines that take part; empty: the members
LOST                -            -         --lost              names of the members that are gone, and must never start
                                                               again with their old data
WITH                -            -         --with              names of machines that run an API server and no member;
                                                               on them: --api
DATA_DESTROYED      -            -         --data-destroyed=1  1: the machines of lost members are up, and their old
                                                               data is destroyed, so that etcd never starts with it
                                                               again
WITHOUT_QUORUM      -            -         --without-quorum=1  1: the old etcd has no quorum: persons carry words from
                                                               machine to machine
QUIESCED            -            -         --quiesced          with --without-quorum: the words that the others have
                                                               printed, NAME=WORD
CALLED_OFF          -            -         --called-off        with --abort or --instead-of: the word that the holder
                                                               of that restore has printed
SNAPSHOT            -            -         -                   latest, at:NAME, before:TIME or file:PATH
STAGED_FROM         -            -         -                   in a pod: where a volume is mounted that the host lacks;
                                                               the backup is copied
INSTEAD_OF          -            -         --instead-of        id of a restore that is under way here and can go
                                                               neither on nor back: this one ends it, and takes over
                                                               what it has stopped
DRY_RUN             -            -         --dry-run=1         1: all checks and a trial of the snapshot; nothing is
                                                               stopped
EXPIRES             -            -         -                   time after which this restore must not begin, as
                                                               2026-11-22T00:00:00Z
READY_TIMEOUT       600          seconds   -                   to wait until all machines are ready
STOP_TIMEOUT        120          seconds   -                   to wait until all machines are quiesced
FINISH_TIMEOUT      900          seconds   -                   to wait at the end for proof, and for all members
API_SERVER_GRACE    1            seconds   -                   to wait until the API server ends by itself
TRUST_BACKUPS       -            -         --trust-backups=1   1: accept a backup that others than root can write, as
                                                               on NFS that squashes root: they could have changed it,
                                                               and be the administrator of the restored cluster
SKIP_HASH_CHECK     -            -         --skip-hash-check=1 1: the --file is a bare database, which has no checksum:
                                                               member/snap/db of a lost machine. What was only in its
                                                               write-ahead log is missing
BUMP                1000000000   revisions -                   how far its revisions begin above the latest one of the
                                                               old cluster
ACCEPT_CHANGED_KEYS -            -         -                   1: accept another PKI or encryption configuration than
                                                               the backup recorded
MANIFESTS           /etc/kubernetes/manifests - -              folder of the static pods
ETCD_UNIT           etcd.service -         -                   unit of etcd, where it is no static pod
FAILPOINT           -            -         -                   for tests, see lib/failpoint.sh
'

TOOLS='etcdctl etcdutl'

need_tools() {
  choose_tools
}

# resume: reads from the record what the unit knew before it was started again.
resume() {
  take_members
  [ ! -s "$RECORD/machine-read" ] || wait_for_machine
  SNAPSHOT_FILE=$(fact snapshot)
}

take_inputs
# A restore never makes a missing data folder, whatever the environment says.
DATA_MAY_MISS=
VIA=
run_program stage_restore "$@"
