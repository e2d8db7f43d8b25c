# shellcheck shell=sh
# kubeadm.sh: what kubeadm does on this node.
#
#   PATCHES        folder of its patches on this host
#   CERTIFICATES   renew, or keep
#   ETCD           upgrade, or keep

# upgrade_by_kubeadm: `apply` on the first control plane, which takes the cluster's settings to TO; `node` on every
# other node. A kill does no harm: both can be done again. After a failure, a person decides.
upgrade_by_kubeadm() {
  local config how status=0
  config=$(cluster_version) || return 1
  # A run that was killed may have taken the settings to TO already, and not the rest of this node.
  how=$(fact how node)
  if [ "$(fact role)" = control-plane ] && { is_older "$config" "$TO" || apply_was_begun; }; then how=apply; fi
  keep_fact how "$how" || return 1
  write_configuration "$how" >"$RECORD/.upgrade.yaml" &&
    put_in_place "$RECORD/.upgrade.yaml" "$RECORD/upgrade.yaml" || return 1
  if [ "$how" = apply ]; then
    own_tools "$KUBEADM_TIMEOUT" kubeadm upgrade apply "v$TO" --yes --config "$RECORD/upgrade.yaml" || status=$?
  else
    own_tools "$KUBEADM_TIMEOUT" kubeadm upgrade node --config "$RECORD/upgrade.yaml" || status=$?
  fi
  cat "$WORK/answer" "$WORK/errors" >>"$RECORD/kubeadm.log" || return 1
  if [ "$status" -eq 0 ]; then
    forget_settings
    return
  fi
  # Nothing was changed. Some checks fail on a busy cluster, such as the Job that has to end within 15 s.
  if grep -q 'execution phase preflight' "$WORK/errors" && ! overdue preflight "$READY_TIMEOUT"; then
    say_once "kubeadm's checks before the upgrade failed, trying again: $(kubeadm_words)"
    return 1
  fi
  give_up "kubeadm upgrade $how failed: $(kubeadm_words). $(state_left)" \
    "see all that it said: $RECORD/kubeadm.log. Mend it, then upgrade this node again by another id"
}

# apply_was_begun: whether an earlier attempt here began `apply`, and did not finish it. `apply` writes the version
# early, and much after that. To do it again does no harm.
apply_was_begun() {
  local other
  for other in "$OPERATIONS"/*; do
    if [ "$(cat "$other/record/how" 2>/dev/null)" = apply ] && grep -qxF "TO='$TO'" "$other/inputs" &&
      [ -e "$other/result" ] && [ "$(outcome_of "${other##*/}")" != upgraded ]; then return 0; fi
  done
  return 1
}

# write_configuration apply|node: what kubeadm is told.
write_configuration() {
  local name
  printf 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: UpgradeConfiguration\n%s:\n' "$1"
  printf '  imagePullPolicy: IfNotPresent\n'
  [ -z "$IGNORE_PREFLIGHT" ] || printf '  ignorePreflightErrors:\n'
  for name in $IGNORE_PREFLIGHT; do printf '  - %s\n' "$name"; done
  # Both are true by default.
  [ "$CERTIFICATES" = renew ] || printf '  certificateRenewal: false\n'
  [ "$ETCD" = upgrade ] || printf '  etcdUpgrade: false\n'
  [ -z "$PATCHES" ] || printf '  patches:\n    directory: "%s"\n' "$PATCHES"
}

# check_patches: root runs what kubeadm makes of them.
check_patches() {
  [ -n "$PATCHES" ] || return 0
  set -- "$PATCHES"/*
  [ -e "$1" ] || give_up "there are no patches in $PATCHES" "put them there on every node, or leave the folder out"
  trusted_by_root "$@" ||
    give_up "$UNTRUSTED: kubeadm makes of it what root runs" "${TRUST_FIX:-give it to root alone}"
}

# kubeadm_words: its own error, in one line.
kubeadm_words() {
  sed -n 's/^error: //p; s/^\t\[ERROR /[ERROR /p' "$WORK/errors" "$WORK/answer" |
    sed 's/upgrade-health-check-[0-9]*/upgrade-health-check/' | grep . | head -n 3 |
    paste -s -d ' ' - | cut -c1-400 | grep . ||
    tail -n 1 "$WORK/errors"
}

# state_left: what kubeadm has left of the control plane.
state_left() {
  local new
  [ "$(fact role)" = control-plane ] || { echo "Only the kubelet's settings may have changed" && return; }
  new=$(versions_here | awk -v to="$TO" '$1 != "etcd" && $2 == to { print $1 }' | joined)
  case $(count "$new")-$new in
    *-none) printf 'The manifests are the old ones: %s' "$(versions_here | paste -s -d ',' -)" ;;
    3-*) printf 'The manifests are those of %s' "$TO" ;;
    *) printf 'The manifests are mixed: %s' "$(versions_here | paste -s -d ',' -)" ;;
  esac
  ! grep -qi 'rolling back\|rollback\|restor.*etcd' "$WORK/answer" "$WORK/errors" ||
    printf '. kubeadm has put back what it had changed'
}
