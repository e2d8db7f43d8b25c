# shellcheck shell=sh
# kubelet.sh: the kubelet of this host.

# check_kubelet: the kubelet has to read its manifests from the folder out of which they are moved.
check_kubelet() {
  local pid config folder
  for pid in $(processes_of_root kubelet); do
    folder=$(flag_of "$pid" pod-manifest-path)
    config=$(flag_of "$pid" config)
    [ -n "$folder" ] ||
      folder=$(
        sed -n 's/^staticPodPath:[[:space:]]*["\047]\{0,1\}\([^"\047[:space:]]*\).*/\1/p' \
          "/proc/$pid/root${config:-/nonexistent}" 2>/dev/null | tail -n 1
      )
    [ -z "$folder" ] || same_file "/proc/$pid/root$folder" "$MANIFESTS" ||
      not_understood "the kubelet reads its static pods from $folder, and not from $MANIFESTS" \
        "give that folder: MANIFESTS=$folder sh $PROGRAM …"
  done
}
