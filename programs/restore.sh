#!/bin/sh
# restore.sh: restores an etcd cluster from a snapshot. The same program in a Job and by hand, on the node, with the API server dead.
#
#   sh restore.sh --list                          the backups on this volume
#   sh restore.sh --latest | --at NAME | --before TIME | --file PATH   [options]
#   sh restore.sh --status ID | --abort ID
#
# Options
#   --dry-run             everything up to the swap; nothing is stopped
#   --id ID               name of this restore, once for ever; default: by-hand-<time>
#   --holder NAME         the machine whose snapshot it is, where this isn't it: this one then joins (--follower is the same)
#   --members "A=URL …"   all members, by name and client URL; default: this one alone, or as the running etcd says
#   --lost "B C"          members that are gone and must never start again with their old data
#
# What a Job gives as variables, see the list below; a person needs none of it.
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
#   BUMP                  how far revisions are raised; default 1000000000
#   FAILPOINT             STEP:kill, for tests: the program kills itself there, once
#
# Exit status: 0 restored (or done before), 1 not restored and the old cluster serves, 2 an input is wrong.

set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
export PROGRAM=restore.sh
# shellcheck source=programs/lib/report.sh
. "$here/lib/report.sh"
# shellcheck source=programs/lib/process.sh
. "$here/lib/process.sh"
# shellcheck source=programs/lib/etcd.sh
. "$here/lib/etcd.sh"
# shellcheck source=programs/lib/backup.sh
. "$here/lib/backup.sh"
# shellcheck source=programs/lib/host-operation.sh
. "$here/lib/host-operation.sh"
# shellcheck source=programs/lib/node.sh
. "$here/lib/node.sh"
# shellcheck source=programs/lib/membership.sh
. "$here/lib/membership.sh"
# shellcheck source=programs/lib/restore-keys.sh
. "$here/lib/restore-keys.sh"
# shellcheck source=programs/lib/restore-steps.sh
. "$here/lib/restore-steps.sh"

