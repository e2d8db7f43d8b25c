# shellcheck shell=sh
# follow.sh: shows what an operation says, to whoever has started it, until it has ended.
#
#   PASS_ON   file of this pod that the unit must know, as it changes: it finds the copy as record/passed-on

# follow_operation [STEP]: shows the log until the operation has ended, and returns its status; with STEP only until the
# unit has come to that step.
follow_operation() {
  local folder
  on_signals left
  folder=$(operation_folder)
  until [ -e "$folder/result" ]; do
    show_log
    if [ -n "${1:-}" ] && has_come_to "$1"; then
      say "the operation has come to the step $1"
      return 0
    fi
    pass_on
    pause 1 || :
  done
  # Time for the unit to clean up: it removes its tools last.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    pause 1 || :
    [ -e "$folder/bin" ] || break
  done
  show_log
  summary "$(cat "$folder/result")"
  return "$(cat "$folder/status")"
}

# pass_on: copies PASS_ON, which another container writes: not more of it than a line of text can have.
pass_on() {
  if [ -z "${PASS_ON:-}" ] || [ ! -f "$PASS_ON" ]; then return 0; fi
  if head -c 2000 "$PASS_ON" 2>/dev/null | tr -cd '\n -~' >"$RECORD/.passed-on"; then
    mv "$RECORD/.passed-on" "$RECORD/passed-on" || :
  fi
}

# show_log: what it has more than was shown. No process of its own does it: that one would outlive a shell that is
# killed, and hold its terminal.
show_log() {
  local size
  size=$(stat -c %s "$(operation_folder)/log") || return 0
  [ "$size" -gt "$SHOWN" ] || return 0
  tail -c "+$((SHOWN + 1))" "$(operation_folder)/log" | head -c "$((size - SHOWN))" || :
  SHOWN=$size
}

left() {
  say "ended by $1; the operation goes on on the host, see $(operation_folder)/log"
  exit "$2"
}
