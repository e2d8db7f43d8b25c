# shellcheck shell=sh
# control-plane.sh: the pods of control planes, as the API has them.
#
#   TO   version that they should have

CONTROL_PLANE='kube-apiserver kube-controller-manager kube-scheduler'

# A line for each pod of a control plane: its node, component, image, and whether it is Ready. The last line is `whole`.
# shellcheck disable=SC2016,SC2034 # the template's own; not every program looks at other nodes
COMPONENT_LINES='{{range .items}}{{.spec.nodeName}} {{or (index .metadata.labels "component") "-"}} {{/*
*/}}{{range .spec.containers}}{{.image}}{{end}}
{{- range .status.conditions}}{{if eq .type "Ready"}} {{.status}}{{end}}{{end}}
{{end}}whole
'

# missing_components NODE FILE: by such lines, the components on the node that are not of TO, or not Ready; or "none".
missing_components() {
  local component
  for component in $CONTROL_PLANE; do
    grep -q "^$1 $component [^ ]*:v$TO True$" "$2" || echo "$component"
  done | joined
}
