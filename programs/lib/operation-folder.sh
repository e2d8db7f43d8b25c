# shellcheck shell=sh
# operation-folder.sh: where an operation lies on a host.
#
#   OPERATION     id of the operation
#   OPERATIONS    folder of all records; default /var/lib/cdk8s-day2/operations
#   UNITS         folder of systemd's units; default /etc/systemd/system
#
#   <OPERATIONS>/<id>/   belongs to root alone
#     bin/       busybox and its applets, and the program's tools: so the host needs only systemd and a shell
#     program/   the program and what it uses
#     inputs     the program's inputs
#     unit       the systemd unit, and `start`, the script that it runs
#     record/    what the work has done so far
#     log        what it said
#     result     its summary; it exists only when the operation has ended. The exit status is in `status`
#   /run/cdk8s-day2/<id>/   the output of commands

OPERATIONS=${OPERATIONS:-/var/lib/cdk8s-day2/operations}
UNITS=${UNITS:-/etc/systemd/system}
# In memory, by hand too: on a full disk, half an answer would be taken for a whole one.
SCRATCH=/run/cdk8s-day2

operation_folder() {
  echo "$OPERATIONS/$OPERATION"
}

scratch_folder() {
  echo "$SCRATCH/$OPERATION"
}

# operation_unit [ID]
operation_unit() {
  echo "cdk8s-day2-${1:-$OPERATION}.service"
}

check_operation_id() {
  local plain
  case $1 in
    '' | [!a-z0-9]* | *[!a-z0-9.-]*)
      refuse "the operation's id is '$1'" "use lower-case letters, digits, hyphens and dots, with a letter or digit first"
      ;;
  esac
  # A dry run has a record of its own, beside that of the operation.
  plain=${1%.dry-run}
  [ "${#plain}" -le 63 ] || refuse "the operation's id has ${#plain} characters" "use at most 63"
}

# operations_here: the ids of this program's operations on this host, the latest first.
operations_here() {
  # shellcheck disable=SC2012 # by time, and the names are ours
  ls -t "$OPERATIONS"/*/program/"$PROGRAM" 2>/dev/null | sed 's,/program/[^/]*$,,; s,.*/,,'
}

# under_way: the ids of the operations here that have no result yet.
under_way() {
  local id
  for id in $(operations_here); do
    [ -e "$OPERATIONS/$id/result" ] || echo "$id"
  done
}

# make_operations_folder: it and its parent belong to root alone, so that nobody can put something else in their place.
make_operations_folder() {
  local folder
  for folder in "$(dirname "$OPERATIONS")" "$OPERATIONS"; do
    # Its parent was checked before: through a link it would be made elsewhere.
    [ -e "$folder" ] || [ -L "$folder" ] || mkdir -p "$folder" || return 1
    if [ -L "$folder" ] || [ "$(stat -c %u "$folder")" != 0 ]; then
      refuse "$folder is a link or does not belong to root" "remove it: this program makes its own"
    fi
    chmod 0700 "$folder" || return 1
  done
}
