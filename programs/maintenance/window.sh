# shellcheck shell=sh
# window.sh: the time in which maintenance may begin. It is looked at before anything of the node is changed, and not
# after that: a node that has begun ends, however late it gets.
#
#   WINDOW    seconds that the window is open, from the time of the run on; empty: always
#   EXPECTED  seconds that this node will take

# window_end: in seconds since 1970. What a person has begun outside of the schedule has a window of its own.
window_end() {
  local begin
  begin=$(run_time)
  echo $((${begin:-$(fact started)} + WINDOW))
}

# leave_unless_open: ends the operation if it no longer fits into the window.
leave_unless_open() {
  local waits
  [ -n "$WINDOW" ] && [ $(($(date +%s) + EXPECTED)) -gt "$(window_end)" ] || return 0
  take_mark_away || return 1
  waits=$(verdict)
  forget_updates || return 1
  conclude 0 not-today \
    "$SELF: less than $EXPECTED s are left of the window, which ends at $(date -u -d "@$(window_end)" +%Y-%m-%dT%H:%M:%SZ). Nothing was begun$(why_not "$waits")" ""
}

# why_not VERDICT: what the node has waited for all the time.
why_not() {
  case $1 in
    'wait '*) printf '; it has waited for %s' "${1#wait }" ;;
    'stay '* | 'back '*) printf '; it has waited for %s' "${1#* * }" ;;
  esac
}
