# shellcheck shell=sh
# hand-made.sh: what people have changed in files that kubeadm writes anew. It would be gone, and nobody would be told.
# If etcd's manifest names another folder or address than kubeadm's settings, this member would even begin on other
# data. A cluster that was restored by hand into a new folder is such a case.
#
#   HAND_MADE        refuse, or drop
#   ETCD, PATCHES    see kubeadm.sh
#   KUBELET_FOLDER   of the kubelet's settings; default /var/lib/kubelet

KUBELET_FOLDER=${KUBELET_FOLDER:-/var/lib/kubelet}

# check_hand_made: compares the files of this node with those that the installed kubeadm would write.
check_hand_made() {
  : >"$WORK/hand-made" || return 1
  [ "$(fact role)" = worker ] || check_manifests || return 1
  check_kubelet_settings || return 1
  [ -s "$WORK/hand-made" ] || return 0
  if [ "$HAND_MADE" = drop ]; then
    say "kubeadm writes these files anew, without what people have changed: $(hand_made_words)"
    return 0
  fi
  give_up "kubeadm writes these files anew, and what people have changed there would be gone: $(hand_made_words)" \
    "put it into kubeadm's own settings (kubectl --namespace kube-system edit configmap kubeadm-config: extraArgs, extraVolumes, extraEnvs; for the kubelet: kubelet-config), or let it go: --hand-made drop (dropHandMadeChanges)"
}

check_manifests() {
  local file version
  version=$(versions_here | sed -n 's/^kube-apiserver //p')
  write_as_kubeadm "${version:-unknown}" || return 1
  if rewrites_etcd; then
    changed_lines "$MANIFESTS/etcd.yaml" "$WORK/as-kubeadm/etcd.yaml" >"$WORK/changed" || return 1
    of_etcd <"$WORK/changed" >"$WORK/of-etcd" || return 1
    changed_lines "$WORK/as-kubeadm/etcd.yaml" "$MANIFESTS/etcd.yaml" | of_etcd >"$WORK/of-kubeadm" || return 1
    refuse_other_data
    in_file "$MANIFESTS/etcd.yaml" <"$WORK/of-etcd" >>"$WORK/hand-made" || return 1
  fi
  # What an earlier attempt has left is no change by a person.
  if ! manifests_are_of "$version" || ! kubeadm_is_of "$version"; then
    say "the manifests here are not all of kubeadm's own version: what people have changed in them is not looked for"
    return 0
  fi
  for file in $CONTROL_PLANE; do
    changed_lines "$MANIFESTS/$file.yaml" "$WORK/as-kubeadm/$file.yaml" >"$WORK/changed" &&
      in_file "$MANIFESTS/$file.yaml" <"$WORK/changed" >>"$WORK/hand-made" || return 1
  done
}

rewrites_etcd() {
  [ "$ETCD" = upgrade ] && has_etcd
}

# kubeadm_is_of VERSION: whether it writes what the kubeadm of that version has written.
kubeadm_is_of() {
  local own
  own_tools 60 kubeadm version --output short || return 1
  own=$(sed 's/^v//' "$WORK/answer")
  [ "$(minor_number "$own")" = "$(minor_number "$1")" ]
}

# write_as_kubeadm VERSION: the manifests of this node as kubeadm writes them, in $WORK/as-kubeadm. The version is
# that of the manifests here: the settings have the next one once another control plane was upgraded.
write_as_kubeadm() {
  local endpoint
  endpoint=$(sed -n 's,^ *kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: *,,p' \
    "$MANIFESTS/kube-apiserver.yaml" | tr -d '"[]' | tr -d "'")
  case $1-$endpoint in
    1.*-*:*) ;;
    *) give_up "$MANIFESTS/kube-apiserver.yaml does not say its address and its version as kubeadm writes them" \
      "see that kubeadm has made it: it needs the annotation kube-apiserver.advertise-address.endpoint, and an image with a version" ;;
  esac
  cluster_settings || return 1
  {
    sed "s/^kubernetesVersion:.*/kubernetesVersion: v$1/" "$WORK/answer"
    printf -- '---\n%s\nkind: InitConfiguration\n' "$(grep '^apiVersion:' "$WORK/answer" | head -n 1)"
    # kubeadm looks for no runtime if one is named. None is asked here.
    printf 'localAPIEndpoint:\n  advertiseAddress: "%s"\n  bindPort: %s\n' "${endpoint%:*}" "${endpoint##*:}"
    printf 'nodeRegistration:\n  name: "%s"\n  criSocket: unix:///run/none.sock\n' "$SELF"
    [ -z "$PATCHES" ] || printf 'patches:\n  directory: "%s"\n' "$PATCHES"
  } >"$WORK/cluster.yaml" || return 1
  rm -rf "$WORK/as-kubeadm" && mkdir "$WORK/as-kubeadm" || return 1
  dry_run_of_kubeadm control-plane all || return 1
  ! rewrites_etcd || dry_run_of_kubeadm etcd local
}

# dry_run_of_kubeadm PHASE SUBPHASE
dry_run_of_kubeadm() {
  own_tools 60 env "KUBEADM_INIT_DRYRUN_DIR=$WORK/as-kubeadm" \
    kubeadm init phase "$1" "$2" --dry-run --config "$WORK/cluster.yaml" ||
    give_up "kubeadm can't write the manifests of this node for a look: $(own_words)" \
      "mend its settings: kubectl --namespace kube-system get configmap kubeadm-config --output yaml"
}

