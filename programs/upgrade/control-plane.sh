# shellcheck shell=sh
# control-plane.sh: what only a control plane has to show after its upgrade: static pods of TO.

# check_control_plane: the static pods here are those of TO, run, and the API server is ready.
check_control_plane() {
  local missing
  has_image_of_target || not_healthy "the manifests here are not all of $TO: $(versions_here)" || return 1
  node_api get pods --namespace kube-system --field-selector "spec.nodeName=$SELF" --selector tier=control-plane \
    --output "go-template=$COMPONENT_LINES" ||
    not_healthy "the pods of the control plane can't be listed: $(api_words)" || return 1
  missing=$(missing_components "$SELF" "$WORK/answer")
  [ "$missing" = none ] || not_healthy "these don't run as $TO yet, or are not ready: $missing" || return 1
  check_serving
}

# versions_here: the version of each component of the control plane, by its manifest.
versions_here() {
  local component
  for component in $CONTROL_PLANE etcd; do
    [ -f "$MANIFESTS/$component.yaml" ] || continue
    sed -n "s/^ *image: .*:v\{0,1\}\([^:]*\)\$/$component \1/p" "$MANIFESTS/$component.yaml" | head -n 1 ||
      return 1
  done
}

has_image_of_target() {
  manifests_are_of "$TO"
}

# manifests_are_of VERSION: all but etcd's.
manifests_are_of() {
  [ "$(versions_here | awk -v version="$1" '$1 != "etcd" && $2 == version' | wc -l)" -eq 3 ]
}
