# shellcheck shell=sh
# steps.sh: the work of a host operation, step by step, as its systemd unit does it. It can be killed anywhere and goes on where its record says.
#
#   ROLE        whose steps are done; what they are, and in which order, the program says: steps_of ROLE, and a function step_NAME for each
#   FAILPOINT   for tests, NAME:kill, NAME:hold or NAME:redo, see failpoint and redo_point
#
# A step's status: 0, on to the next one; 1, not yet: it is done again after a moment.

# work: from the step that the record names to the end, which is `conclude`.
work() {
  WORK=$(scratch_folder)
  RECORD=$(operation_folder)/record
  rm -rf "$WORK"
  mkdir -p "$WORK"
  if [ -e "$(operation_folder)/result" ]; then
    forget_tools
    exit 0
  fi
  choose_tools
  [ -s "$RECORD/started" ] || keep_fact started "$(date +%s)"
  resume
  begun=
  while :; do
    list=$(list_now)
    name=$(step_now)
    if [ "$name" != "$begun" ]; then
      keep_fact at "$list $name"
      step "$name" "begins"
      begun=$name
    fi
    failpoint "$name"
    if "step_$(echo "$name" | tr - _)"; then
      redo_point "$name"
      rest=" $(steps_of "$list") "
      rest=${rest#*" $name "}
      keep_fact at "$list ${rest%% *}"
    else
      pause 1 || :
    fi
  done
}

# list_now, step_now: whose steps are done, and which is the next. One fact: a list and a step of another one fit nowhere.
list_now() {
  at=$(fact at "$ROLE")
  echo "${at%% *}"
}

step_now() {
  at=$(fact at)
  if [ -n "$at" ]; then
    echo "${at#* }"
  else
    steps_of "$ROLE" | sed 's/ .*//'
  fi
}

# go_to LIST STEP: on from there, with the record of a unit that has just been started.
go_to() {
  keep_fact at "$1 $2" || exit 1
  exec sh "$here/$PROGRAM" work
}

# fact NAME [DEFAULT], keep_fact NAME VALUE: what the record remembers, on disk before anything follows from it.
fact() {
  if [ -f "$RECORD/$1" ]; then cat "$RECORD/$1"; else echo "${2:-}"; fi
}

keep_fact() {
  printf '%s\n' "$2" >"$RECORD/.$1" && put_in_place "$RECORD/.$1" "$RECORD/$1"
}

# keep_reason REASON FIX: why it is given up. What can't be recorded can't be done either, and may be the full disk's doing: then from the record
# again, after a moment.
keep_reason() {
  if ! { keep_fact reason "$1" && keep_fact fix "$2"; }; then
    say "nothing can be recorded in $RECORD: trying again"
    pause 5 || :
    exit 1
  fi
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
  [ "$1" = "${said_once:-}" ] || say "$1"
  said_once=$1
}

# failpoint NAME: NAME:kill, the program is killed here, once; NAME:hold, it waits here until record/failpoints/NAME.passed exists.
# `every` in place of the name stands for all of them.
failpoint() {
  case ${FAILPOINT:-} in
    "$1:"* | every:*) ;;
    *) return 0 ;;
  esac
  reached=$RECORD/failpoints/$1
  case $FAILPOINT in
    *:kill)
      [ ! -e "$reached" ] || return 0
      mark_failpoint
      kill -9 $$
      ;;
    *:hold)
      [ ! -e "$reached.passed" ] || return 0
      mark_failpoint
      until [ -e "$reached.passed" ]; do pause 1 || :; done
      ;;
  esac
}

# redo_point NAME: NAME:redo, the program is killed when the step is done and the record doesn't say so yet, once: the step is done twice.
redo_point() {
  case ${FAILPOINT:-} in
    "$1:redo" | every:redo) ;;
    *) return 0 ;;
  esac
  reached=$RECORD/failpoints/$1
  [ ! -e "$reached" ] || return 0
  mark_failpoint
  kill -9 $$
}

mark_failpoint() {
  mkdir -p "$RECORD/failpoints"
  : >"$reached"
  sync "$RECORD/failpoints"
  say "failpoint ${reached##*/}: $FAILPOINT"
}

# conclude STATUS OUTCOME MESSAGE FIX [FIGURES]: the end. FIGURES are further members of the JSON.
conclude() {
  say "$2: $3${4:+: $4}"
  end_operation "$1" "{\"outcome\":\"$2\",\"operation\":\"$OPERATION\",\"machine\":\"${SELF:-}\",\"message\":\"$(json_text "$3")\",\"fix\":\"$(json_text "$4")\",\"seconds\":$(elapsed)${5:+,$5}}"
  exit 0
}
