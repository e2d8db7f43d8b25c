# shellcheck shell=sh
# turn.sh NAME: has its turn in a pod of several parts, and writes down what it finds.
set -eu
here=${0%/*}
# shellcheck source=/dev/null
. "$here/turn-lib.sh"

[ "$1" != "${FAILING:-}" ] || { echo "$1 fails" >&2; exit 2; }
echo "$1 user=$(id -u) token=$(readable /var/run/secrets/kubernetes.io/serviceaccount/token) scratch=$(readable /tmp/found) tool=$(answer)" >"/shared/$(find /shared -type f | wc -l)"
echo "$1" >/tmp/found
cat /shared/*
