# shellcheck shell=sh
# steps.sh: how a node is maintained, one function for each step, in this order. Pods are moved only before a reboot.
# Until `reboot` a step may give up (give_up): then the node is given back. From there on it goes forward.
#
#   SELF   see maintain-node.sh

STEPS='
  node    before:  check fetch turn mark begin packages command reboot-asked finish

  reboot  before:  etcd-ready cordon drain
  reboot  onward:  reboot ready serves uncordon finish

  back    back:    give-back
  left    back:    leave
'

# --- nothing of the node is changed

step_check() {
  in_time || return 1
  need_space_for_record
  check_choices
  leave_unless_open && await_others || return 1
  find_update_manager || return 1
  read_node || not_yet "the Node is read" || return 1
  [ "$(node_says ready)" = True ] || is_left_behind "$(node_says operation)" ||
    give_up "$SELF is not Ready" "mend it first: kubectl describe node $SELF"
  choose_role || return 1
  # Where it can't be told whether a reboot is asked for, that is said now.
  wants_reboot || :
  [ "$OS_PACKAGES" = none ] || by_manager update_check || return 1
  check_etcd
}

step_fetch() {
  in_time || return 1
  by_packages update_fetch "the packages could not be fetched"
}

step_turn() {
  leave_unless_open && its_turn && await_others
}

step_mark() {
  take_host || go_to "$(list_now)" turn
  keep_fact marked yes && mark_node
}

step_begin() {
  leave_unless_open && may_begin || return 1
  tell_event MaintenanceStarted "packages: $OS_PACKAGES; reboot: $REBOOT"
}

# --- the node serves

step_packages() {
  keep_once packages-begun || return 1
  by_packages update_install "the packages could not be installed" && keep_once packages-done
}

step_command() {
  do_command
}

# The boot's id is written once: after a power cut right here, the reboot has been.
step_reboot_asked() {
  if [ -z "$(fact boot-id)" ]; then
    wants_reboot || return 0
    say "$SELF will be rebooted: $WHY"
    keep_fact boot-id "$(boot_id)" || return 1
  fi
  go_to reboot etcd-ready
}

# --- the node is emptied

# etcd whole, and led elsewhere, before a member of it is away for the time of a boot.
step_etcd_ready() {
  check_etcd && move_leader
}

step_cordon() {
  cordon_node && keep_once cordoned-at
}

step_drain() {
  drain_node || return 1
  tell_event Drained "$(moved_pods) pods were moved"
}

# --- from here on forward, whatever happens

step_reboot() {
  reboot_host
}

step_ready() {
  back_again
}

step_serves() {
  if [ "$(fact role)" = worker ]; then check_etcd; else check_serving; fi
}

step_uncordon() {
  uncordon_node && keep_once uncordoned-at
}

step_finish() {
  uncordon_node && forget_updates && note_run && unmark_node || return 1
  end_on_node Maintained 0 maintained "$SELF: $(updated) packages were updated, $(reboot_words)" \
    "$(fix_at_end)" "$(figures)"
}

reboot_words() {
  if [ -n "$(fact boot-id)" ]; then
    echo "and it was rebooted, into the kernel $(uname -r): $(drain_words)"
  elif [ "$REBOOT" = never ] && reboot_asked; then
    echo "and it was not rebooted, but it asks for that: $WHY"
  else
    echo "and it was not rebooted"
  fi
}

fix_at_end() {
  [ -z "$(fact boot-id)" ] || still_cordoned
}

figures() {
  printf '"updated":%s,"rebooted":%s' "$(updated)" "$(if [ -n "$(fact boot-id)" ]; then echo true; else echo false; fi)"
  [ -z "$(fact boot-id)" ] || printf ',%s' "$(drain_figures)"
}

# --- the way back

step_give_back() {
  [ -z "$(fact takes-over)" ] || leave_node "$(what_is_left)"
  end_if_gone
  leave_host back && uncordon_node && forget_updates && unmark_node || return 1
  end_on_node MaintenanceFailed 1 given-back "$(fact reason): $(what_is_left)" "$(fact fix)"
}

step_leave() {
  leave_node "it was drained$([ "$(fact boot-id)" = "$(boot_id)" ] || echo ', and rebooted')"
}

# what_is_left: of a maintenance that was given up.
what_is_left() {
  node_words 'serves as before' | tr -d '\n' || return 1
  if [ "$(updated)" -gt 0 ] && [ -n "$(fact packages-begun)" ]; then
    if [ -n "$(fact packages-done)" ]; then printf ', with '; else printf ', with some of '; fi
    printf '%s updates' "$(updated)"
    [ -n "$(fact packages-done)" ] || printf ' (finish them: dpkg --configure -a)'
  fi
  [ -z "$(fact boot-id)" ] || printf ', and it was not rebooted'
}
