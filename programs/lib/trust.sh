# shellcheck shell=sh
# trust.sh: whether only root can have written a file, as sshd asks of its own files. Anybody else who could write what
# root runs or restores would be root, or the restored cluster's administrator.

# What the last trusted_by_root found wrong, and the commands that mend it, if they can be proposed.
UNTRUSTED=
TRUST_FIX=

# trusted_by_root PATH: the file itself, by its real path, and every folder above it up to / belong to root, and neither
# group nor others may write there. A sticky folder such as /tmp is not accepted: anybody may put a folder there.
# shellcheck disable=SC2034 # both: callers print them
trusted_by_root() {
  local at facts found owners writers shared
  UNTRUSTED="$1 is not there" TRUST_FIX=
  at=$(readlink -f "$1") || at=
  [ -e "$at" ] || return 1
  found='' owners='' writers='' shared=''
  while :; do
    UNTRUSTED="the owner of $at can't be told"
    facts=$(stat -c '%u %a' "$at") || return 1
    case $facts in
      '0 '*) ;;
      *) owners="$owners $(quoted "$at")" found=${found:-"$at belongs to user ${facts% *}, and not to root"} ;;
    esac
    # The mode's last two digits are for group and others; 2, 3, 6 and 7 allow to write.
    case $facts in
      *[2367] | *[2367]?) writers="$writers $(quoted "$at")" found=${found:-"$at can be written by others than root"} ;;
    esac
    # A sticky folder is open to everybody on purpose: no chmod is proposed for it.
    case $facts in
      *' '[1357]???) shared=yes ;;
    esac
    [ "$at" != / ] || break
    at=$(dirname "$at")
  done
  UNTRUSTED=$found
  [ -n "$shared" ] || TRUST_FIX="${owners:+chown 0:0$owners}${owners:+${writers:+; }}${writers:+chmod go-w$writers}"
  [ -z "$found" ]
}
