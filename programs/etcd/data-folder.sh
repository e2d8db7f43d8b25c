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

# absent_disk: where /etc/fstab mounts the data's disk, if it isn't mounted.
absent_disk() {
  local place
  awk -v data="$DATA_DIR" '$1 !~ /^#/ && $2 != "/" && index(data "/", $2 "/") == 1 { print $2 }' /etc/fstab |
    while read -r place; do
      grep -q " $place " /proc/self/mounts || echo "$place"
    done
}

# check_data_folder: refuses data that can't be renamed in one step.
check_data_folder() {
  local absent
  absent=$(absent_disk)
  [ -z "$absent" ] ||
    give_up "$absent is where /etc/fstab mounts a disk, and none is mounted" "mount it, or take it out of /etc/fstab"
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
}

# set_data_aside LABEL: renames the data to LABEL/member beside it. It is never deleted, and never overwritten.
set_data_aside() {
  [ -d "$DATA_DIR/member" ] || return 0
  if [ -e "$DATA_DIR/$1/member" ]; then
    say_once "$DATA_DIR/$1/member is there already, and is not overwritten: look at it, and move one of the two away"
    return 1
  fi
  mkdir -p "$DATA_DIR/$1" && mv "$DATA_DIR/member" "$DATA_DIR/$1/member" && sync "$DATA_DIR/$1" "$DATA_DIR"
}

# need_space_for_database BYTES WHAT: a fifth more than it has now, as it may grow meanwhile.
need_space_for_database() {
  need_space "$DATA_DIR" $(($1 * 12 / 10 / 1024)) "$2"
}
