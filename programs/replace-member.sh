#!/bin/sh
# replace-member.sh: replaces the etcd member of this machine, whose disk or data is gone while the others serve. It is
# removed from the cluster, what is left of its data is set aside, and it joins again, empty. It runs in a Job, or by
# hand on the machine itself. By hand always works; a Job doesn't where this machine's kubelet asks its own API server,
# which has no etcd now, so that no pod starts.
#
#   sh replace-member.sh [--id ID] [--via URL]    on the machine of the dead member
#   sh replace-member.sh --status [ID]            how far it is; without an ID, the latest one here
#   sh replace-member.sh --abort ID               ends it: while no member is removed all is put back, after that etcd
#                                                 here stays stopped until the next replacement or restore
#
# Options and variables: INPUTS, below.
#
# Exit status: 0 replaced (or done before); 1 not replaced and no member was changed, or not proved: see what it
# says; 2 an input is wrong; in a Job's pod also 3, it could not begin, and another try may help.

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
export PROGRAM=replace-member.sh
. "$here/lib/all.sh"
. "$here/host/all.sh"
. "$here/etcd/all.sh"
. "$here/replace/check.sh"
. "$here/replace/steps.sh"
. "$here/replace/abort.sh"

INPUTS='
OPERATION      -            -       --id  name of this replacement, used only once; by hand the default is
                                          by-hand-<time>. If it is that of a Job, the Job reports the outcome
SELF           -            -       -     name of this machine
MEMBERS        -            -       -     all members, NAME=CLIENT_URL
NAMED_MEMBER   -            -       --via client URL of a member that serves; without it, the members in the kit, or
                                          the machines in the settings of etcd
DEAD_FOR       15           seconds -     without an answer until the member counts as dead, not as restarting
READY_TIMEOUT  60           seconds -     to wait until the others have a quorum without this one
FINISH_TIMEOUT 900          seconds -     to wait at the end for the API server, and for all members
EXPIRES        -            -       -     time after which this must not begin, as 2026-11-22T00:00:00Z
MANIFESTS      /etc/kubernetes/manifests - - folder of the static pods
ETCD_UNIT      etcd.service -       -     unit of etcd, where it is no static pod
FAILPOINT      -            -       -     for tests, see lib/failpoint.sh
'

TOOLS=etcdctl

# resume: reads from the record what the unit knew before it was started again.
resume() {
  # These times begin again: while this machine was down, it asked nobody.
  rm -f "$RECORD/since-dead" "$RECORD/since-quorum"
  [ ! -s "$RECORD/checked" ] || wait_for_machine
}

# need_tools: only etcdctl, as no file of etcd is read here.
need_tools() {
  require_etcdctl
}

by_hand() {
  # The kit has them, or a member lists them.
  forget MEMBERS
  begin_by_hand "$@"
  VERB=replace
  read_options unknown_option "$@"
  "by_hand_$VERB"
}

by_hand_replace() {
  OPERATION=${OPERATION:-$(new_id)}
  check_operation_id "$OPERATION"
  need_tools
  if [ ! -d "$(operation_folder)" ]; then
    check_for_others_work
    know_members
  fi
  step by-hand "replacement $OPERATION; it goes on when this shell ends, see: sh $(quoted "$0") --status $OPERATION"
  begin_operation stage_program
  follow_operation
}

# know_members: as the member that --via names lists them, or as the kit has them. Those in etcd's own settings are
# asked anyway.
know_members() {
  RECORD=$WORK
  take_up_left_aside
  read_machine
  if [ -n "$NAMED_MEMBER" ]; then
    MEMBERS=$(listed_by "$NAMED_MEMBER") ||
      refuse "$NAMED_MEMBER lists no members: $(reason 5)" \
        "name the client URL of a member that serves, with the address that its certificate has"
  fi
  check_names "$SELF" "$NAME" "$MEMBERS"
  [ -n "$(other_members)" ] ||
    refuse "no member besides this one is known here" \
      "name one that serves: --via $(advertised_url | sed 's,//.*:,//ADDRESS:,')"
}

take_inputs
ROLE=member
DATA_MAY_MISS=yes
VIA=
run_program stage_program "$@"
