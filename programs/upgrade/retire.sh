# shellcheck shell=sh
# retire.sh: a worker whose place another node has taken is not upgraded. Its pods are moved, and it stays cordoned.
#
#   REPLACED_BY   name of the node that takes its place. It runs the new version: the pod that says whose turn it is
#                 looks at that

check_retirement() {
  check_choices
  [ "$REPLACED_BY" != "$SELF" ] || refuse "$SELF can't take its own place" "name another node: --replaced-by"
  read_node || not_yet "the Node is read" || return 1
  choose_role || return 1
  [ "$(fact role)" = worker ] ||
    give_up "$SELF is a control plane, and only workers are replaced like this" "upgrade it, or add a control plane by kubeadm join first"
  try_drain || return 1
  if [ "$(node_says retired)" = "$REPLACED_BY" ] && is_cordoned && [ -z "$(node_says operation)" ] &&
    [ -z "$(living_pods)" ]; then
    conclude 0 retired "$SELF was retired before: nothing was changed" "$(after_retirement)"
  fi
  [ -z "$DRY_RUN" ] || conclude_plan "$SELF can be retired, once $REPLACED_BY takes its pods"
  go_to retired turn
}

# forget_retirement: what an earlier retirement has said is over. Without that, those behind would not wait for this
# one.
forget_retirement() {
  read_node || not_yet "the Node is read" || return 1
  [ -z "$(node_says retired)" ] || node_api annotate node "$SELF" cdk8s-day2/retired- ||
    not_yet "the annotation is removed"
}

# retire_node: says on the Node that it is done, which the nodes behind it wait for.
retire_node() {
  if ! read_node; then
    grep -qF '(NotFound)' "$WORK/errors" || not_yet "the Node is read" || return 1
    conclude 0 retired "there is no Node $SELF any more, and $(moved_pods) pods were moved before" "shut the machine down"
  fi
  # A person may have uncordoned it since.
  is_cordoned || go_to retired cordon
  node_api annotate --overwrite node "$SELF" "cdk8s-day2/retired=$REPLACED_BY" ||
    not_yet "the Node is annotated" || return 1
  unmark_node || return 1
  end_on_node Retired 0 retired "$SELF is retired, and $REPLACED_BY has taken its place: $(moved_pods) pods were moved" \
    "$(after_retirement)" "\"moved\":$(moved_pods)"
}

after_retirement() {
  echo "it stays cordoned. When nobody needs it any more, shut it down, and then: kubectl delete node $SELF. Until it is off, its kubelet would make the Node anew"
}
