# shellcheck shell=sh
# role.sh: whether this machine is a control plane.
#
#   MANIFESTS   folder of the static pods

# choose_role: control-plane or worker. The Node's label and the API server's manifest must agree. kubeadm goes by the
# manifest alone, which a restore may have moved away for a while.
choose_role() {
  local label manifest=no
  label=$(node_says control-plane)
  [ ! -e "$MANIFESTS/kube-apiserver.yaml" ] || manifest=yes
  if [ "${label:-no}" != "$manifest" ]; then
    give_up "$SELF is a control plane by its label: ${label:-no}; by $MANIFESTS/kube-apiserver.yaml: $manifest" \
      "find out which is right: a restore or a person may have moved the manifest away"
  fi
  if [ "$manifest" = yes ]; then keep_fact role control-plane; else keep_fact role worker; fi
}
