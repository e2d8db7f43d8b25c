# shellcheck shell=sh
# superseding.sh: a restore that takes the place of another one, INSTEAD_OF, which can go neither on nor back. It runs
# only in a person's shell, on the host, before the new restore is staged. What a pod also does is take_over, in
# stage.sh.

# hold_superseded: stops the other restore before anything of it is looked at, as it may promise more at any moment.
# However this shell ends, that one's unit is started again: it goes on, or, where this restore has its place by then,
# begins this one (begin_successor). Nobody else starts it meanwhile, as this shell has the lock.
hold_superseded() {
  if [ -z "${INSTEAD_OF:-}" ] || [ -n "${DRY_RUN:-}" ]; then return 0; fi
  lock_operations
  take_up_draft "$INSTEAD_OF"
  superseded || return 0
  trap 'systemctl start --no-block "$(operation_unit "$INSTEAD_OF")" 2>/dev/null || :; forget_by_hand' EXIT
  on_signals left_superseded
  systemctl stop "$(operation_unit "$INSTEAD_OF")" 2>/dev/null || :
}

left_superseded() {
  say "ended by $1; how far it is: sh $(quoted "$0") --status $INSTEAD_OF"
  exit "$2"
}

# adopt_superseded: from here on the other restore is meant.
adopt_superseded() {
  OPERATION=$INSTEAD_OF
  RECORD=$(operation_folder)/record
  forget ROLE SELF HOLDER MEMBERS MACHINES LOST WITH WITHOUT_QUORUM INSTEAD_OF
  # shellcheck source=/dev/null # the operation's own
  . "$(operation_folder)/inputs"
  take_members
}

# settle_superseded: the other restore must not go on elsewhere because of what this machine has told its holder. So it
# is called off first, or its holder is lost.
settle_superseded() {
  local lost="$LOST" word="$CALLED_OFF"
  superseded || return 0
  (
    adopt_superseded
    if [ "$ROLE" = holder ]; then
      call_off_superseded
    elif [ -s "$RECORD/quiesced-sent" ]; then
      await_settled "$lost" "$word"
      [ ! -s "$RECORD/data-moves" ] || turn_superseded_back
    fi
  ) || exit $?
}

# call_off_superseded: on its holder. The old data is back in its place before the others are told: they serve it again
# then, and this machine must not go on with what was restored, whatever becomes of the new restore.
call_off_superseded() {
  [ ! -s "$RECORD/serving" ] || return 0
  # Alone, and with the old data in its place, it goes on if the new restore can't begin.
  if alone && [ ! -s "$RECORD/data-moves" ]; then return 0; fi
  turn_superseded_back
  ! alone || return 0
  if together && decide abort "another restore takes its place" &&
    { [ "$(fact decision)" != swap ] || ask_old put "$(key called-off)" "$(date +%s)"; }; then return 0; fi
  say "the others can't be told that $OPERATION is called off. There it is: --instead-of $OPERATION --called-off $(word_of "$HOLDER" called-off)"
}

# turn_superseded_back: from here on the other restore goes back. If it has moved the data, its own unit puts the old
# data back in its place first: the new restore knows only what lies there. Where the restored cluster serves, or may
# count on this member, the data stays as it is.
turn_superseded_back() {
  local waited=0
  case $(phase_of "$(list_now)" "$(step_now)") in
    before | counted | back) ;;
    *) return 0 ;;
  esac
  LOST_NOW=
  [ "$(list_now)" = back ] || begin_way_back ||
    fail "nothing can be recorded in $RECORD" "look at the space there, and type the same again"
  [ -s "$RECORD/data-moves" ] || return 0
  systemctl start --no-block "$(operation_unit)" 2>/dev/null || :
  until [ "$(list_now) $(step_now)" != 'back put-back' ] || [ -e "$(operation_folder)/result" ]; do
    [ "$waited" -lt "$STOP_TIMEOUT" ] ||
      fail "restore $OPERATION could not put the old data back within $STOP_TIMEOUT s" \
        "see what keeps it: sh restore.sh --status $OPERATION"
    waited=$((waited + 1))
    pause 1 || :
  done
  systemctl stop "$(operation_unit)" 2>/dev/null || :
}

# await_settled LOST WORD: on the others, which have said that they stand still.
await_settled() {
  case " $1 " in
    *" $HOLDER "*)
      ! is_up "$HOLDER" || refuse "$HOLDER holds $OPERATION, is named as lost, and answers ($ANSWER)" \
        "end it there: sh restore.sh --abort $OPERATION. If only its etcd or its disk is gone, power it off first, and keep it off"
      # If it comes back all the same, it finds that it must not go on.
      ! together || decide abort "another restore takes its place on $SELF" || :
      return
      ;;
  esac
  [ "$2" != "$(word_of "$HOLDER" called-off)" ] || return 0
  if together; then
    if decide abort "another restore takes its place on $SELF" && [ "$(fact decision)" != swap ]; then return 0; fi
    if called_off; then return 0; fi
  fi
  refuse "restore $OPERATION may still go on on $HOLDER, which counts on this machine" \
    "on $HOLDER: sh restore.sh --abort $OPERATION, then this line again; with the word that it prints, if it prints one: --called-off WORD. If $HOLDER is lost for good: --lost $HOLDER"
}