# changed_lines FILE AS_KUBEADM: the lines that only FILE has. Their order, blanks, quotes and comments don't count, nor
# does the image, which is replaced anyway. Of the kubelet's headers no line is shown: each may be a password.
changed_lines() {
  if [ ! -s "$1" ] || [ ! -s "$2" ]; then
    give_up "$1 can't be held against what kubeadm would write" "see that it is there, and that kubeadm has made it"
  fi
  awk '
    /^[^ \t#-]/ { hidden = /^["\047]?staticPodURLHeader/ }
    { gsub(/^[ \t]+|[ \t]+$/, ""); gsub(/["\047]/, "") }
    NR == FNR { seen[$0]++; next }
    $0 == "" || /^#/ || /^image: / || $0 == "creationTimestamp: null" || $0 == "status: {}" { next }
    seen[$0]-- { next }
    !hidden { print; next }
    !told++ { print "staticPodURLHeader: ***" }' "$2" "$1"
}

# of_etcd: kubeadm writes its manifest only when etcd itself is upgraded, so it may be an older kubeadm's. Only flags
# and paths are compared, without the flags that only a joining member reads, and those that old kubeadms wrote.
of_etcd() {
  grep -e '^- --' -e '^path: ' -e '^mountPath: ' |
    grep -v -e '^- --initial-cluster=' -e '^- --initial-cluster-state=' -e '^- --experimental-initial-corrupt-check=' \
      -e '^- --experimental-watch-progress-notify-interval=' -e '^path: /livez' \
      -e '^path: /readyz' -e '^path: /health' || :
}

# refuse_other_data: nobody may choose this: etcd would begin with other data, or where nobody finds it.
refuse_other_data() {
  local here there what
  here=$(where_etcd_is <"$WORK/of-etcd" | joined)
  there=$(where_etcd_is <"$WORK/of-kubeadm" | joined)
  case $here-$there in
    none-none) return 0 ;;
    none-*) what="kubeadm's settings have $there, $MANIFESTS/etcd.yaml has not" ;;
    *) what="$MANIFESTS/etcd.yaml has $here, kubeadm's settings have not" ;;
  esac
  give_up "kubeadm would write etcd's manifest anew, and not as etcd runs here: $what. etcd would begin on other data, or at other addresses" \
    "make the two agree: dataDir and extraArgs in kubectl --namespace kube-system edit configmap kubeadm-config; or move the data to where kubeadm has it: docs/upgrade.md has the way"
}

where_etcd_is() {
  grep -e '^path: ' -e '^mountPath: ' -e '^- --data-dir=' -e '^- --wal-dir=' -e '^- --name=' \
    -e '^- --[a-z-]*-urls=' || :
}

# check_kubelet_settings: kubeadm takes them from the cluster. When the first control plane is upgraded, kubeadm writes
# those of the next minor there. What is in instance-config.yaml belongs to this node.
check_kubelet_settings() {
  local config runs
  [ -f "$KUBELET_FOLDER/config.yaml" ] || return 0
  config=$(cluster_version) || return 1
  runs=$(node_says kubelet)
  if [ "$(minor_number "$config")" != "$(minor_number "${runs#v}")" ]; then
    say "the kubelet's settings in the cluster are of another minor: what people have changed in $KUBELET_FOLDER/config.yaml is not looked for"
    return 0
  fi
  node_api get configmap kubelet-config --namespace kube-system --output 'jsonpath={.data.kubelet}' ||
    not_yet "the kubelet's settings are read" || return 1
  cp "$WORK/answer" "$WORK/kubelet.yaml" || return 1
  [ ! -f "$KUBELET_FOLDER/instance-config.yaml" ] ||
    { echo && cat "$KUBELET_FOLDER/instance-config.yaml"; } >>"$WORK/kubelet.yaml" || return 1
  # The lines of a patch that is no JSON are in the file that it makes.
  [ -z "$PATCHES" ] || find "$PATCHES/" -name 'kubeletconfiguration*' -exec cat {} + >>"$WORK/kubelet.yaml" || return 1
  changed_lines "$KUBELET_FOLDER/config.yaml" "$WORK/kubelet.yaml" >"$WORK/changed" || return 1
  in_file "$KUBELET_FOLDER/config.yaml" <"$WORK/changed" >>"$WORK/hand-made"
}

# in_file FILE: names it before each line.
in_file() {
  sed "s,^,$1: ,"
}

# hand_made_words: some of it, for a person. Values of variables, such as HTTPS_PROXY, may be secrets; so may what a
# password, a secret or a token is set to, unless it is a file.
hand_made_words() {
  local rest
  rest=$(($(wc -l <"$WORK/hand-made") - 12))
  head -n 12 "$WORK/hand-made" | without_passwords |
    sed 's/\([{, ]value:\).*/\1 ***/; s/\(\(password\|secret\|token\)[=:] *\)[^ /].*/\1***/I' |
    paste -s -d ';' - | sed 's/;/; /g' || return 1
  [ "$rest" -le 0 ] || echo "; and $rest lines more"
}
