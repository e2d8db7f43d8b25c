# shellcheck shell=sh
# ending.sh: how work on a node is given up, and what is said of it at its end.

# go_back REASON FIX: what giving up means: the node serves again as before. In the phase `onward` there is no way back:
# then it tries again.
go_back() {
  if [ "$(phase_of "$(list_now)" "$(step_now)")" = onward ]; then
    say "$1: $2; trying again"
    pause 10 || :
    exit 1
  fi
  keep_reason "$1" "$2"
  go_to back give-back
}

# end_if_gone: where somebody has deleted the Node, nothing of it is left to give back.
end_if_gone() {
  if read_node || ! grep -qF '(NotFound)' "$WORK/errors"; then return 0; fi
  conclude 1 given-back "$(fact reason); there is no Node $SELF any more" "$(fact fix)"
}

# end_on_node EVENT STATUS OUTCOME MESSAGE FIX [FIGURES]: as `conclude`, and the Node says so, too.
end_on_node() {
  local event="$1" type=Normal
  shift
  [ "$1" -eq 0 ] || type=Warning
  tell_event "$event" "$3" "$type"
  conclude "$@"
}

# not_healthy WHAT: waits for it, and gives up when READY_TIMEOUT is over. Status 1.
not_healthy() {
  say_once "$1: waiting"
  if overdue "$(step_now)" "$READY_TIMEOUT"; then give_up "$1, for $READY_TIMEOUT s" "mend that first"; fi
  return 1
}

# keep_once FACT: the time at which it was first reached.
keep_once() {
  [ -n "$(fact "$1")" ] || keep_fact "$1" "$(date +%s)"
}

# seconds_between FACT FACT
seconds_between() {
  echo $(($(fact "$2") - $(fact "$1")))
}

# drain_words, drain_figures: of a node that was drained.
drain_words() {
  echo "$(moved_pods) pods were moved, and the node took none for $(seconds_between cordoned-at uncordoned-at) s, of $(elapsed) s in all"
}

drain_figures() {
  printf '"moved":%s,"drained":%s' "$(moved_pods)" "$(seconds_between cordoned-at uncordoned-at)"
}

# node_words WORDS: how the node is after the work was given up. WORDS is said of a node that takes pods.
node_words() {
  local words=''
  read_node || { echo "$SELF can't be asked how it is" && return; }
  ! is_cordoned || words=cordoned
  [ "$(node_says ready)" = True ] || words="${words:+$words and }not Ready"
  if [ -n "$words" ]; then words="is $words"; else words=$1; fi
  echo "$SELF $words"
}

# still_cordoned: what a person may want to do, where the cordon was there before.
still_cordoned() {
  [ "$(fact cordoned)" = yes ] || echo "$SELF was cordoned before, and still is: kubectl uncordon $SELF"
}
