# shellcheck shell=sh
# all.sh: this whole room.

. "$here/packages/key.sh"
. "$here/packages/source.sh"
. "$here/packages/apt-source.sh"
. "$here/packages/apt.sh"
. "$here/packages/dnf-source.sh"
. "$here/packages/dnf.sh"
. "$here/packages/manager.sh"
. "$here/packages/updates.sh"
. "$here/packages/apt-updates.sh"
