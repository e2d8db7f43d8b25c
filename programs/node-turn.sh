#!/bin/sh
# node-turn.sh: says whether it is the turn of this node to be upgraded or maintained, for as long as it runs. It reads
# the cluster and changes nothing. It runs in a pod beside the program that does the work on the host: that one has no
# token, and this one has no rights on the host.
#
# Its inputs are variables: INPUTS, below. What it says, the last line of its log, is also in the file VERDICT_FILE, see
# turn/verdict.sh.
#
# Exit status: 0 ended by a signal; 2 an input is wrong.

set -eu
umask 022
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib/environment.sh"
clean_environment KUBECTL_
. "$here/lib/text.sh"
. "$here/lib/report.sh"
. "$here/lib/process.sh"
. "$here/lib/inputs.sh"
. "$here/node/kubectl.sh"
. "$here/node/control-plane.sh"
. "$here/node/run.sh"
. "$here/turn/nodes.sh"
. "$here/turn/cluster.sh"
. "$here/turn/gates.sh"
. "$here/turn/marks.sh"
. "$here/turn/verdict.sh"

INPUTS='
SELF                -             -       - name of this node
OPERATION           -             -       - id of the operation on it
TO                  -             -       - version of Kubernetes at which the nodes before this one are done
SERIES              -             -       - in place of TO, the schedule of which they have to do this run
FIRST               -             -       - control planes that must be done, with blanks between them
AHEAD               -             -       - nodes before this one, of which fewer than AT_ONCE may be undone
REPLACED            -             -       - of all these, nodes whose places others take: OLD=NEW
REPLACED_BY         -             -       - node that takes the place of this one
BEHIND              -             -       - nodes after it, which go first where their latest run is longer ago
AT_ONCE             1             nodes   - how many nodes may be under way at once
SETTLE              60            seconds - that a node must have been Ready
CONTROL             -             -       - ConfigMap by which people pause
AFTER_JOBS          -             -       - Jobs that must be complete
GATES               -             -       - what else must hold, a line for each, see turn/gates.sh
INTERVAL            5             seconds - between two looks
VERDICT_FILE        /turn/verdict -       - file for what is said
TERMINATION_MESSAGE /dev/termination-log - - file for the summary, one line of JSON
'

main() {
  local said=
  WORK=$(mktemp -d)
  on_signals ended
  step turn "$OPERATION on $SELF"
  check_inputs
  [ -n "${KUBECONFIG:-}" ] || use_token
  while :; do
    look
    publish
    if [ "$VERDICT" != "$said" ]; then say "$(told)"; fi
    said=$VERDICT
    pause "$INTERVAL" || :
  done
}

# use_token: kubectl takes the pod's token by itself only where it is given no option such as a time limit.
use_token() {
  local folder=/var/run/secrets/kubernetes.io/serviceaccount host="${KUBERNETES_SERVICE_HOST:-}"
  if [ ! -s "$folder/token" ] || [ -z "$host" ]; then
    refuse "there is no token in $folder, or no KUBERNETES_SERVICE_HOST" "run this in a pod with a service account"
  fi
  case $host in *:*) host="[$host]" ;; esac
  KUBECONFIG=$WORK/kubeconfig
  export KUBECONFIG
  cat >"$KUBECONFIG" <<CONFIG
apiVersion: v1
kind: Config
clusters:
- name: pod
  cluster: {server: "https://$host:${KUBERNETES_SERVICE_PORT:-443}", certificate-authority: $folder/ca.crt}
users: [{name: pod, user: {tokenFile: $folder/token}}]
contexts: [{name: pod, context: {cluster: pod, user: pod, namespace: $(cat "$folder/namespace")}}]
current-context: pod
CONFIG
}

# publish: whole or not at all.
publish() {
  { echo "$VERDICT" >"$VERDICT_FILE.draft" && mv "$VERDICT_FILE.draft" "$VERDICT_FILE"; } ||
    fail "the verdict can't be written to $VERDICT_FILE" "look at the volume of the pod"
}

# told: the verdict for people.
told() {
  case $VERDICT in
    may) echo "it is the turn of $SELF" ;;
    go*) echo "$SELF begins" ;;
    wait*) echo "$SELF waits for ${VERDICT#wait }" ;;
    *) echo "$SELF waits for ${VERDICT#* * }" ;;
  esac
}

ended() {
  rm -rf "$WORK"
  exit 0
}

take_inputs
main
