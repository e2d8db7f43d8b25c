# shellcheck shell=sh
# failpoint.sh: the places where a test kills or holds a program.
#
#   FAILPOINT   NAME:kill, NAME:hold or NAME:redo; `every` in place of a name stands for all of them

# failpoint NAME: with NAME:kill the program is killed here, once; with NAME:hold it waits here until
# record/failpoints/NAME.passed exists.
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

# redo_point NAME: with NAME:redo the program is killed, once, when the step is done and the record doesn't say so yet:
# so the step is done twice.
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

# mark_failpoint FILE: records that the failpoint was reached.
mark_failpoint() {
  mkdir -p "$RECORD/failpoints" && : >"$1" && sync "$RECORD/failpoints" || return 1
  say "failpoint ${1##*/}: $FAILPOINT"
}
