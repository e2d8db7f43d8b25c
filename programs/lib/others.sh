# shellcheck shell=sh
# others.sh: the other operations of this host: those under way, the one whose place this one takes, and old ones.
#
#   INSTEAD_OF   see operation.sh

RECORDS_KEPT=20

# waits FOLDER: whether that operation has nothing of this host: it waits for its turn, or only gives back what is the
# API's (`back`). Others may begin beside it. Who has no such fact has the host from its start.
waits() {
  case $(cat "$1/record/waits" 2>/dev/null) in
    yes | back) return 0 ;;
    *) return 1 ;;
  esac
}

# others_under_way: the ids of operations that have this host, have not ended, and whose place this one does not take.
others_under_way() {
  local id other
  for other in "$OPERATIONS"/* "$OPERATIONS"/.draft-*; do
    id=${other##*/}
    if [ "$id" != "${id#.draft-}" ]; then
      id=${id#.draft-}
      is_successor "$id" || continue
    fi
    if [ ! -d "$other" ] || [ -e "$other/result" ] || [ "$id" != "${id%.dry-run}" ] ||
      [ "$id" = "${INSTEAD_OF:-}" ] || [ "$id" = "$OPERATION" ] || waits "$other"; then continue; fi
    echo "$id"
  done
}

# is_successor ID: whether another operation has ended with ID in its place. Its draft is whole: it begins at the next
# boot (begin_successor), if nobody types its line before.
is_successor() {
  grep -qsF "\"successor\":\"$1\"" "$OPERATIONS"/*/result
}

# take_up_draft ID: where ID was cut off between that result and its folder.
take_up_draft() {
  if [ ! -d "$OPERATIONS/.draft-$1" ] || [ -d "$OPERATIONS/$1" ] || ! is_successor "$1"; then return 0; fi
  mv "$OPERATIONS/.draft-$1" "$OPERATIONS/$1" && sync "$OPERATIONS"
}

# forget_drafts: one that a killed run left may be as large as a backup.
forget_drafts() {
  local draft
  for draft in "$OPERATIONS"/.draft-*; do
    is_successor "${draft##*/.draft-}" || rm -rf "$draft"
  done
}

# check_for_others_work: two operations on one host would each undo what the other does.
check_for_others_work() {
  local fix id program
  for id in $(others_under_way); do
    program=$(program_of "$id")
    fix=$(how_to_end "$id")
    if [ "${program##*/}" = "$PROGRAM" ] && grep -q '^INSTEAD_OF ' "$program"; then
      fix="$fix. If it can go neither on nor back, begin this one by hand, with --instead-of $id"
    fi
    refuse "operation $id is under way on this machine" \
      "see how far it is: sh $(quoted "$program") --status $id. $fix"
  done
}

# await_others: status 1 while another operation has this host.
await_others() {
  local others
  others=$(others_under_way | joined)
  [ "$others" = none ] || {
    say_once "waiting for $others, which is under way on this machine"
    return 1
  }
}

# take_host: from here on this operation changes the host, and no other one may begin. Status 1: another one has it, or
# has taken this one's place.
take_host() {
  local status=0
  lock_operations || return 1
  if [ -e "$(operation_folder)/result" ] || ! await_others || ! keep_fact waits no; then status=1; fi
  unlock_operations
  return "$status"
}

# leave_host yes|back: nothing of the host is changed for now: it waits for its turn again, or gives back the rest.
leave_host() {
  keep_fact waits "$1"
}

# waiting_here: the id of an operation of this program that waits for its turn. The latest one counts: what it waits
# with may be just what had to be corrected.
waiting_here() {
  local id
  for id in $(under_way); do
    if [ "$id" != "$OPERATION" ] && [ "$id" = "${id%.dry-run}" ] &&
      [ "$(cat "$OPERATIONS/$id/record/waits" 2>/dev/null)" = yes ]; then echo "$id"; fi
  done | head -n 1
}

