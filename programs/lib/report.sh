# shellcheck shell=sh
# report.sh: what a program says. One line a step while it runs; one line of JSON as its last word, which is also the
# pod's termination message.
#
#   TERMINATION_MESSAGE   file that Kubernetes shows in `kubectl describe pod`; not written where it doesn't exist
TERMINATION_MESSAGE=${TERMINATION_MESSAGE:-/dev/termination-log}

# The step that is under way, for the lines and for the summary of a failure.
STEP=start
# With what `fail` ends the program.
FAIL_STATUS=1
# What `give_up` calls, with its two words. Nothing has begun at first.
ON_GIVE_UP=refuse

# step NAME TEXT: begins a step and says so.
step() {
  STEP=$1
  say "$2"
}

# Where nothing can be written any more, the work matters more than what is said of it.
say() {
  printf '%s %s: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$STEP" "$1" || :
}

# fail TEXT FIX: the program's end where a step can't be done; FIX is for the person who must act.
fail() {
  finish "$FAIL_STATUS" "$1" "$2"
}

# refuse TEXT FIX: the end where the inputs are wrong; nothing has been attempted, and another try would not help.
refuse() {
  finish 2 "$1" "$2"
}

# give_up TEXT FIX: the end of what a check forbids. How a program ends then depends on how far it is: that is
# ON_GIVE_UP.
give_up() {
  "$ON_GIVE_UP" "$1" "$2"
  exit 1
}

finish() {
  say "$2: $3" >&2
  summary "{\"outcome\":\"failed\",\"step\":\"$STEP\",\"message\":\"$(json_text "$2")\",\"fix\":\"$(json_text "$3")\"}"
  exit "$1"
}

summary() {
  printf '%s\n' "$1"
  if [ -n "${TERMINATION_MESSAGE:-}" ] && [ -w "$TERMINATION_MESSAGE" ]; then
    printf '%s' "$1" >"$TERMINATION_MESSAGE"
  fi
}
