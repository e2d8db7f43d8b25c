# shellcheck shell=sh
# choices.sh: the inputs that are words.

# check_choices: refuses words that no choice has, and a maintenance of nothing.
check_choices() {
  check_choice OS_PACKAGES "$OS_PACKAGES" security all none
  check_choice RUNTIME "$RUNTIME" keep update
  check_choice REBOOT "$REBOOT" asked always never
  check_turn_and_drain
  [ "$OS_PACKAGES$REBOOT" != nonenever ] || [ -n "$COMMAND" ] ||
    refuse "there is nothing to do: no packages, no command and no reboot" "choose one of them"
}
