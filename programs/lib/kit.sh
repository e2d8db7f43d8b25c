# shellcheck shell=sh
# kit.sh: the kit, or the copy of one, from which a person starts an operation on a host. It runs as root, so it has to
# belong to root; it has been on a disk for months, so it has to be whole; and its tools have to run.
#
#   here   folder of the programs
#   WORK   folder for the output of commands

# check_kit: refuses a kit that others may have changed, or that is damaged, before anything else of it is used.
check_kit() {
  local room part fix
  set -- "$here"
  for part in "$here"/*.sh "$here/cluster.env" "$here/SHA256SUMS"; do [ ! -e "$part" ] || set -- "$@" "$part"; done
  for room in $(rooms) bin; do
    for part in "$here/$room" "$here/$room"/*; do [ ! -e "$part" ] || set -- "$@" "$part"; done
  done
  trusted_by_root "$@" || refuse_kit
  [ -f "$here/SHA256SUMS" ] || return 0
  part=$(changed_parts) || part="it can't be compared, is there space for temporary files?"
  [ -n "$part" ] || return 0
  fix="take another copy of it: from another machine, or see 'Without the kit' in break-glass.md"
  refuse "the kit in $here is not as it was written: $part" \
    "$fix. If you have changed it yourself: rm $(quoted "$here/SHA256SUMS")"
}

refuse_kit() {
  refuse "$UNTRUSTED: so others may have changed what root is to run here" \
    "look whether it is what you expect, then run a copy of your own: $(own_copy)"
}

own_copy() {
  local volume copy
  volume=$(dirname "$(dirname "$here")")
  # A new name, as cp would put the copy into a folder that exists.
  copy=/root/break-glass-$(date -u +%H%M%S)
  echo "cp -rL $(quoted "$here") $copy; cd $copy; export BACKUP_ROOT=$(quoted "$volume")"
}

# changed_parts: says what differs from SHA256SUMS. Of files that it doesn't list, only those count that could be run.
changed_parts() {
  local sums room part
  sums=$(mktemp) || return 1
  (
    cd "$here" || exit 1
    # Every line is checked, as sha256sum passes over a line that it can't read.
    if grep -qv '^[0-9a-f]\{64\}  [^ ]*$' SHA256SUMS; then echo "SHA256SUMS is changed"; fi
    sha256sum -c SHA256SUMS 2>/dev/null >"$sums" || :
    sed -n 's/: FAILED.*/ is changed or missing/p' "$sums"
    set -- *.sh cluster.env
    for room in $(rooms) bin; do set -- "$@" "$room"/*; done
    sed -i 's/: OK$//; s/: FAILED.*//' "$sums"
    for part in "$@"; do [ ! -e "$part" ] || echo "$part"; done | grep -vxF -f "$sums" | sed 's/$/ is no part of it/'
  ) | paste -s -d ',' - | sed 's/,/, /g'
  rm -f "$sums"
}

# find_tools: puts the tools on the PATH. They are in bin/, beside the program in a kit, or beside its folder where it
# was staged. Where they can't run, on a disk that is mounted noexec or has no modes, copies of them do.
find_tools() {
  local folder
  for folder in "$here/bin" "$here/../bin"; do
    [ -e "$folder/busybox" ] || continue
    "$folder/busybox" true 2>/dev/null || copy_tools "$folder"
    PATH=${TOOL_COPIES:-$folder}:$PATH
    return
  done
}

# copy_tools FOLDER: to where they can run: into memory (WORK), or into OPERATIONS where memory is noexec, too, as in
# Debian.
copy_tools() {
  local place why
  for place in "$WORK" "$OPERATIONS"; do
    if [ "$place" = "$OPERATIONS" ]; then
      make_operations_folder
      forget_dead_tools
    fi
    TOOL_COPIES=$place/.tools-$$
    if ! { mkdir -m 0700 "$TOOL_COPIES" && cp "$1"/* "$TOOL_COPIES/" && chmod 0700 "$TOOL_COPIES"/*; } 2>/dev/null; then
      rm -rf "$TOOL_COPIES"
      why="there is no space for 70 MB in $place"
      continue
    fi
    if why=$("$TOOL_COPIES/busybox" true 2>&1); then
      say "the tools in $1 can't be run there (is it mounted noexec?): running copies of them"
      return
    fi
    rm -rf "$TOOL_COPIES"
  done
  TOOL_COPIES=
  refuse "the tools in $1 can't be run, and neither can copies of them in $WORK and $OPERATIONS: $why" \
    "$(remount). If it isn't mounted noexec: is the kit of another kind of machine ($(uname -m))?"
}

# forget_dead_tools: removes copies that a killed run has left.
forget_dead_tools() {
  local left
  for left in "$OPERATIONS"/.tools-*; do
    [ ! -d "$left" ] || kill -0 "${left##*-}" 2>/dev/null || rm -rf "$left"
  done
}

TOOL_COPIES=
