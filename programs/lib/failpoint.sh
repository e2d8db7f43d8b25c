# shellcheck shell=sh
# failpoint.sh: where a test hits a program.
#
#   FAILPOINT   NAME:kill, NAME:hold or NAME:redo; `every` in place of a name stands for all of them

# failpoint NAME: NAME:kill, the program is killed here, once; NAME:hold, it waits here until
# record/failpoints/NAME.passed exists. `every` in place of the name stands for all of them.
failpoint() {
  local reached
  case ${FAILPOINT:-} in
    "$1:"* | every:*) ;;
    *) return 0 ;;
  esac
  reached=$RECORD/failpoints/$1
  case $FAILPOINT in
    *:kill)
      [ ! -e "$reached" ] || return 0
      mark_failpoint "$reached" || return 1
      kill -9 $$
      ;;
    *:hold)
      [ ! -e "$reached.passed" ] || return 0
      mark_failpoint "$reached" || return 1
      until [ -e "$reached.passed" ]; do pause 1 || :; done
      ;;
  esac
}

# redo_point NAME: NAME:redo, the program is killed when the step is done and the record doesn't say so yet, once: the
# step is done twice.
redo_point() {
  local reached
  case ${FAILPOINT:-} in
    "$1:redo" | every:redo) ;;
    *) return 0 ;;
  esac
  reached=$RECORD/failpoints/$1
  [ ! -e "$reached" ] || return 0
  mark_failpoint "$reached" || return 1
  kill -9 $$
}

# mark_failpoint FILE: it is reached.
mark_failpoint() {
  mkdir -p "$RECORD/failpoints" && : >"$1" && sync "$RECORD/failpoints" || return 1
  say "failpoint ${1##*/}: $FAILPOINT"
}
