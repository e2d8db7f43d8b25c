# shellcheck shell=sh
# trust.sh: whether only root can have written a file, as sshd asks of its own files. Anybody else who could write what
# root runs or restores would be root, or the restored cluster's administrator.

LINE_BREAK='
'

# What the last trusted_by_root found wrong, and the commands that mend it, if they can be proposed.
UNTRUSTED=
TRUST_FIX=

# trusted_by_root PATH...: each file itself, by its real path, and every folder above it up to / belong to root, and
# neither group nor others may write there. A sticky folder such as /tmp is not accepted: anybody may put folders there.
# A few processes look at all of them: a kit has a hundred files, and each process more is time in which the cluster is
# down.
# shellcheck disable=SC2034 # both: callers print them
trusted_by_root() {
  local at wanted facts line mode found owners writers shared
  TRUST_FIX=
  for at in "$@"; do
    UNTRUSTED="$at is not there"
    [ -e "$at" ] || return 1
  done
  UNTRUSTED="the owner of one of these can't be told: $*"
  wanted=$(realpath "$@") || return 1
  # A line break in a name would look like another file.
  [ "$(echo "$wanted" | wc -l)" -eq $# ] || return 1
  wanted=$(echo "$wanted" | with_folders_above)
  # shellcheck disable=SC2086 # a word a line
  facts=$(set -f && IFS=$LINE_BREAK && stat -c '%u %a %n' $wanted) || return 1
  [ "$(echo "$facts" | wc -l)" -eq "$(echo "$wanted" | wc -l)" ] || return 1
  # The last two digits are for group and others; 2, 3, 6 and 7 allow to write.
  facts=$(echo "$facts" | grep -v '^0 [0-7]*[0145][0145] ') || return 0
  found='' owners='' writers='' shared=''
  while read -r line; do
    at=${line#* * }
    mode=${line#* } mode=${mode%% *}
    case $line in
      '0 '*) ;;
      *) owners=$(plus "$owners" "$at") found=${found:-"$at belongs to user ${line%% *}, and not to root"} ;;
    esac
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

# with_folders_above: each path, and the folders above it up to /, once.
with_folders_above() {
  awk '
    function tell(path) { if (!(path in told)) { told[path]; print path } }
    { for (path = $0; path ~ "/."; sub("/[^/]*$", "", path)) tell(path); tell("/") }'
}

# plus LIST PATH: the list, with the path in it once.
plus() {
  case "$1 " in
    *" $(quoted "$2") "*) printf '%s' "$1" ;;
    *) printf '%s %s' "$1" "$(quoted "$2")" ;;
  esac
}
