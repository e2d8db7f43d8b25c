# shellcheck shell=sh
# abort.sh: what a person types when a restore does not go as it should: back to the old cluster, or on without a
# machine that was lost on the way.

find_restore() {
  find_operation
  MEMBERS=$(fact members "$MEMBERS")
}

# by_hand_forget: the restore no longer waits for a machine that was lost on the way.
by_hand_forget() {
  local member
  LOST_NOW=$LOST
  find_restore
  choose_tools
  [ -n "$LOST_NOW" ] || refuse "nobody is named" "name who is lost: --forget $OPERATION --lost NAME"
  [ ! -e "$(operation_folder)/result" ] ||
    refuse "operation $OPERATION has ended, as $(outcome_of "$OPERATION")" \
      "nothing is waited for. $(see_end)"
  # By the phase: a machine that waits for the decision may be the last to learn that it was taken.
  [ "$(phase_of "$(list_now)" "$(step_now)")" != before ] ||
    fail "nothing is decided yet" \
      "abort it, sh $(quoted "$0") --abort $OPERATION, and begin another with --lost $(quoted "$LOST_NOW")"
  for member in $LOST_NOW; do
    [ -n "$(url_of "$member")" ] || refuse "$member is none of the members: $MEMBERS" "name one of them"
    [ "$member" != "$HOLDER" ] ||
      refuse "$member holds the restore" "if it is lost for good: --abort $OPERATION --lost $member"
    # One that is up may still serve the old data, and others would no longer wait until it doesn't.
    ! is_up "$member" || refuse "$member is not lost: at $(url_of "$member") it answers ($ANSWER)" \
      "see how far it is, there: sh restore.sh --status $OPERATION. If its etcd or its disk is gone, power it off first, and keep it off"
  done
  keep_fact lost-later "$(fact lost-later) $LOST_NOW"
  say "$OPERATION no longer waits for $LOST_NOW, which must never start again with their old data"
}

# by_hand_abort: goes back to the old cluster, if this machine may. The restore's own unit does it.
by_hand_abort() {
  LOST_NOW=$LOST CALLED_OFF_NOW=$CALLED_OFF
  find_restore
  abort_operation may_abort
}

may_abort() {
  local at
  [ "$(list_now)" != back ] || return 0
  choose_tools
  # A machine that was never read has begun nothing.
  if [ ! -s "$RECORD/machine-read" ] && ! (ON_GIVE_UP=: && read_machine); then
    begin_way_back
    return
  fi
  ON_GIVE_UP=fail
  read_machine ||
    fail "the settings of this machine can't be recorded in $RECORD" "look at the space there, and type the same again"
  keep_fact machine-read yes
  at=$(step_now)
  if [ "$ROLE" = holder ]; then
    [ ! -s "$RECORD/serving" ] ||
      fail "the restored cluster serves already" \
        "going back now would make two clusters: let it finish, and restore another backup if this was the wrong one"
    begin_way_back
  elif [ -n "$LOST_NOW" ]; then
    abandon_holder "$at"
  elif free_to_go; then
    ! together || decide abort "a person aborted it there" || :
    begin_way_back
  elif [ -n "$CALLED_OFF_NOW" ]; then
    [ "$CALLED_OFF_NOW" = "$(word_of "$HOLDER" called-off)" ] ||
      fail "$CALLED_OFF_NOW is not the word that $HOLDER prints for the restore $OPERATION" \
        "look there: sh restore.sh --status $OPERATION"
    keep_fact holder-word yes
    keep_fact abandoned "$HOLDER"
    begin_way_back
  elif by_word; then
    fail "the holder $HOLDER may count on this machine" \
      "run --abort $OPERATION on $HOLDER first, then here with the word it prints: --abort $OPERATION --called-off WORD; if it is lost for good: --abort $OPERATION --lost $HOLDER"
  elif decide abort "a person aborted it there" && [ "$(fact decision)" != swap ]; then
    begin_way_back
  elif [ "$(fact decision)" = swap ]; then
    fail "it was decided to swap, and $HOLDER counts on this machine" \
      "run --abort $OPERATION on $HOLDER first, this machine follows by itself; if it is lost for good: --abort $OPERATION --lost $HOLDER"
  else
    fail "the old etcd can't be asked: $(reason 5)" \
      "run --abort $OPERATION on $HOLDER first, then here with the word that it prints, if it prints one: --called-off WORD; if it is lost for good: --abort $OPERATION --lost $HOLDER"
  fi
}

# abandon_holder STEP: a person says that the holder is lost for good, with whatever it has restored.
abandon_holder() {
  [ "$LOST_NOW" = "$HOLDER" ] ||
    fail "$LOST_NOW is not the holder, which is $HOLDER" \
      "a lost follower is named on the others: --forget $OPERATION --lost $LOST_NOW"
  if free_to_go; then
    begin_way_back
    return
  fi
  ! marked || fail "the restored cluster serves at $(named "$VIA")" "going back now would make two clusters: let it finish"
  # Its API server has taken writes since, and would go on with them if it came back.
  [ ! -s "$RECORD/mark-seen" ] ||
    fail "the restored cluster has served at $(named "$(fact mark-seen)"): $SELF has seen it" \
      "going back could make two clusters: power $HOLDER on, and this restore goes on. If $HOLDER is lost for good: restore again, on one of the machines that are left, by another --id, with --instead-of $OPERATION --lost $HOLDER"
  ! is_up "$HOLDER" || fail "$HOLDER is not lost: at $(url_of "$HOLDER") it answers ($ANSWER)" \
    "run --abort $OPERATION on $HOLDER. If only its etcd or its disk is gone, power it off first, and keep it off: while it is up it may go on with this restore, and then there would be two clusters"
  say "$HOLDER does not answer, and is taken for lost: it must never start again. If it serves the restored data all the same, there are two clusters, and what one of them has written is lost"
  keep_fact abandoned "$HOLDER"
  keep_fact abandoned-at "$1"
  begin_way_back
}

begin_way_back() {
  keep_fact reason "aborted by a person" &&
    keep_fact fix "$(if together && [ -z "$LOST_NOW" ]; then echo "the others learn it from the old etcd"; fi)" &&
    keep_fact at 'back put-back'
}
