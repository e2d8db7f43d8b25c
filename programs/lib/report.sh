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

# Where nothing can be written any more, the work matters more than what is said of it.
say() {
  printf '%s %s: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$STEP" "$1" || :
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
    printf '%s' "$1" >"$TERMINATION_MESSAGE"
  fi
}

# json_text TEXT: escaped for a JSON string, and short enough for a termination message (4096 bytes in all).
# By its bytes, whatever the locale: what isn't whole UTF-8, as a character that was cut, is left out, or the kubelet could not report it.
json_text() {
  # shellcheck disable=SC2059 # nothing but octal escapes
  printf "$(printf '%s' "$1" | od -An -v -tu1 | awk '
    function follows(byte) { return byte < 192 ? 0 : byte < 224 ? 1 : byte < 240 ? 2 : 3 }
    function put(size, text) { room -= size; if (room >= 0) printf "%s", text }
    BEGIN { room = 1000 }
    {
      for (i = 1; i <= NF; i++) {
        if ($i >= 128 && $i < 192) {
          if (wanted == 0) continue
          character = character sprintf("\\%03o", $i)
          size++
          if (--wanted == 0) put(size, character)
        } else {
          wanted = follows($i)
          character = sprintf("\\%03o", $i < 32 ? 32 : $i)
          size = 1
          if (wanted == 0) put(1, ($i == 34 || $i == 92 ? "\\134" : "") character)
        }
      }
    }')"
}

# quoted TEXT: as a shell takes it back, for lines that a person pastes as root: whatever stands in it is one word.
quoted() {
  case $1 in
    '' | *[!A-Za-z0-9\ %+,./:=@_-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
    *' '*) printf '"%s"' "$1" ;;
    *) printf '%s' "$1" ;;
  esac
}

# usage FILE: the page that stands at its head.
usage() {
  sed -n '1d; /^#/!q; s/^# \{0,1\}//p' "$1"
}

# json_number KEY, json_string KEY: the first such value in the JSON on standard input, empty if there is none.
# Enough for the flat, compact JSON that etcd's tools write; the etcd image has no jq.
json_number() {
  grep -o "\"$1\":[[:space:]]*[0-9][0-9]*" | head -n 1 | sed 's/.*[^0-9]//'
}

json_string() {
  grep -o "\"$1\":[[:space:]]*\"[^\"]*\"" | head -n 1 | sed 's/^"[^"]*":[[:space:]]*"//; s/"$//'
}
