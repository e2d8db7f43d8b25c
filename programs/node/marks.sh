# shellcheck shell=sh
# marks.sh: what an operation writes on its Node, where everybody can read it. The record on the host has the same, and
# either of the two is enough.
#
#   label cdk8s-day2/operation        the id of the operation that is under way. `kubectl get nodes -L` shows it
#   label cdk8s-day2/at-once          how many nodes may be marked at once, this one included
#   label cdk8s-day2/mark             which mark this is, of those that the operation has set on this node
#   annotation cdk8s-day2/cordoned-by the id of the operation that has cordoned the node
#   annotation cdk8s-day2/retired     the node that has taken the place of this one
#   annotation maintained.cdk8s-day2/SERIES the latest run of that schedule that was done here
#
#   AT_ONCE   for the label

# mark_node: says that this operation is under way here. It refuses a node on which another one is under way. It takes
# over what an earlier one left behind when it ended here.
mark_node() {
  local other
  read_node || not_yet "the Node is read" || return 1
  other=$(node_says operation)
  case $other in
    "$OPERATION" | '') ;;
    *) if is_left_behind "$other"; then
      keep_fact takes-over "$other" || return 1
    elif waits "$OPERATIONS/$other" && [ ! -e "$OPERATIONS/$other/result" ]; then
      say_once "waiting for $other, which gives this node back"
      return 1
    else
      give_up "the operation $other is under way on $SELF, as its Node says" \
        "let it end. If it never will: kubectl label node $SELF cdk8s-day2/operation-"
    fi ;;
  esac
  node_api label --overwrite node "$SELF" "cdk8s-day2/operation=$OPERATION" "cdk8s-day2/at-once=$AT_ONCE" \
    "cdk8s-day2/mark=$(fact mark 1)" || not_yet "the Node is marked" || return 1
  take_over_cordon
}

# is_left_behind ID: whether that operation has ended here without giving back what it had of the Node: step_leave.
is_left_behind() {
  [ -n "$1" ] && [ -e "$OPERATIONS/$1/result" ] && [ "$(outcome_of "$1")" = left ]
}

# take_over_cordon: from the mark on, a cordon that an earlier operation left is this one's, so every end takes it away.
take_over_cordon() {
  local other
  other=$(fact takes-over)
  [ -n "$other" ] && [ -z "$(fact cordoned)" ] && is_cordoned && [ "$(node_says cordoned-by)" = "$other" ] || return 0
  keep_fact cordoned yes || return 1
  own_cordon_as "$OPERATION"
}

# return_mark: removes the mark of an operation that has not begun. A cordon that it took over belongs to the earlier
# operation again.
return_mark() {
  local other
  other=$(fact takes-over)
  if [ -z "$other" ]; then
    unmark_node
    return
  fi
  if [ "$(fact cordoned)" = yes ]; then
    own_cordon_as "$other" || return 1
  fi
  node_api label --overwrite node "$SELF" "cdk8s-day2/operation=$other" cdk8s-day2/at-once- cdk8s-day2/mark- ||
    not_yet "the mark is given back to $other" || return 1
  keep_fact cordoned '' && keep_fact takes-over ''
}

# own_cordon_as ID: writes whose cordon it is.
own_cordon_as() {
  node_api annotate --overwrite node "$SELF" "cdk8s-day2/cordoned-by=$1" || not_yet "the cordon is marked as that of $1"
}

is_cordoned() {
  [ "$(node_says unschedulable)" = true ]
}

# set_unschedulable true|false: sets it, then reads the Node: kubectl cordon exits with 0 even if the API server
# refused.
set_unschedulable() {
  node_api patch node "$SELF" --patch "{\"spec\":{\"unschedulable\":$1}}" || return 1
  read_node || return 1
  case $1-$(node_says unschedulable) in
    true-true | false-) return 0 ;;
    *) return 1 ;;
  esac
}

unmark_node() {
  [ "$(fact marked)" = yes ] || return 0
  read_node || not_yet "the Node is read" || return 1
  [ "$(node_says operation)" = "$OPERATION" ] || return 0
  node_api label node "$SELF" cdk8s-day2/operation- cdk8s-day2/at-once- cdk8s-day2/mark- ||
    not_yet "the Node is unmarked"
}

# cordon_node: no pod is placed here any more. A node that somebody else cordoned before stays cordoned at the end.
cordon_node() {
  read_node || not_yet "the Node is read" || return 1
  if is_cordoned; then
    [ -n "$(fact cordoned)" ] || say "$SELF was cordoned before: it stays so at the end"
    [ -n "$(fact cordoned)" ] || keep_fact cordoned no
    return
  fi
  # First the annotation: so a cordon without it is none of ours.
  keep_fact cordoned yes || return 1
  own_cordon_as "$OPERATION" && { set_unschedulable true || not_yet "the Node is cordoned"; }
}

# uncordon_node: only what this operation has cordoned. A person who wants it to stay cordoned removes the annotation.
uncordon_node() {
  [ "$(fact cordoned)" = yes ] || return 0
  read_node || not_yet "the Node is read" || return 1
  if [ "$(node_says cordoned-by)" != "$OPERATION" ]; then
    ! is_cordoned ||
      say_once "$SELF stays cordoned: the mark of this operation was taken away"
    return 0
  fi
  set_unschedulable false || not_yet "the Node is uncordoned" || return 1
  node_api annotate node "$SELF" cdk8s-day2/cordoned-by- || not_yet "the mark of the cordon is removed"
}

# note_run: says that this node has done the run that the operation belongs to, if it belongs to one.
note_run() {
  local run
  run=$(run_name)
  [ -z "$run" ] || node_api annotate --overwrite node "$SELF" "maintained.cdk8s-day2/$SERIES=$run" ||
    not_yet "the run is noted on the Node"
}
