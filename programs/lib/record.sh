# shellcheck shell=sh
# record.sh: what an operation has done and seen so far, in files that survive a power cut.
#
#   RECORD   folder of the operation's record

# fact NAME [DEFAULT], keep_fact NAME VALUE: what the record remembers, on disk before anything follows from it.
fact() {
  if [ -f "$RECORD/$1" ]; then cat "$RECORD/$1"; else echo "${2:-}"; fi
}

keep_fact() {
  printf '%s\n' "$2" >"$RECORD/.$1" && put_in_place "$RECORD/.$1" "$RECORD/$1"
}

# put_in_place DRAFT FILE: whole or not at all, also when the power goes.
put_in_place() {
  sync "$1" && mv "$1" "$2" && sync "$(dirname "$2")"
}

# overdue WHAT SECONDS: whether it is that long since this was first asked.
overdue() {
  [ -s "$RECORD/since-$1" ] || keep_fact "since-$1" "$(date +%s)" || return 1
  [ $(($(date +%s) - $(fact "since-$1"))) -gt "$2" ]
}

elapsed() {
  echo $(($(date +%s) - $(fact started)))
}

# say_once TEXT: not again as long as nothing else has been said by it: a step may wait for hours, asking every second.
say_once() {
  [ "$1" = "${SAID_ONCE:-}" ] || say "$1"
  SAID_ONCE=$1
}
