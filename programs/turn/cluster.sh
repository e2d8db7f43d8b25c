# shellcheck shell=sh
# cluster.sh: what must hold in the cluster before another node goes.
#
#   CONTROL    ConfigMap by which people pause: its `pause` is true, or its `pauseBefore` names this node
#   AFTER_JOBS Jobs that must be complete, such as that of a snapshot

# read_components: into $WORK/components. Status 1: it can't be asked now.
read_components() {
  if ! by_kubectl get pods --namespace kube-system --selector tier=control-plane \
    --output "go-template=$COMPONENT_LINES" ||
    [ "$(tail -n 1 "$WORK/answer")" != whole ]; then
    WHY="the pods of the control planes, which can't be listed: $(api_words)"
    return 1
  fi
  grep -v '^whole$' "$WORK/answer" >"$WORK/components" || {
    WHY="a control plane: none of its pods is found in kube-system"
    return 1
  }
}

# cluster_healthy: whether all pods of all control planes are Ready. kubeadm waits for that, too, and then rolls back.
cluster_healthy() {
  local failing
  failing=$(awk '$4 != "True" { print $2 " on " $1 }' "$WORK/components" | joined)
  [ "$failing" = none ] || {
    WHY="these to be Ready: $failing"
    return 1
  }
}

# components_done NODE: whether its control plane runs TO, and is Ready.
components_done() {
  local missing
  missing=$(missing_components "$1" "$WORK/components")
  [ "$missing" = none ] || {
    WHY="$1, on which these are not ready as $TO: $missing"
    return 1
  }
}

# people_allow: whether nobody has paused this.
people_allow() {
  local pause before
  [ -n "$CONTROL" ] || return 0
  by_kubectl get configmap "$CONTROL" --output 'jsonpath={.data.pause} {.data.pauseBefore}' || {
    WHY="the ConfigMap $CONTROL, by which people pause: $(api_words)"
    return 1
  }
  read -r pause before <"$WORK/answer" || :
  case $pause in
    false) ;;
    *)
      WHY="somebody, as $CONTROL has \"pause: $pause\": kubectl patch configmap $CONTROL --patch '{\"data\":{\"pause\":\"false\"}}'"
      return 1
      ;;
  esac
  is_held_before "$before" || {
    WHY="somebody, as $CONTROL has \"pauseBefore: $before\": kubectl patch configmap $CONTROL --patch '{\"data\":{\"pauseBefore\":\"\"}}'"
    return 1
  }
}

# is_held_before NODE: status 1 where this node is that one, or comes after it in the order.
is_held_before() {
  [ -n "$1" ] || return 0
  case " $SELF $AHEAD $FIRST " in
    *" $1 "*) return 1 ;;
  esac
}

# jobs_complete: whether what had to be done before is done.
jobs_complete() {
  local job
  for job in $AFTER_JOBS; do
    by_kubectl get job "$job" --output 'jsonpath={range .status.conditions[?(@.status=="True")]}{.type} {end}' || {
      WHY="the Job $job: $(api_words)"
      return 1
    }
    case " $(cat "$WORK/answer")" in
      *' Complete '*) continue ;;
      *' Failed '*) WHY="the Job $job, which failed: kubectl logs job/$job" ;;
      *) WHY="the Job $job" ;;
    esac
    return 1
  done
}
