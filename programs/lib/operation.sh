# shellcheck shell=sh
# operation.sh: an operation on a host. It outlives the pod that started it, which its own work may kill, an ssh
# session, and a power cut. Its work is a systemd unit; its record is a folder. An id is used once, whatever is applied,
# restarted or restored again.
#
#   OPERATION     id of the operation
#   PROGRAM       file in program/ that does the work, called with the argument `work`
#   TOOLS         what the program needs besides busybox
#   INSTEAD_OF    id of the operation whose place this one takes, if any
#   WAITS         of a program whose operations wait for their turn before they change the host (take_host): `all` go,
#                 one after the other, or only the `latest`, which takes the place of one that waits. Empty: it begins
#                 at once
#   DRY_RUN       1: the operation changes nothing, and may be done again by the same id

WAITS=
# IN_POD, UNTIL: set by carry. SHOWN: bytes of the log that were shown.
IN_POD=
UNTIL=
SHOWN=0
# Raised when an older program could not go on with the records of this one: see check_format.
RECORD_FORMAT=1

# check_format: refuses a record that a newer version of this program has begun in a format that this one doesn't know.
check_format() {
  [ "$(fact format 1)" -le "$RECORD_FORMAT" ] 2>/dev/null ||
    fail "the record of $OPERATION has the format $(fact format), and this program knows those up to $RECORD_FORMAT" \
      "use the program that began it: sh $(quoted "$(operation_folder)/program/$PROGRAM")"
}

# begin_operation FUNCTION: stages and starts the operation, or attaches to the one with this id that was started
# before. FUNCTION puts program/ and inputs into its working directory.
begin_operation() {
  local draft folder staged
  check_operation_id "$OPERATION"
  lock_operations
  folder=$(operation_folder)
  if [ -L "$folder" ] || { [ -e "$folder" ] && [ ! -d "$folder" ]; }; then
    refuse "$folder is not a folder" "remove it, or choose another id"
  fi
  take_up_draft "$OPERATION"
  # A dry run can be done again under the same id: only its last outcome counts.
  [ -z "${DRY_RUN:-}" ] || [ ! -e "$folder/result" ] || rm -rf "$folder"
  if [ -d "$folder" ]; then
    [ -f "$folder/program/$PROGRAM" ] ||
      refuse "the id $OPERATION is that of another program's operation, $(basename "$folder"/program/*.sh)" \
        "choose another id"
    if [ -e "$folder/result" ]; then
      say "operation $OPERATION has ended before, on $(date -u -r "$folder/result" +%Y-%m-%dT%H:%M:%SZ): this is what it said"
    else
      say "operation $OPERATION was begun before, this run attaches to it"
    fi
  else
    # A dry run stops nothing, so it may run beside another operation.
    if [ -z "${DRY_RUN:-}" ]; then
      [ "$WAITS" != latest ] || INSTEAD_OF=$(waiting_here)
      # A person is told at once. A Job's pod can wait.
      if [ -z "$WAITS" ] || [ -z "$IN_POD" ]; then check_for_others_work; fi
    fi
    forget_old_operations
    forget_drafts
    draft=$OPERATIONS/.draft-$OPERATION
    mkdir -m 0700 "$draft"
    mkdir -m 0700 "$draft/bin" "$draft/program" "$draft/record"
    # Status 2: the function refused, and has said why.
    staged=0
    (cd "$draft" && "$1" && stage_tools) || staged=$?
    [ "$staged" -eq 0 ] || rm -rf "$draft"
    [ "$staged" -ne 2 ] || exit 2
    [ "$staged" -eq 0 ] ||
      fail "can't stage the operation in $draft" "check the space and the mode of $OPERATIONS on the host"
    write_unit >"$draft/unit"
    write_start >"$draft/start"
    : >"$draft/log"
    find "$draft" -exec sync {} +
    end_superseded
    [ -z "${INSTEAD_OF:-}" ] || failpoint superseding
    mv "$draft" "$folder"
    sync "$OPERATIONS"
    [ -z "${INSTEAD_OF:-}" ] || failpoint superseded
  fi
  if [ ! -e "$folder/result" ]; then
    install_unit
  fi
  clean_up_superseded
  unlock_operations
}
