# shellcheck shell=sh
# all.sh: this whole room.

. "$here/node/kubectl.sh"
. "$here/node/api.sh"
. "$here/node/control-plane.sh"
. "$here/node/role.sh"
. "$here/node/events.sh"
. "$here/node/ending.sh"
. "$here/node/etcd.sh"
. "$here/node/run.sh"
. "$here/node/marks.sh"
. "$here/node/turn.sh"
. "$here/node/drain.sh"
. "$here/node/abort.sh"
