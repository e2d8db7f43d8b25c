# shellcheck shell=sh
# abort.sh: what a person types when work on a node must end now, such as where a restore has to begin on it.

by_hand_abort() {
  find_operation
  abort_operation begin_end
}

# begin_end: until the node has something that can't be given back, it is given back. After that it is left as it is.
begin_end() {
  case $(phase_of "$(list_now)" "$(step_now)") in
    back) ;;
    onward) keep_fact left-at "$(step_now)" && keep_fact at 'left leave' ;;
    before)
      keep_fact reason "a person has ended it at the step $(step_now)" && keep_fact fix "" &&
        keep_fact at 'back give-back'
      ;;
    *) fail "the record says $(fact at), which is no step of $PROGRAM" \
      "use the program that began it, in $(operation_folder)/program" ;;
  esac || fail "nothing can be recorded in $RECORD" "look at the space there, and type the same again"
}

# leave_node STATE: ends it. No API server is asked, as it may be the one that is to be restored.
leave_node() {
  conclude 1 left "$(reason_left). $SELF keeps the mark of this operation, and stays as it is: $1" \
    "begin it again by another attempt or --id, which takes all of this over. If the node is as it should be: kubectl uncordon $SELF && kubectl label node $SELF cdk8s-day2/operation- && kubectl annotate node $SELF cdk8s-day2/cordoned-by-"
}

reason_left() {
  if [ -n "$(fact left-at)" ]; then
    echo "a person has ended it at the step $(fact left-at)"
  else
    echo "$(fact reason): $(fact fix)"
  fi
}