# how_to_end ID: what to type.
how_to_end() {
  local program
  program=$(program_of "$1")
  if grep -q '^#.* --abort ' "$program"; then
    echo "Let it end, or end it: sh $(quoted "$program") --abort $1"
  else
    echo "Let it end"
  fi
}

# program_of ID
program_of() {
  echo "$(if [ -d "$OPERATIONS/$1" ]; then echo "$OPERATIONS/$1"; else echo "$OPERATIONS/.draft-$1"; fi)"/program/*.sh
}

# check_superseded: one of another program may be in the middle of what this one doesn't know, such as an upgrade of
# packages.
check_superseded() {
  if [ -z "${INSTEAD_OF:-}" ] || [ ! -d "$OPERATIONS/$INSTEAD_OF" ] ||
    [ -f "$OPERATIONS/$INSTEAD_OF/program/$PROGRAM" ]; then return 0; fi
  refuse "$INSTEAD_OF is an operation of $(basename "$(program_of "$INSTEAD_OF")")" \
    "--instead-of takes the place of an operation of $PROGRAM only. See how far that one is: sh $(quoted "$(program_of "$INSTEAD_OF")") --status $INSTEAD_OF. $(how_to_end "$INSTEAD_OF")"
}

# superseded: whether this operation ends another one that is under way, INSTEAD_OF.
superseded() {
  [ -n "${INSTEAD_OF:-}" ] && [ -z "${DRY_RUN:-}" ] && [ -d "$OPERATIONS/$INSTEAD_OF" ] &&
    [ ! -e "$OPERATIONS/$INSTEAD_OF/result" ]
}

# end_superseded: before this operation's folder is there, so that never two are under way. From this result on, the
# other one's unit, if a boot starts it, begins this operation (begin_successor): so it stays until this one has its
# own.
end_superseded() {
  superseded || return 0
  write_result "$OPERATIONS/$INSTEAD_OF" 1 \
    "{\"outcome\":\"superseded\",\"operation\":\"$INSTEAD_OF\",\"successor\":\"$OPERATION\",\"message\":\"$OPERATION was begun in its place\",\"fix\":\"\"}" || {
    rm -rf "${OPERATIONS:?}/.draft-$OPERATION"
    fail "the result of $INSTEAD_OF can't be written to $OPERATIONS/$INSTEAD_OF, so that one goes on" \
      "check the space and the mode of $OPERATIONS, then type the same again"
  }
}

# clean_up_superseded: what takes space, and the unit, as at every operation's end. A unit that runs does it itself: it
# finds that it has ended.
clean_up_superseded() {
  [ -n "${INSTEAD_OF:-}" ] && [ "$(successor_of "$INSTEAD_OF")" = "$OPERATION" ] || return 0
  ! on_host systemctl is-active --quiet "$(operation_unit "$INSTEAD_OF")" || return 0
  forget_unit "$INSTEAD_OF"
  rm -rf "${OPERATIONS:?}/$INSTEAD_OF/snapshot" "${OPERATIONS:?}/$INSTEAD_OF/bin" || :
}

# forget_old_operations: of the operations that have ended, the newest stay. A forgotten id could run again here; then
# the restored etcd stops it, or the date after which a Job must not run. One whose fact `needed` names a file that is
# still there stays, too: it is the only copy.
forget_old_operations() {
  local ended name needed
  ended=0
  # shellcheck disable=SC2012 # by time, and the names are ours
  ls -t "$OPERATIONS" | while read -r name; do
    [ -e "$OPERATIONS/$name/result" ] || continue
    ended=$((ended + 1))
    needed=$(cat "$OPERATIONS/$name/record/needed" 2>/dev/null) || needed=
    [ ! -e "${needed:-/nonexistent}" ] || continue
    [ "$ended" -lt "$RECORDS_KEPT" ] || rm -rf "${OPERATIONS:?}/$name"
  done
}
