# shellcheck shell=sh
# verdict.sh: one look at the cluster, and what follows for this node.
#
#   may          it is this node's turn: it may be marked
#   wait WHY     it is not
#   go MARK      with this mark it may begin
#   stay MARK WHY   it keeps this mark, and waits
#   back MARK WHY   it takes this mark away, and waits

# The mark with which this node was let go.
GIVEN=

# look: sets VERDICT.
look() {
  local mark
  WHY=
  if ! read_marks; then
    VERDICT="wait $WHY"
    return
  fi
  # The marks are read first. A node that marks itself after that will see this node's mark.
  mark=$(own_mark)
  if [ -n "$mark" ] && [ "$mark" = "$GIVEN" ]; then
    # It may have begun: then this node itself may be the reason that something is not as it should be.
    VERDICT="go $mark"
  elif ! all_but_marks_allow; then
    not_now back "$mark"
  elif marks_allow; then
    VERDICT=may
    if [ -n "$mark" ]; then VERDICT="go $mark" GIVEN=$mark; fi
  elif must_give_way; then
    not_now back "$mark"
  else
    not_now stay "$mark"
  fi
}

# not_now WORD MARK: the node waits, and WORD says what becomes of its mark, if it has one.
not_now() {
  if [ -n "$2" ]; then VERDICT="$1 $2 $WHY"; else VERDICT="wait $WHY"; fi
}

all_but_marks_allow() {
  people_allow && jobs_complete && read_components && cluster_healthy && order_allows && gates_allow
}
