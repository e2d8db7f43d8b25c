# shellcheck shell=sh
# record.sh: what an operation has done and seen so far, in files that survive a power cut.
#
#   RECORD   folder of the operation's record

# fact NAME [DEFAULT], keep_fact NAME VALUE: read and write what the record remembers. keep_fact returns when it is on
# disk, before anything follows from it.
fact() {
  if [ -f "$RECORD/$1" ]; then cat "$RECORD/$1"; else echo "${2:-}"; fi
}

keep_fact() {
  printf '%s\n' "$2" >"$RECORD/.$1" && put_in_place "$RECORD/.$1" "$RECORD/$1"
}

# put_in_place DRAFT FILE: renames it, so that FILE is there whole or not at all, also after a power cut.
put_in_place() {
  sync "$1" && mv "$1" "$2" && sync "${2%/*}"
}

# overdue WHAT SECONDS: whether more than SECONDS have passed since this was first asked for WHAT. If the clock was
# ahead then, and was set back since, that is counted anew.
overdue() {
  local now
  now=$(date +%s)
  [ "$(fact "since-$1" $((now + 1)))" -le "$now" ] 2>/dev/null || keep_fact "since-$1" "$now" || return 1
  [ $((now - $(fact "since-$1"))) -gt "$2" ]
}

elapsed() {
  echo $(($(date +%s) - $(fact started)))
}

# say_once TEXT: says it, unless it was the last text that was said by this function: a step may wait for hours, and
# asks every second.
say_once() {
  [ "$1" = "${SAID_ONCE:-}" ] || say "$1"
  SAID_ONCE=$1
}