# work: the unit. From the step that the record names, to the end.
work() {
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  RECORD=$(operation_folder)/record
  if [ -e "$(operation_folder)/result" ]; then
    remove_unit
    exit 0
  fi
  choose_tools
  [ -f "$RECORD/started" ] || date +%s >"$RECORD/started"
  if [ -s "$RECORD/name" ]; then read_node; fi
  while :; do
    list=$(steps_of "$(fact list "$ROLE")")
    name=$(fact step "${list%% *}")
    keep_fact step "$name"
    [ "$name" = "${said:-}" ] || step "$name" "begins"
    said=$name
    failpoint "$name"
    if "step_$(echo "$name" | tr - _)"; then
      rest=${list#*"$name"}
      rest=${rest# }
      keep_fact step "${rest%% *}"
    else
      pause 1 || :
    fi
  done
}

failpoint() {
  if [ "${FAILPOINT:-}" = "$1" ] && [ ! -e "$RECORD/failpoint" ]; then
    : >"$RECORD/failpoint"
    sync "$RECORD"
    say "failpoint: killed here"
    kill -9 $$
  fi
}

# fact NAME [DEFAULT], keep_fact NAME VALUE: what the record remembers.
fact() {
  if [ -f "$RECORD/$1" ]; then cat "$RECORD/$1"; else echo "${2:-}"; fi
}

keep_fact() {
  printf '%s\n' "$2" >"$RECORD/.$1"
  sync "$RECORD/.$1"
  mv "$RECORD/.$1" "$RECORD/$1"
  sync "$RECORD"
}

elapsed() {
  echo $(($(date +%s) - $(cat "$RECORD/started")))
}

# read_node: what this machine is.
read_node() {
  discover kube-apiserver || :
  if [ "$ROLE" = api ]; then
    [ -s "$RECORD/kube-apiserver.args" ] || give_up "this machine runs no API server" "leave it out"
    ETCDCTL_CACERT=$(setting kube-apiserver etcd-cafile) ETCDCTL_CERT=$(setting kube-apiserver etcd-certfile) ETCDCTL_KEY=$(setting kube-apiserver etcd-keyfile)
  else
    discover etcd || give_up "there is no etcd on this machine: neither $MANIFESTS/etcd.yaml nor the unit $ETCD_UNIT" "check the machine"
    NAME=$(setting etcd name)
    PEER_URL=$(setting etcd initial-advertise-peer-urls)
    LOCAL_URL=$(setting etcd listen-client-urls | tr ',' '\n' | grep -m 1 -e '//127\.' -e '//\[::1\]' || setting etcd advertise-client-urls | cut -d, -f1)
    DATA_DIR=$(cd -P "$(setting etcd data-dir)" && pwd -P) || give_up "the data folder $(setting etcd data-dir) is not there" "check the disk"
    ETCDCTL_CACERT=$(setting etcd trusted-ca-file)
    pki=$(dirname "${ETCDCTL_CACERT:-/}")
    if [ -f "$pki/healthcheck-client.crt" ]; then
      ETCDCTL_CERT=$pki/healthcheck-client.crt ETCDCTL_KEY=$pki/healthcheck-client.key
    else
      ETCDCTL_CERT=$(setting etcd cert-file) ETCDCTL_KEY=$(setting etcd key-file)
    fi
    keep_fact name "$NAME"
  fi
  export ETCDCTL_CACERT ETCDCTL_CERT ETCDCTL_KEY
  SELF=${SELF:-$NAME}
  MEMBERS=${MEMBERS:-$NAME=$(setting etcd advertise-client-urls | cut -d, -f1)}
  MACHINES=${MACHINES:-$(echo "$MEMBERS" | tr ' ' '\n' | sed 's/=.*//' | tr '\n' ' ')}
  HOLDER=${HOLDER:-$SELF}
  HOLDER_URL=$(echo "$MEMBERS" | tr ' ' '\n' | sed -n "s/^$HOLDER=//p")
}

has_api() {
  [ -s "$RECORD/kube-apiserver.args" ]
}

alone() {
  [ "$(echo "$MACHINES" | wc -w)" -eq 1 ] || ! has_quorum
}

# has_quorum: whether what isn't lost is more than half of what was.
has_quorum() {
  [ "$(echo "$MEMBERS" | wc -w)" -gt "$(echo "${LOST:-}" | wc -w)" ]
}

machines_in_words() {
  echo "with $MACHINES${LOST:+, without $LOST}"
}

# choose_snapshot: which file, decided once.
choose_snapshot() {
  if [ ! -s "$RECORD/snapshot" ]; then
    case $SNAPSHOT in
      file:*) chosen=${SNAPSHOT#file:} ;;
      *)
        cd "$BACKUP_ROOT/$CLUSTER" || give_up "there is no folder $BACKUP_ROOT/$CLUSTER" "check the volume and the cluster's name"
        chosen=$(list_backups | sed -n 's/ complete$//p' | sort | pick "$SNAPSHOT")
        [ -n "$chosen" ] || give_up "no complete backup is there for $SNAPSHOT" "see: sh restore.sh --list"
        chosen=$PWD/$chosen/snapshot.db
        cd /
        ;;
    esac
    [ -f "$chosen" ] || give_up "$chosen is not a file" "see: sh restore.sh --list"
    keep_fact snapshot "$chosen"
  fi
  SNAPSHOT_FILE=$(fact snapshot)
}

# pick latest|at:NAME|before:TIME: of sorted names on standard input.
pick() {
  case $1 in
    latest) tail -n 1 ;;
    at:*) grep -x -e "${1#at:}" || : ;;
    before:*) awk -v before="$(echo "${1#before:}" | tr -d ':-')" 'substr($0, 1, 16) <= before' | tail -n 1 ;;
  esac
}

# give_up REASON FIX: before the decision. With others, it is decided for all.
give_up() {
  say "giving up: $1: $2"
  keep_fact reason "$1"
  keep_fact fix "$2"
  if ! alone && [ "$(fact step check)" != check ]; then
    until decide abort; do
      say "the decision to abort can't be written: $(reason 5). Trying again. To put this node back by hand: sh $here/restore.sh --abort $OPERATION"
      pause 5 || :
    done
    [ "$(fact decision)" = abort ] || { say "it was decided to swap before: going on"; return 1; }
  fi
  back_out "$1"
}

