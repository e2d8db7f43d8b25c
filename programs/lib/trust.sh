# shellcheck shell=sh
# trust.sh: whether a file is root's alone, as sshd asks it of its own files. Whoever else could have written what root
# runs or restores would be root, or the restored cluster's administrator.

# What the last trusted_by_root found, and what makes it good, if it can be proposed.
UNTRUSTED=
TRUST_FIX=

# trusted_by_root PATH: the file itself, by its real path, and every folder above it up to / belong to root, and neither
# group nor others may write there. A sticky folder such as /tmp doesn't help: anybody may put a folder there.
# shellcheck disable=SC2034 # both: for those who tell it
trusted_by_root() {
  local at facts found owners writers shared
  UNTRUSTED="$1 is not there" TRUST_FIX=
  at=$(readlink -f "$1") || at=
  [ -e "$at" ] || return 1
  found='' owners='' writers='' shared=''
  while :; do
    UNTRUSTED="whose $at is can't be told"
    facts=$(stat -c '%u %a' "$at") || return 1
    case $facts in
      '0 '*) ;;
      *) owners="$owners $(quoted "$at")" found=${found:-"$at belongs to user ${facts% *}, and not to root"} ;;
    esac
    # The last two digits are those of group and others, and 2 is in 2, 3, 6 and 7.
    case $facts in
      *[2367] | *[2367]?) writers="$writers $(quoted "$at")" found=${found:-"$at can be written by others than root"} ;;
    esac
    # A sticky folder is everybody's on purpose.
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
