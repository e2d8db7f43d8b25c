# shellcheck shell=sh
# choices.sh: the inputs that are words.

# check_choices: refuses words that no choice has.
check_choices() {
  check_version TO "$TO"
  [ "$(minor_number "$TO")" -ge 31 ] ||
    refuse "TO is '$TO'" "give 1.31 or newer: kubeadm before it can't be told what it needs by one file"
  check_turn_and_drain
  check_choice HAND_MADE "$HAND_MADE" refuse drop
  check_choice CERTIFICATES "$CERTIFICATES" renew keep
  check_choice ETCD "$ETCD" upgrade keep
  case $PATCHES in
    '' | /*) ;;
    *) refuse "PATCHES is '$PATCHES'" "give the path of a folder on the node, such as /etc/kubernetes/patches" ;;
  esac
}