back_out() {
  [ -s "$RECORD/reason" ] || keep_fact reason "$1"
  keep_fact list back
  keep_fact step put-back
  rm -rf "$WORK"
  exec sh "$here/restore.sh" work
}

# conclude STATUS OUTCOME MESSAGE FIX: the end.
conclude() {
  rm -f "/etc/systemd/system/$ETCD_UNIT.d/cdk8s-day2-join.conf"
  say "$2: $3: $4"
  end_operation "$1" "{\"outcome\":\"$2\",\"restore\":\"$OPERATION\",\"machine\":\"${SELF:-}\",\"message\":\"$(json_text "$3")\",\"fix\":\"$(json_text "$4")\",\"seconds\":$(elapsed)}"
  exit 0
}

main() {
  case ${1:-} in
    work) work ;;
    carry) carry ;;
    steps) printf '%s: %s\n' holder "$HOLDER_STEPS" follower "$FOLLOWER_STEPS" api "$API_STEPS" back "$BACK_STEPS" ;;
    *) by_hand "$@" ;;
  esac
}

# by_hand: what a person types.
by_hand() {
  [ "$(id -u)" = 0 ] || refuse "this runs as user $(id -u)" "run it as root: sudo sh $0 …"
  # Beside the backups: <volume>/<cluster>/break-glass/program/restore.sh, and the tools in bin/.
  PATH=$here/../bin:$PATH
  CLUSTER=${CLUSTER:-$(basename "$(dirname "$(dirname "$here")")")}
  BACKUP_ROOT=${BACKUP_ROOT:-$(dirname "$(dirname "$(dirname "$here")")")}
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  verb=restore
  while [ $# -gt 0 ]; do
    case $1 in
      --list) verb=list ;;
      --latest) SNAPSHOT=latest ;;
      --dry-run) DRY_RUN=1 ;;
      --follower) ROLE=follower ;;
      --at | --before | --file | --id | --holder | --members | --lost | --status | --abort)
        [ $# -ge 2 ] || refuse "$1 stands without its value" "see the head of $0"
        case $1 in
          --at) SNAPSHOT=at:$2 ;;
          --before) SNAPSHOT=before:$2 ;;
          --file) SNAPSHOT=file:$(cd "$(dirname "$2")" && pwd)/$(basename "$2") ;;
          --id) OPERATION=$2 ;;
          --holder) HOLDER=$2 ROLE=follower ;;
          --members) MEMBERS=$2 ;;
          --lost) LOST=$2 ;;
          --status) verb=status OPERATION=$2 ;;
          --abort) verb=abort OPERATION=$2 ;;
        esac
        shift
        ;;
      *) refuse "'$1' is not known" "see the head of $0" ;;
    esac
    shift
  done
  "by_hand_$verb"
}

by_hand_list() {
  enter_folder
  list_backups | sort -r | while read -r name state; do
    printf '%s  %s  %s bytes, %s keys, etcd %s\n' "$name" "$state" "$(json_number sizeBytes <"$name/backup.json")" \
      "$(json_number keys <"$name/backup.json")" "$(json_string etcdVersion <"$name/backup.json")"
  done
}

by_hand_restore() {
  ROLE=${ROLE:-holder}
  OPERATION=${OPERATION:-by-hand-$(date -u +%Y%m%dt%H%M%Sz)}
  [ "$ROLE" = follower ] || [ -n "$SNAPSHOT" ] || refuse "no snapshot is chosen" "choose one: --latest, --at NAME, --before TIME or --file PATH"
  step by-hand "restore $OPERATION as $ROLE; it goes on when this shell ends: sh $0 --status $OPERATION"
  choose_tools
  begin_operation stage_program
  follow_operation
}

find_operation() {
  check_operation_id
  folder=$(operation_folder)
  [ -d "$folder" ] || fail "there is no operation $OPERATION on this host" "look into $OPERATIONS"
}

