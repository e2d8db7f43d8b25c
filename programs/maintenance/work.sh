# shellcheck shell=sh
# work.sh: what is done on the node: updates of packages, and a command.
#
#   OS_PACKAGES       security, all or none
#   COMMAND           a line for sh, as root
#   COMMAND_TIMEOUT   seconds
#   PACKAGES_TIMEOUT  seconds until packages that can't be fetched or installed count as failed

# by_packages FUNCTION WHAT: calls the package manager's function, and gives up when it takes too long.
by_packages() {
  if [ "$OS_PACKAGES" = none ] || by_manager "$1"; then return 0; fi
  if overdue "$(step_now)" "$PACKAGES_TIMEOUT"; then
    give_up "$2 for $PACKAGES_TIMEOUT s: ${SAID_ONCE:-no reason was given}" "mend that first, by hand: apt-get update, apt-get upgrade"
  fi
  return 1
}

# forget_updates: what was loaded.
forget_updates() {
  case $(fact manager none) in
    none) ;;
    *) by_manager update_forget ;;
  esac
}

# updated: how many packages were updated.
updated() {
  if [ -f "$RECORD/updates" ]; then wc -l <"$RECORD/updates"; else echo 0; fi
}

# do_command: once, unless it is killed: then again.
do_command() {
  local status=0
  if [ -z "$COMMAND" ] || [ -n "$(fact command-done)" ]; then return 0; fi
  own_tools "$COMMAND_TIMEOUT" sh -c "$COMMAND" || status=$?
  cat "$WORK/answer" "$WORK/errors" >>"$RECORD/command.log" || return 1
  ! timed_out "$status" ||
    give_up "the command did not end within $COMMAND_TIMEOUT s" "see what it said: $RECORD/command.log"
  [ "$status" -eq 0 ] ||
    give_up "the command ended with status $status: $(own_words)" "see all that it said: $RECORD/command.log. Mend it, then try again"
  keep_fact command-done yes
}
