#!/bin/sh
# replace-member.sh: replaces the etcd member of this machine, whose disk or data is gone while the others serve. It is removed from the
# cluster, what is left of its data is set aside, and it joins again, empty. The same program in a Job and by hand, on the machine itself:
# by hand always works, also where this machine's kubelet asks its own API server, which has no etcd now and so starts no pod.
#
#   sh replace-member.sh [--id ID] [--via URL]    on the machine of the dead member
#   sh replace-member.sh --status [ID]            how far it is; without an ID, the latest one here
#
# Options
#   --id ID     name of this replacement, once for ever; default: by-hand-<time>. Given a Job's, the Job reports what came of it
#   --via URL   client URL of a member that serves; default: those of the kit, or the machines that etcd's own settings name
#
# What a Job gives as variables; a person needs none of it.
#   SELF            name of this machine
#   MEMBERS         all members, NAME=CLIENT_URL
#   DEAD_FOR        seconds in which the member must not have answered; one that was only started anew answers sooner. Default 15
#   READY_TIMEOUT   seconds in which the others must be seen to have a quorum without this one; default 60
#   FINISH_TIMEOUT  seconds to wait for the API server and for all members at the end; default 900
#   EXPIRES         time after which this must not begin, as 2026-11-22T00:00:00Z
#   FAILPOINT       for tests, see lib/steps.sh
#
# Exit status: 0 replaced (or done before), 1 not replaced and the cluster is as it was, 2 an input is wrong;
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
export PROGRAM=replace-member.sh
. "$here/lib/report.sh"
. "$here/lib/process.sh"
. "$here/lib/disk.sh"
. "$here/etcd/tools.sh"
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
. "$here/replace/steps.sh"

main() {
  case ${1:-} in
    work) work ;;
    carry) carry stage_replacement ;;
    steps) printf '%s: %s\n' member "$MEMBER_STEPS" back "$BACK_STEPS" ;;
    *) by_hand "$@" ;;
  esac
}

steps_of() {
  case $1 in
    member) echo "$MEMBER_STEPS" ;;
    back) echo "$BACK_STEPS" ;;
  esac
}

# resume: what a unit that was started again knew before.
resume() {
  # Who begins anew has to hear again that nobody answers: a machine that has just booted has not been asked.
  rm -f "$RECORD/since-dead" "$RECORD/since-quorum"
  [ ! -s "$RECORD/checked" ] || wait_for_machine
}

# choose_tools: no file of etcd's is read here.
choose_tools() {
  require_etcdctl
}

stage_replacement() {
  stage_program MANIFESTS ETCD_UNIT SELF MEMBERS DEAD_FOR READY_TIMEOUT FINISH_TIMEOUT
}

by_hand() {
  case ${1:-} in
    -h | --help | help) usage "$here/$PROGRAM" && exit 0 ;;
  esac
  forget OPERATION SELF MEMBERS EXPIRES
  begin_by_hand
  verb=replace
  while [ $# -gt 0 ]; do
    case $1 in
      --id | --via)
        case ${2:-} in
          '' | -*) refuse "$1 stands without its value" "give it one; see: sh $(quoted "$0") --help" ;;
        esac
        if [ "$1" = --id ]; then OPERATION=$2; else VIA=$2; fi
        shift
        ;;
      --status)
        verb=status
        case ${2:-} in
          '' | -*) ;;
          *) OPERATION=$2 && shift ;;
        esac
        ;;
      *) refuse "'$1' is not known" "see: sh $(quoted "$0") --help" ;;
    esac
    shift
  done
  "by_hand_$verb"
}

by_hand_replace() {
  OPERATION=${OPERATION:-by-hand-$(date -u +%Y%m%dt%H%M%Sz)}
  check_operation_id "$OPERATION"
  choose_tools
  [ -d "$(operation_folder)" ] || know_members
  step by-hand "replacement $OPERATION; it goes on when this shell ends, see: sh $(quoted "$0") --status $OPERATION"
  begin_operation stage_replacement
  follow_operation
}

# know_members: as the one that is named lists them, or the kit does; those that etcd's own settings name are asked anyway.
know_members() {
  RECORD=$WORK
  give_up() { refuse "$@"; }
  read_machine
  if [ -n "$VIA" ]; then
    MEMBERS=$(listed_by "$VIA") || refuse "$VIA lists no members: $(reason 5)" "name the client URL of a member that serves, with the address that its certificate has"
  fi
  check_names "$SELF" "$NAME" "$MEMBERS"
  [ -n "$(other_members)" ] || refuse "which members there are besides this one is not known here" "name one that serves: --via $(advertised_url | sed 's,//.*:,//ADDRESS:,')"
}

ROLE=member
DATA_MAY_MISS=yes
OPERATION=${OPERATION:-}
SELF=${SELF:-}
MEMBERS=${MEMBERS:-}
VIA=
DEAD_FOR=${DEAD_FOR:-15}
READY_TIMEOUT=${READY_TIMEOUT:-60}
FINISH_TIMEOUT=${FINISH_TIMEOUT:-900}
main "$@"
