# shellcheck shell=sh
# backups.sh: the backups on a volume, the on-disk contract.
#
#   BACKUP_ROOT   folder where the volume is mounted
#   CLUSTER       name of the cluster, which is the folder's name on the volume
#
#   <CLUSTER>/20261121T101501Z-r960/      one backup; a folder has such a name only when it is complete
#               .incomplete-<time>/      being written
#               .trash-<name>/           being deleted
#               .lock                    one writer at a time

# make_folder: makes the cluster's folder, if there is none yet.
make_folder() {
  [ -d "$BACKUP_ROOT" ] || fail "$BACKUP_ROOT is not a folder" "check that the volume is mounted there"
  if [ ! -e "$BACKUP_ROOT/$CLUSTER" ] && [ ! -L "$BACKUP_ROOT/$CLUSTER" ]; then
    mkdir -m 0700 "$BACKUP_ROOT/$CLUSTER" 2>"$WORK/errors" ||
      fail "can't write to the volume: $(tail -n 1 "$WORK/errors")" \
        "make the volume writable for user $(id -u), which has no capabilities: check read-only mounts and the owner of its top folder"
  fi
}

# enter_folder: goes into the cluster's folder. All later paths are relative to it, so whatever happens to the path
# above, nothing is written elsewhere.
enter_folder() {
  local root
  [ ! -L "$BACKUP_ROOT/$CLUSTER" ] ||
    fail "$CLUSTER on the volume is a link" "remove the link: backups are written into a real folder only"
  if ! { root=$(cd -P "$BACKUP_ROOT" && pwd -P) && cd -P "$BACKUP_ROOT/$CLUSTER" &&
    [ "$(pwd -P)" = "${root%/}/$CLUSTER" ]; } 2>/dev/null; then
    fail "$CLUSTER on the volume is not a folder that user $(id -u) can enter" \
      "remove what stands in its place, or give it to user $(id -u)"
  fi
}

# own_folder: only its owner may read and write in it, whatever the volume's mode.
own_folder() {
  chmod 0700 . 2>"$WORK/errors" ||
    fail "can't set the mode of the folder $CLUSTER: $(tail -n 1 "$WORK/errors")" \
      "make the volume writable, and give the folder to user $(id -u)"
}

# lock_folder SECONDS: waits at most that long for another run in this folder to end.
lock_folder() {
  local waited
  if [ -L .lock ] || { [ -e .lock ] && [ ! -f .lock ]; }; then
    fail ".lock on the volume is not a plain file" "remove it: this program makes its own"
  fi
  (: >>.lock) 2>"$WORK/errors" ||
    fail "can't write to the volume: $(tail -n 1 "$WORK/errors")" "make the volume writable, or free space on it"
  exec 9>>.lock
  waited=0
  until flock -n 9; do
    [ "$waited" -gt 0 ] || say "another run is writing here, waiting for it"
    [ "$waited" -lt "$1" ] ||
      fail "another run still holds the lock after $1 s" \
        "let it end, or end it; if there is none, the volume's file system has no locks (flock)"
    pause 1
    waited=$((waited + 1))
  done
}

# is_backup_name NAME: whether this is the name of a complete backup.
is_backup_name() {
  case ${1%%-r*} in
    [0-9][0-9][0-9][0-9][01][0-9][0-3][0-9]T[0-2][0-9][0-5][0-9][0-6][0-9]Z) ;;
    *) return 1 ;;
  esac
  case ${1#*-r} in
    '' | *[!0-9]*) return 1 ;;
  esac
}

# is_own_folder NAME: a real folder, not a link that somebody planted.
is_own_folder() {
  [ -d "$1" ] && [ ! -L "$1" ]
}

# list_backups: a line `NAME STATE HISTORY` for each backup. It is damaged if its snapshot is not there with the size
# that was recorded. HISTORY (see which-cluster.sh) is missing if no etcd cluster was recorded. All sizes are asked at
# once: with thousands of backups, a process for each would take seconds.
list_backups() {
  local history name number recorded
  for name in [0-9]*; do
    is_backup_name "$name" || continue
    is_own_folder "$name" || continue
    recorded=
    if [ -f "$name/backup.json" ]; then read -r recorded <"$name/backup.json" || :; fi
    case $recorded in
      *'"clusterId":"'[0-9]*) history=${recorded#*'"clusterId":"'} history=${history%%[!0-9]*} ;;
      *) history= ;;
    esac
    case $history,$recorded in
      [0-9]*'"history":'[0-9]*) number=${recorded#*'"history":'} history=$history.${number%%[!0-9]*} ;;
    esac
    case $recorded in
      *'"sizeBytes":'[0-9]*) recorded=${recorded#*'"sizeBytes":'} recorded=${recorded%%[!0-9]*} ;;
      *) recorded=unknown ;;
    esac
    echo "$name/snapshot.db $recorded $history"
  done >"$WORK/recorded" || return 1
  cut -d' ' -f1 "$WORK/recorded" | xargs stat -c '%n %s %F' >"$WORK/sizes" 2>/dev/null || :
  awk 'FILENAME == ARGV[1] { if ($3 == "regular") size[$1] = $2; next }
    {
      name = $1; sub("/.*", "", name)
      print name, ($1 in size && size[$1] == $2 ? "complete" : "damaged") ($3 != "" ? " " $3 : "")
    }' "$WORK/sizes" "$WORK/recorded"
}

# sweep_folder: removes what a dead run left, and nothing with a name that this program doesn't give.
sweep_folder() {
  local name
  for name in .incomplete-* .trash-*; do
    case $name in
      .incomplete-*) is_backup_name "${name#.incomplete-}-r0" || continue ;;
      .trash-*) is_backup_name "${name#.trash-}" || continue ;;
    esac
    is_own_folder "$name" || continue
    say "removing $name, left by a run that died"
    rm -rf "./$name" 2>"$WORK/errors" || say "warning: $name can't be removed: $(tail -n 1 "$WORK/errors")"
  done
}

# delete_backup NAME: renamed first, so that half a backup never looks whole.
delete_backup() {
  mv "$1" ".trash-$1" && rm -rf "./.trash-$1"
}

# checksum_of FILE: the SHA-256 in the file's last 32 bytes, if it matches the content; otherwise nothing, and status 1.
# `snapshot status` does not look at it.
checksum_of() {
  local content size trailer
  size=$(stat -c %s "$1" 2>/dev/null) || return 1
  # Pages, of 512 bytes or a multiple, then 32 bytes of SHA-256.
  [ "$size" -gt 32 ] && [ $((size % 512)) -eq 32 ] || return 1
  content=$(dd if="$1" bs=16384 count=$((size - 32)) iflag=count_bytes 2>/dev/null | sha256sum | cut -d' ' -f1)
  trailer=$(tail -c 32 "$1" | od -An -v -tx1 | tr -d ' \n')
  [ "$content" = "$trailer" ] || return 1
  echo "$content"
}
