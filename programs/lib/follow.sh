# shellcheck shell=sh
# follow.sh: what an operation says, for whoever has started it, until it has ended.

# follow_operation: shows the log until the operation has ended, and returns its status.
follow_operation() {
  local folder
  on_signals left
  folder=$(operation_folder)
  tail -n +1 -f "$folder/log" &
  READER=$!
  until [ -e "$folder/result" ]; do
    pause 1 || :
  done
  # The log is read to its end meanwhile, and the unit clears away: its tools go last.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    pause 1 || :
    [ -e "$folder/bin" ] || break
  done
  stop_reading
  summary "$(cat "$folder/result")"
  return "$(cat "$folder/status")"
}

# A background job of a shell like this one doesn't hear of Ctrl-C.
stop_reading() {
  [ -z "$READER" ] || kill "$READER" 2>/dev/null || :
}

left() {
  stop_reading
  say "ended by $1; the operation goes on on the host, see $(operation_folder)/log"
  exit "$2"
}
