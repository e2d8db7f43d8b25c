# shellcheck shell=sh
# steps.sh: how a node is upgraded, one function for each step, in this order. Until `kubelet-package` a step may give
# up (give_up): then the node is given back as it was. From there on it goes forward.
#
#   SELF, TO   see upgrade-node.sh

STEPS='
  node           before:   check

  worker         before:   fetch try turn mark begin kubeadm-package kubeadm cordon drain
  worker         onward:   kubelet-package restart uncordon finish

  control-plane  before:   fetch try turn mark begin kubeadm-package etcd-ready kubeadm control-plane-ready cordon drain
  control-plane  onward:   kubelet-package restart serves uncordon finish

  retired        before:   turn mark begin cordon drain
  retired        onward:   retire

  back           back:     give-back
  left           back:     leave
'

# --- before the kubelet's package is replaced: nothing is lost by giving up

step_check() {
  in_time || return 1
  [ -n "$DRY_RUN" ] || await_others || return 1
  need_space_for_record
  if [ -n "$REPLACED_BY" ]; then
    check_retirement
    return
  fi
  find_manager || return 1
  check_choices
  check_node || return 1
  choose_role || return 1
  by_manager check || return 1
  if already_upgraded; then
    conclude 0 upgraded "$SELF runs $TO already: nothing was changed" ""
  fi
  if [ "$(fact role)" = control-plane ]; then
    check_etcd && check_space && keep_fact versions-before "$(versions_here)" || return 1
  fi
  check_patches
  check_hand_made || return 1
  # From here on the steps are those of the node's role.
  go_to "$(fact role)" fetch
}

step_fetch() {
  local packages='kubeadm kubelet'
  in_time || return 1
  # A worker may have none.
  [ -z "$(by_manager installed kubectl)" ] || packages="$packages kubectl"
  # shellcheck disable=SC2086 # a word a package
  by_manager fetch $packages
}

step_try() {
  in_time || return 1
  try_kubeadm || return 1
  try_kubelet || return 1
  [ "$(fact role)" = worker ] || try_components || return 1
  try_drain || return 1
  [ -z "$DRY_RUN" ] || conclude_plan "$(plan_in_words)"
}

# plan_in_words: what would be done.
plan_in_words() {
  local by_kubeadm="the kubelet's settings" packages role runs
  role=$(fact role | tr - ' ')
  runs=$(read_node && node_says kubelet)
  packages=$(fact packages | tr ' ' ',')
  [ "$(fact role)" = worker ] || by_kubeadm=$(versions_here | paste -s -d , -)
  echo "$SELF, a $role, can be upgraded from ${runs#v} to $TO: the packages $packages, and by kubeadm $by_kubeadm"
}

# The first check ran before other nodes were upgraded, so check again.
step_turn() {
  its_turn && await_others || return 1
  [ -n "$REPLACED_BY" ] || check_node
}

step_mark() {
  take_host || go_to "$(list_now)" turn
  keep_fact marked yes && mark_node
}

step_begin() {
  may_begin || return 1
  tell_event UpgradeStarted "to $TO${REPLACED_BY:+, by $REPLACED_BY in its place}"
}

step_kubeadm_package() {
  by_manager install kubeadm || return 1
  case " $(fact packages) " in
    # Together, as a kubectl of the old minor may be too old for the API servers to come.
    *' kubectl '*) by_manager install kubectl ;;
  esac
}

step_kubeadm() {
  upgrade_by_kubeadm
}

# etcd must be whole, and led by another member, right before it is restarted here.
step_etcd_ready() {
  check_etcd && move_leader
}

step_control_plane_ready() {
  check_control_plane
}

step_cordon() {
  [ -z "$REPLACED_BY" ] || forget_retirement || return 1
  cordon_node && keep_once cordoned-at
}

step_drain() {
  drain_node || return 1
  tell_event Drained "$(moved_pods) pods were moved"
}

# --- from here on the node has the new kubelet: forward, whatever happens

step_kubelet_package() {
  by_manager install kubelet
}

step_restart() {
  restart_kubelet
}

# A new kubelet may start the static pods anew.
step_serves() {
  check_control_plane
}

step_uncordon() {
  uncordon_node && keep_once uncordoned-at
}

step_finish() {
  by_manager take_up_source || return 1
  unmark_node || return 1
  end_on_node Upgraded 0 upgraded "$SELF runs $TO: $(drain_words)" \
    "$(still_cordoned)" "$(figures)"
}

figures() {
  printf '"version":"%s",%s' "$TO" "$(drain_figures)"
}

step_retire() {
  retire_node
}

# --- the way back

step_give_back() {
  # Nothing was fetched where no manager is known yet.
  [ -z "$(fact manager)" ] || by_manager give_back || return 1
  [ -z "$(fact takes-over)" ] || leave_node "$(what_is_left)"
  end_if_gone
  leave_host back && uncordon_node && unmark_node || return 1
  end_on_node UpgradeFailed 1 given-back "$(fact reason): $(what_is_left)" "$(fact fix)"
}

step_leave() {
  # Once: where it can't be done, that is no reason to wait. A restore may be about to begin.
  [ -z "$(fact manager)" ] || by_manager give_back || :
  [ -z "$REPLACED_BY" ] || leave_node "it was drained, and is not said to be retired"
  leave_node "it has the kubelet $(by_manager installed kubelet), and did not come to its end with that"
}

# what_is_left: of an upgrade that was given up.
what_is_left() {
  if [ -n "$(fact versions-before)" ] && [ "$(versions_here)" != "$(fact versions-before)" ]; then
    printf '%s, and its control plane is not as before: it has the manifests of %s' "$(node_words 'takes pods')" \
      "$(versions_here | paste -s -d , -)"
  else
    node_words 'serves as before' | tr -d '\n' || return 1
  fi
  [ -n "$(fact manager)" ] || return 0
  [ "$(by_manager installed kubeadm)" != "$(fact version-kubeadm none)" ] || printf ', with kubeadm %s' "$TO"
}
