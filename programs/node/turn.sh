# shellcheck shell=sh
# turn.sh: when this node may begin. The pod says so (node-turn.sh), as this node's own identity can't read the others.
#
#   TURN      asked: the pod says when; own: whoever has begun this holds the order
#   EXPIRES   time after which it must not begin
#
#   record/passed-on   what the pod says now, a line as in turn/verdict.sh

# Seconds after which a pod that says nothing any more counts as gone.
SILENCE=600

# verdict: what the pod says now. Empty if no pod has said anything for a while.
verdict() {
  local file="$RECORD/passed-on"
  [ -f "$file" ] && [ $(($(date +%s) - $(stat -c %Y "$file"))) -lt "$SILENCE" ] || return 0
  head -n 1 "$file"
}

# in_time: ends what must not begin any more. It is asked wherever an operation may have waited.
in_time() {
  is_expired || return 0
  take_mark_away || return 1
  conclude 2 refused "$SELF: it had not begun at $EXPIRES, when this expired. Nothing was changed" \
    "give a later time and another attempt"
}

# its_turn: whether the node may be marked.
its_turn() {
  local said
  take_mark_away && in_time || return 1
  [ "$TURN" = asked ] || return 0
  said=$(verdict)
  case $said in
    may) return 0 ;;
    'wait '*) say_once "waiting for ${said#wait }" ;;
    *) say_once "waiting for the pod to say that it is the turn of $SELF" ;;
  esac
  return 1
}

# may_begin: whether the marked node may begin. If it has to give way, it waits for its turn again.
may_begin() {
  local mark word number why
  in_time || return 1
  [ "$TURN" = asked ] || return 0
  mark=$(fact mark 1)
  verdict >"$WORK/verdict" || return 1
  read -r word number why <"$WORK/verdict" || :
  case $word-$number in
    # What was said may be old: a person may have taken the mark away while this machine was off.
    "go-$mark") if has_mark; then return 0; fi ;;
    "stay-$mark") say_once "marked, and waiting for $why" ;;
    "back-$mark") wait_again "$why" ;;
    -) wait_again "no pod carries this operation any more" ;;
    may-* | wait-*)
      # The pod has not seen the mark yet. After 60 s, somebody has taken the mark away.
      ! overdue "begin-$mark" 60 || wait_again "its mark is gone"
      ;;
  esac
  return 1
}

# has_mark: whether the Node still bears this operation. Where it doesn't, it waits for its turn again.
has_mark() {
  read_node || not_yet "the Node is read" || return 1
  [ "$(node_says operation)" != "$OPERATION" ] || return 0
  wait_again "it is gone already"
}

wait_again() {
  say "the mark of $SELF is taken away for now: $1"
  go_to "$(list_now)" turn
}

# take_mark_away: removes the mark of an operation that has not begun. The next mark has another number: a verdict on
# this one does not count for it.
take_mark_away() {
  [ "$(fact marked)" = yes ] || return 0
  return_mark && keep_fact mark $(($(fact mark 1) + 1)) && keep_fact marked no && leave_host yes
}
