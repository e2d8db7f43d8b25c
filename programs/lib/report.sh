# shellcheck shell=sh
# report.sh: the output of a program: a line for each step while it runs, and at its end one line of JSON, which is also
# the pod's termination message.
#
#   TERMINATION_MESSAGE   file that Kubernetes shows in `kubectl describe pod`; not written where it doesn't exist
TERMINATION_MESSAGE=${TERMINATION_MESSAGE:-/dev/termination-log}

# The step that is under way, for the lines and for the summary of a failure.
STEP=start
# Exit status of `fail`.
FAIL_STATUS=1
# The function that `give_up` calls with its two texts. At first nothing has begun.
ON_GIVE_UP=refuse

# step NAME TEXT: begins a step and says so.
step() {
  STEP=$1
  say "$2"
}

# Where nothing can be written any more, the work goes on: it matters more than its log. Names that others have chosen
# must not bring commands to a person's terminal: control characters are left out.
say() {
  printf '%s %s: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$STEP" "$1" | tr -d '\001-\010\013-\037\177' || :
}

# fail TEXT FIX: ends the program, as a step can't be done. FIX is for the person who must act.
fail() {
  finish "$FAIL_STATUS" "$1" "$2"
}

# refuse TEXT FIX: ends the program, as an input is wrong. Nothing has been attempted, and another try would not help.
refuse() {
  finish 2 "$1" "$2"
}

# give_up TEXT FIX: ends what a check forbids. How the program then ends depends on how far it is: that is ON_GIVE_UP.
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
