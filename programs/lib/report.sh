# shellcheck shell=sh
# report.sh: what a program says. One line a step while it runs; one line of JSON as its last word, which is also the pod's termination message.
#
#   TERMINATION_MESSAGE   file that Kubernetes shows in `kubectl describe pod`; not written where it doesn't exist

# The step that is under way, for the lines and for the summary of a failure.
STEP=start

# step NAME TEXT: begins a step and says so.
step() {
  STEP=$1
  say "$2"
}

say() {
  printf '%s %s: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$STEP" "$1"
}

# fail TEXT FIX: the program's end where a step can't be done; FIX is for the person who must act.
fail() {
  finish 1 "$1" "$2"
}

# refuse TEXT FIX: the end where the inputs are wrong; nothing has been attempted, and another try would not help.
refuse() {
  finish 2 "$1" "$2"
}

finish() {
  say "$2: $3" >&2
  summary "{\"outcome\":\"failed\",\"step\":\"$STEP\",\"message\":\"$(json_text "$2")\",\"fix\":\"$(json_text "$3")\"}"
  exit "$1"
}

summary() {
  printf '%s\n' "$1"
  if [ -n "${TERMINATION_MESSAGE:-}" ] && [ -w "$TERMINATION_MESSAGE" ]; then
    printf '%s\n' "$1" >"$TERMINATION_MESSAGE"
  fi
}

# json_text TEXT: escaped for a JSON string, and short enough for a termination message (4096 bytes in all).
json_text() {
  printf '%s' "$1" | tr '\000-\037' ' ' | cut -c1-1000 | sed 's/\\/\\\\/g; s/"/\\"/g'
}

# json_number KEY, json_string KEY: the first such value in the JSON on standard input, empty if there is none.
# Enough for the flat, compact JSON that etcd's tools write; the etcd image has no jq.
json_number() {
  grep -o "\"$1\":[[:space:]]*[0-9][0-9]*" | head -n 1 | sed 's/.*[^0-9]//'
}

json_string() {
  grep -o "\"$1\":[[:space:]]*\"[^\"]*\"" | head -n 1 | sed 's/^"[^"]*":[[:space:]]*"//; s/"$//'
}
