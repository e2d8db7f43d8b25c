# shellcheck shell=sh
# program.sh: where an operation's program begins.

# run_program FUNCTION [ARGUMENT...]: does what the first argument says. FUNCTION stages the operation. What else the
# program provides: see steps.sh; and `by_hand`, for what a person types.
run_program() {
  local stage="$1"
  shift
  case ${1:-} in
    work) work ;;
    carry) shift && carry "$stage" "$@" ;;
    steps) show_steps ;;
    *) by_hand "$@" ;;
  esac
}
