# shellcheck shell=sh
# trust.sh: whether only root can have written a file, as sshd asks of its own files. Anybody else who could write what
# root runs or restores would be root, or the restored cluster's administrator.

# What the last trusted_by_root found wrong, and the commands that mend it, if they can be proposed.
UNTRUSTED=
TRUST_FIX=

# trusted_by_root PATH...: each file itself, by its real path, and every folder above it up to / belong to root, and
# neither group nor others may write there. A sticky folder such as /tmp is not accepted: anybody may put folders there.
# One stat looks at all of them: a kit has sixty files, and each process more is time in which the cluster is down.
# shellcheck disable=SC2034 # both: callers print them
trusted_by_root() {
  local left at above facts line mode found owners writers shared
  TRUST_FIX=
  # No path: that of a file right below / is empty.
  left=$# above=none
  # Each path at the front goes, and its real one comes to the end, with the folders above it.
  while [ "$left" -gt 0 ]; do
    UNTRUSTED="$1 is not there"
    at=$(readlink -f "$1") || at=
    [ -e "$at" ] || return 1
    left=$((left - 1))
    shift
    set -- "$@" "$at"
    [ "${at%/*}" != "$above" ] || continue
    above=${at%/*}
    until [ "$at" = / ]; do
      at=${at%/*}
      set -- "$@" "${at:=/}"
    done
  done
  UNTRUSTED="the owner of one of these can't be told: $*"
  facts=$(stat -c '%u %a %n' "$@") || return 1
  # A line break in a name could look like a line for another file.
  [ "$(echo "$facts" | wc -l)" -eq $# ] || return 1
  found='' owners='' writers='' shared=''
  while read -r line; do
    at=${line#* * }
    mode=${line#* } mode=${mode%% *}
    case $line in
      '0 '*) ;;
      *) owners=$(plus "$owners" "$at") found=${found:-"$at belongs to user ${line%% *}, and not to root"} ;;
    esac
    # The last two digits are for group and others; 2, 3, 6 and 7 allow to write.
    case $mode in
      *[2367] | *[2367]?) writers=$(plus "$writers" "$at") found=${found:-"$at can be written by others than root"} ;;
    esac
    # A sticky folder is open to everybody on purpose: no chmod is proposed for it.
    case $mode in
      [1357]???) shared=yes ;;
    esac
  done <<EOF
$facts
EOF
  UNTRUSTED=$found
  [ -n "$shared" ] || TRUST_FIX="${owners:+chown 0:0$owners}${owners:+${writers:+; }}${writers:+chmod go-w$writers}"
  [ -z "$found" ]
}

# plus LIST PATH: the list, with the path in it once.
plus() {
  case "$1 " in
    *" $(quoted "$2") "*) printf '%s' "$1" ;;
    *) printf '%s %s' "$1" "$(quoted "$2")" ;;
  esac
}
