# shellcheck shell=sh
# check.sh: what is asked of the node itself before anything of it is changed.

# check_node: its Node, its kubelet and the cluster's version have to fit the target. Before its turn, and in a plan, a
# worker may be ahead of the control planes.
check_node() {
  local runs
  read_node || not_yet "the Node is read" || return 1
  runs=$(node_says kubelet)
  runs=${runs#v}
  # A kubelet that does not start may be what another attempt has to mend.
  [ "$(node_says ready)" = True ] || is_left_behind "$(node_says operation)" ||
    give_up "$SELF is not Ready" "mend it first: kubectl describe node $SELF"
  ! is_older "$TO" "$runs" ||
    give_up "$SELF runs $runs, which is newer than $TO: nothing is downgraded, not even by a patch" "choose at least $runs"
  [ $(($(minor_number "$TO") - $(minor_number "$runs"))) -le 3 ] ||
    give_up "$SELF runs $runs, which is more than three minors older than $TO" "upgrade it to 1.$(($(minor_number "$runs") + 3)) first"
  check_cluster
}

# check_cluster: kubeadm itself would take a node to any version that its settings in the cluster name, also an older
# one.
check_cluster() {
  local config
  config=$(cluster_version) || return 1
  [ -n "$config" ] ||
    give_up "kubeadm's settings in the cluster name no version" "look at: kubectl --namespace kube-system get configmap kubeadm-config"
  if is_older "$TO" "$config"; then
    give_up "the cluster is at $config, which is newer than $TO: nothing is downgraded, not even by a patch" "choose at least $config"
  fi
  if [ "$(node_says control-plane)" = yes ]; then
    [ $(($(minor_number "$TO") - $(minor_number "$config"))) -le 1 ] ||
      give_up "the cluster is at $config, and no minor may be skipped on the way to $TO" "upgrade to 1.$(($(minor_number "$config") + 1)) first"
  elif [ -z "$DRY_RUN" ] && { [ "$TURN" != asked ] || [ "$(step_now)" != check ]; }; then
    [ "$config" = "$TO" ] ||
      give_up "the control planes are at $config, as kubeadm's settings say, and not at $TO" "upgrade all control planes to $TO first"
  fi
}

# already_upgraded: whether there is nothing to do, such as when the Job is applied again after its record was deleted.
already_upgraded() {
  [ "$(node_says kubelet)" = "v$TO" ] && [ -z "$(node_says operation)" ] && [ -z "$(node_says cordoned-by)" ] &&
    by_manager at_target kubeadm && by_manager at_target kubelet || return 1
  if [ "$(fact role)" = control-plane ]; then has_image_of_target; fi
}

# cluster_settings: kubeadm's settings of the cluster, in $WORK/answer.
cluster_settings() {
  node_api get configmap kubeadm-config --namespace kube-system --output 'jsonpath={.data.ClusterConfiguration}' ||
    not_yet "kubeadm's settings are read" >&2
}

# cluster_version: what kubeadm takes a node to.
cluster_version() {
  cluster_settings || return 1
  sed -n 's/^kubernetesVersion: *"\{0,1\}v\{0,1\}\([0-9][0-9.]*\).*/\1/p' "$WORK/answer"
}

# conclude_plan WHAT: of a dry run, after try_drain.
conclude_plan() {
  conclude 0 planned "$1. Its drain would move $(living_pods | grep -c . || :) pods" \
    "nothing was changed; without --plan it would be now"
}
