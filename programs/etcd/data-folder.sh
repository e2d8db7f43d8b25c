# shellcheck shell=sh
# data-folder.sh: finds, checks and makes etcd's data folder on this host, and sets its data aside. Nothing in it is
# ever deleted or overwritten.
#
#   DATA_DIR        the folder, once it is known
#   DATA_MAY_MISS   if set, it need not be there: see make_data_folder

# data_folder: its real path on this host. With DATA_MAY_MISS, one that isn't there is accepted.
data_folder() {
  local told given below
  told=$(setting etcd data-dir)
  case $told in
    /*) ;;
    *) not_understood "etcd's --data-dir is '$told', and no absolute path" "give etcd an absolute --data-dir" ;;
  esac
  below=$(told=${told%/} awk -F "$TAB" '
    $1 == "mount" && index($2, ENVIRON["told"] "/") == 1 { print $2 }' "$RECORD/etcd.pod")
  [ -z "$below" ] ||
    not_understood "a volume is mounted at $below, below etcd's data folder: the two can't be swapped together" \
      "have all of $told on one volume, or do this by hand"
  given=$(host_path etcd "$told") ||
    not_understood "etcd's data folder $told is on no volume of the host" \
      "mount a folder of the host there, by hostPath, or do this by hand"
  if [ ! -d "$given" ] && [ -n "${DATA_MAY_MISS:-}" ]; then
    readlink -f "$given" || echo "$given"
  else
    { cd -P "$given" && pwd -P; } 2>/dev/null || not_understood "the data folder $given is not there" "check the disk"
  fi
}

# make_data_folder: makes a folder without data as etcd needs it: its user's alone. A disk that was just mounted is open
# to others, and so is a folder that the kubelet makes.
make_data_folder() {
  mkdir -p "$DATA_DIR" || return 1
  [ ! -d "$DATA_DIR/member" ] || return 0
  chown "$(user_of etcd)" "$DATA_DIR" && chmod 0700 "$DATA_DIR" && sync "$DATA_DIR"
}

# absent_disk: where a disk should be mounted for the data, and none is: by /etc/fstab, by a mount unit of systemd, or
# because there was one when this operation began. Status 1: systemd does not say which units it has.
absent_disk() {
  local place
  systemctl show --property Where --property LoadState '*.mount' >"$WORK/mount-units" 2>"$WORK/errors" || return 1
  {
    awk '$1 !~ /^#/ { print $2 }' /etc/fstab
    # A unit that is only named by others is not loaded, and mounts nothing.
    awk -v RS= '/LoadState=loaded/' "$WORK/mount-units" | sed -n 's/ /\\040/g; s/^Where=//p'
    fact data-disk
  } 2>/dev/null | places_above_data | while read -r place; do
    grep -qF " $place " /proc/self/mounts || echo "$place"
  done
}

# places_above_data: those of the places on standard input that the data folder is in, but not /. In tables of mounts a
# blank is \040.
places_above_data() {
  data=$(printf '%s' "$DATA_DIR/" | sed 's/ /\\040/g') awk '
    { sub(/\/+$/, "") }
    $0 != "" && index(ENVIRON["data"], $0 "/") == 1 && !seen[$0]++'
}

# check_data_folder: refuses data that can't be renamed in one step. It remembers what there is: after a boot without
# its disk a data folder looks like a new one.
check_data_folder() {
  local absent
  absent=$(absent_disk) ||
    give_up "systemd does not say which disks should be mounted: $(tail -n 1 "$WORK/errors")" \
      "see that it answers: systemctl show '*.mount'. Then try again"
  absent=$(echo "$absent" | joined)
  [ "$absent" = none ] ||
    give_up "a disk should be mounted at $absent, by /etc/fstab or a mount unit, and none is" \
      "mount it, or take it out of /etc/fstab (systemctl status $absent)"
  [ -z "$(setting etcd wal-dir)" ] ||
    give_up "etcd has a write-ahead log of its own, --wal-dir $(setting etcd wal-dir), which can't be swapped together with the data" "put the log into the data folder, or do this by hand"
  [ ! -L "$DATA_DIR/member" ] ||
    give_up "$DATA_DIR/member is a link" "put the data where etcd's --data-dir says, or do this by hand"
  local below
  below=$(data=$(printf '%s' "$DATA_DIR" | sed 's/ /\\040/g') awk '
    index($2, ENVIRON["data"] "/") == 1 { print $2 }' /proc/self/mounts)
  [ -z "$below" ] ||
    give_up "something is mounted below etcd's data folder, which can't be renamed: $below" \
      "mount the disk at $DATA_DIR, or do this by hand"
  remember_data
}

# remember_data: whether there is any, and where the disk that it is on is mounted.
remember_data() {
  [ ! -s "$RECORD/old-data" ] || return 0
  keep_fact data-disk "$(awk '{ print $2 }' /proc/self/mounts | places_above_data | sort | tail -n 1)" || return 1
  if [ -d "$DATA_DIR/member" ]; then keep_fact old-data yes; else keep_fact old-data none; fi
}

# data_is_here: whether the data that this operation has found is still there, in its place or set aside. On an empty
# folder etcd would begin a cluster of its own, and the data would serve again when its disk is back.
data_is_here() {
  if [ "$(fact old-data)" != yes ] || [ -d "$DATA_DIR/member" ] || [ -d "$DATA_DIR/before-$OPERATION/member" ]; then
    return 0
  fi
  say_once "etcd's data was in $DATA_DIR, and is not there any more: mount its disk. Only if that data is gone for good: echo none >$(quoted "$RECORD/old-data")"
  return 1
}

# refuse_used_id: what was set aside by this id before would be taken for this operation's.
refuse_used_id() {
  local aside="$DATA_DIR/before-${OPERATION%.dry-run}"
  [ ! -e "$aside" ] || give_up "$aside is there: this id was used before" "choose another id"
}

# set_data_aside LABEL: renames the data to LABEL/member beside it. It is never deleted, and never overwritten. The
# record says that it was this operation.
set_data_aside() {
  [ -d "$DATA_DIR/member" ] || {
    data_is_here
    return
  }
  if [ -e "$DATA_DIR/$1/member" ]; then
    say_once "$DATA_DIR/$1/member is there already, and is not overwritten: look at it, and move one of the two away"
    return 1
  fi
  keep_fact "$1" yes && mkdir -p "$DATA_DIR/$1" && mv "$DATA_DIR/member" "$DATA_DIR/$1/member" &&
    sync "$DATA_DIR/$1" "$DATA_DIR"
}

# abandon_data: sets aside data that this operation has made or received, whatever was set aside before.
abandon_data() {
  local aside="$DATA_DIR/abandoned-$OPERATION"
  [ -d "$DATA_DIR/member" ] || return 0
  [ ! -e "$aside/member" ] || aside=$aside-$(date +%s)
  mkdir -p "$aside" && mv "$DATA_DIR/member" "$aside/member" && sync "$DATA_DIR"
}

# need_space_for_database BYTES WHAT: a fifth more than it has now, as it may grow meanwhile.
need_space_for_database() {
  need_space "$DATA_DIR" $(($1 * 12 / 10 / 1024)) "$2"
}
