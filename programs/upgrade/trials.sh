# shellcheck shell=sh
# trials.sh: the new programs are tried before anything is changed.

# try_kubeadm: the new kubeadm reads what it will be told.
try_kubeadm() {
  local program="$RECORD/kubeadm" verb=node
  [ "$(fact role)" = worker ] || verb=apply
  by_manager extract kubeadm usr/bin/kubeadm "$program" && chmod 0700 "$program" || return 1
  write_configuration "$verb" >"$WORK/upgrade.yaml" || return 1
  own_tools 60 "$program" config validate --config "$WORK/upgrade.yaml" ||
    give_up "kubeadm $TO does not take what it would be told: $(own_words)" "correct the props that the message names"
  rm -f "$program"
}

# try_components: the new programs of the control plane are asked for their versions with the flags of those that run.
# They end at a flag or a feature gate that they don't know, before they do anything.
try_components() {
  local component program
  for component in $CONTROL_PLANE; do
    program=$(operation_folder)/bin/$component
    if [ ! -x "$program" ]; then
      say "$component $TO is not at hand: its flags are not tried"
      continue
    fi
    # A subshell, which ends where the manifest is not understood.
    if ! (discover "$component"); then
      say "the manifest of $component is not understood: its flags are not tried"
      continue
    fi
    try_component "$component" "$program" || return 1
  done
}

# try_component COMPONENT PROGRAM
try_component() {
  local component="$1" program="$2" flag word
  set --
  while IFS= read -r flag; do
    set -- "$@" "--$flag"
  done <"$RECORD/$component.settings"
  if own_tools 60 "$program" "$@" --version && grep -q "v$TO\$" "$WORK/answer"; then return 0; fi
  own_words >"$WORK/said" || return 1
  cluster_settings || return 1
  # The flags and gates that it named. One that kubeadm's settings don't have will not be in the new manifest.
  for word in $(tr -cs 'A-Za-z0-9-' '\n' <"$WORK/said" | sed 's/^--*//' | grep -e '..........' -e -); do
    ! grep -q -E "(^|[^A-Za-z0-9-])$word([^A-Za-z0-9-]|\$)" "$WORK/answer" ||
      give_up "$component $TO does not start with the settings of this cluster: $(cat "$WORK/said")" \
        "take $word out of the extraArgs of $component: kubectl --namespace kube-system edit configmap kubeadm-config"
  done
  say "$component $TO does not know all flags of the manifest here, which kubeadm will write anew: $(cat "$WORK/said")"
}

# check_space: kubeadm copies the whole folder of etcd, and never removes the copy.
check_space() {
  local needed
  has_etcd || return 0
  needed=$(du -sk "$DATA_DIR" | awk '{ print $1 }') || return 1
  mkdir -p /etc/kubernetes/tmp || return 1
  need_space /etc/kubernetes/tmp "$((needed + 65536))" \
    "kubeadm's copy of $DATA_DIR, with all that lies in it, such as before-… of an earlier restore,"
}