by_hand_status() {
  find_operation
  tail -n 20 "$folder/log"
  if [ -e "$folder/result" ]; then cat "$folder/result"; else say "under way, at step $(cat "$folder/record/step")"; fi
}

# by_hand_abort: while the new cluster doesn't serve, this node goes back to the old one.
by_hand_abort() {
  find_operation
  RECORD=$folder/record
  [ ! -e "$folder/result" ] || fail "operation $OPERATION has ended" "nothing is left to abort: sh $0 --status $OPERATION"
  systemctl stop "$(operation_unit)" || :
  if [ -e "$RECORD/serving" ] || [ -e "$RECORD/joined" ]; then
    systemctl start --no-block "$(operation_unit)"
    fail "the restored cluster serves already" "going back now would make two clusters: let it finish, and restore another backup if this was the wrong one"
  fi
  keep_fact reason "aborted by a person"
  keep_fact fix "do the same on every other machine of this restore"
  keep_fact list back
  keep_fact step put-back
  systemctl start --no-block "$(operation_unit)"
  follow_operation
}

# stage_snapshot: a volume that only the pod has is gone with it, so the chosen snapshot comes along.
stage_snapshot() {
  draft=$PWD
  RECORD=$draft/record BACKUP_ROOT=$STAGED_FROM
  choose_snapshot || return 1
  cd "$draft" || return 1
  say "copying $(fact snapshot) to the host"
  cp "$(fact snapshot)" snapshot.db || return 1
  keep_fact snapshot "$(operation_folder)/snapshot.db"
}

# carry: in a Job's pod. Stages, starts and follows.
carry() {
  IN_POD=1
  # Nothing has begun, so there is nothing to go back from.
  give_up() { refuse "$@"; }
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  TERMINATION_MESSAGE=${TERMINATION_MESSAGE:-/dev/termination-log}
  step carry "restore $OPERATION as $ROLE on $SELF"
  if [ -n "${EXPIRES:-}" ] && [ ! -d "$(operation_folder)" ]; then
    [ "$(date -u +%Y%m%d%H%M%S)" -lt "$(echo "$EXPIRES" | tr -cd '0-9')" ] || refuse "restore $OPERATION expired at $EXPIRES" "take the Job out of the chart; for another restore choose another id"
  fi
  choose_tools
  begin_operation stage_program
  on_signals left
  follow_operation
}

left() {
  say "ended by $1; the operation goes on on the host, a new pod attaches to it"
  exit "$2"
}

stage_program() {
  if [ -n "${STAGED_FROM:-}" ] && [ "$ROLE" = holder ]; then
    stage_snapshot || return 1
  fi
  cp "$here/restore.sh" program/ && mkdir program/lib && cp "$here"/lib/*.sh program/lib/ || return 1
  for variable in OPERATION OPERATIONS PROGRAM CLUSTER BACKUP_ROOT ROLE SELF HOLDER MEMBERS MACHINES LOST SNAPSHOT DRY_RUN BUMP FAILPOINT \
    READY_TIMEOUT QUIESCE_TIMEOUT FINISH_TIMEOUT API_GRACE; do
    eval "given=\${$variable:-}"
    [ -z "$given" ] || printf "%s='%s'\n" "$variable" "$(printf '%s' "$given" | sed "s/'/'\\\\''/g")"
  done >inputs
}

OPERATION=${OPERATION:-}
ROLE=${ROLE:-}
SELF=${SELF:-}
HOLDER=${HOLDER:-}
MEMBERS=${MEMBERS:-}
MACHINES=${MACHINES:-}
LOST=${LOST:-}
SNAPSHOT=${SNAPSHOT:-}
READY_TIMEOUT=${READY_TIMEOUT:-600}
QUIESCE_TIMEOUT=${QUIESCE_TIMEOUT:-120}
FINISH_TIMEOUT=${FINISH_TIMEOUT:-900}
API_GRACE=${API_GRACE:-1}
BUMP=${BUMP:-1000000000}
MARKS=/cdk8s-day2/restores
main "$@"
