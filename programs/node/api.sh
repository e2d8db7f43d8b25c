# shellcheck shell=sh
# api.sh: the API server, as this node's own kubelet reaches it. A kubelet may cordon and annotate only its own Node,
# and evict only its own pods. So this program can't touch other nodes either.
#
#   SELF           name of this node
#   KUBELET_CONF   the kubelet's kubeconfig; default /etc/kubernetes/kubelet.conf

KUBELET_CONF=${KUBELET_CONF:-/etc/kubernetes/kubelet.conf}

# node_api ARGUMENT...: kubectl with the kubelet's identity.
node_api() {
  by_kubectl --kubeconfig "$KUBELET_CONF" "$@"
}

# node_name: as the kubelet's own certificate has it; the host's name may be another one.
node_name() {
  node_api auth whoami --output 'jsonpath={.status.userInfo.username}' ||
    fail "the API server does not answer the kubelet of this node: $(api_words)" "see that it is reached: $KUBELET_CONF"
  sed -n 's/^system:node://p' "$WORK/answer" | grep . ||
    refuse "$KUBELET_CONF is not a kubelet's, but of $(cat "$WORK/answer")" "name the kubelet's own: KUBELET_CONF"
}

# What the API says of this Node, a line NAME=VALUE each.
# shellcheck disable=SC2016 # the template's own
NODE_LINES='unschedulable={{or .spec.unschedulable ""}}
kubelet={{.status.nodeInfo.kubeletVersion}}
{{range .status.conditions}}{{if eq .type "Ready"}}ready={{.status}}
heartbeat={{.lastHeartbeatTime}}{{end}}{{end}}
{{range $key, $value := .metadata.annotations}}{{if eq $key "cdk8s-day2/cordoned-by"}}cordoned-by={{$value}}
{{end}}{{if eq $key "cdk8s-day2/retired"}}retired={{$value}}
{{end}}{{end}}{{range $key, $value := .metadata.labels}}{{if eq $key "node-role.kubernetes.io/control-plane"}}
control-plane=yes
{{end}}{{if eq $key "cdk8s-day2/operation"}}operation={{$value}}
{{end}}{{end}}whole=yes
'

# read_node: for node_says. Status 1: it can't be asked now.
read_node() {
  node_api get node "$SELF" --output "go-template=$NODE_LINES" && grep -q '^whole=yes' "$WORK/answer" &&
    cp "$WORK/answer" "$WORK/node"
}

# node_says NAME: of what read_node has read.
node_says() {
  sed -n "s/^$1=//p" "$WORK/node"
}

# ready_since TIME: whether the Node is Ready, by what its kubelet has said after that.
ready_since() {
  local beat
  beat=$(node_says heartbeat | tr -cd '0-9')
  [ "$(node_says ready)" = True ] && [ "${beat:-0}" -ge "$(date -u -d "@$1" +%Y%m%d%H%M%S)" ]
}

# not_yet WHAT: says that the API did not do it, and why. Status 1.
not_yet() {
  say_once "not yet: $1: $(api_words)"
  return 1
}
