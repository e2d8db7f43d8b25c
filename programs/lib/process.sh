# shellcheck shell=sh
# process.sh: commands with a time limit that a signal can end at once.
# A shell acts on a signal only when its foreground command has ended, and as process 1 of a container it ignores
# SIGTERM without a trap: so commands that take long run in the background, and the shell waits for them.

CHILD=
BESIDE=

# run SECONDS COMMAND...: runs the command, and ends it after so many seconds (SIGTERM, 5 s later SIGKILL). Returns its
# status; see timed_out.
run() {
  local limit="$1"
  shift
  # Without the lock's descriptor: a command that outlives this shell for a moment must not hold the lock.
  timeout -k 5 "$limit" "$@" 9>&- &
  await
}

# start_beside COMMAND...: runs it beside other commands. await_beside: waits for it, and returns its status.
start_beside() {
  "$@" 9>&- &
  BESIDE=$!
}

await_beside() {
  local awaited
  awaited=$BESIDE
  BESIDE=
  await "$awaited"
}

# await [PID]: waits for what was just started in the background, and returns its status.
await() {
  local status=0
  CHILD=${1:-$!}
  wait "$CHILD" || status=$?
  CHILD=
  return "$status"
}

# timed_out STATUS: whether run ended the command (coreutils: 124, 137; busybox: 143, 137).
timed_out() {
  [ "$1" -eq 124 ] || [ "$1" -eq 137 ] || [ "$1" -eq 143 ]
}

pause() {
  run $(($1 + 5)) sleep "$1"
}

# on_signals FUNCTION: on a signal it ends the running command, then calls FUNCTION with the signal's name and its exit
# status.
on_signals() {
  local signal
  for signal in HUP:129 INT:130 TERM:143; do
    # shellcheck disable=SC2064 # both parts are meant to be fixed now
    trap "end_child; $1 SIG${signal%:*} ${signal#*:}" "${signal%:*}"
  done
}

end_child() {
  local running
  for running in $CHILD $BESIDE; do
    kill -TERM "$running" 2>/dev/null || :
    wait "$running" 2>/dev/null || :
  done
  CHILD=
  BESIDE=
}
