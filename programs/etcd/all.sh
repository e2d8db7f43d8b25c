# shellcheck shell=sh
# all.sh: this whole room.

. "$here/etcd/tools.sh"
. "$here/etcd/data-folder.sh"
. "$here/etcd/machine.sh"
. "$here/etcd/membership.sh"
. "$here/etcd/joining.sh"
. "$here/etcd/proof.sh"
. "$here/etcd/mark.sh"
