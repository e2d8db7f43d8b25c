# shellcheck shell=sh
# all.sh: this whole room.

. "$here/host/proc.sh"
. "$here/host/settings.sh"
. "$here/host/running.sh"
. "$here/host/api-server.sh"
. "$here/host/kubelet.sh"
. "$here/host/own-tools.sh"
. "$here/host/components.sh"
. "$here/host/left-aside.sh"
