# shellcheck shell=sh
# disk.sh: how much space there is.

# free_kib FOLDER: the free KiB there. If they can't be told it prints nothing, says why on standard error, and returns
# 1. By stat, since df shifts its columns when the name of a share or a folder has a blank.
free_kib() {
  local folder facts number
  folder=$1
  # Blocks, free blocks, and the size of one.
  facts=$(stat -f -c '%b %a %S' "$folder") || return 1
  # shellcheck disable=SC2086 # three words
  set -- $facts
  for number in "$#" "$@"; do
    case $#:$number in
      3:????????????????????* | 3:*[!0-9]* | 3: | [!3]:*) echo "stat says '$facts' of $folder" >&2 && return 1 ;;
    esac
  done
  # Some file systems, such as some in user space, don't count and say 0: that is no answer.
  if [ "$1" -eq 0 ] || [ "$3" -eq 0 ]; then
    echo "the file system of $folder doesn't tell its size" >&2
    return 1
  fi
  # Not in bytes: a network file system without a limit says that it has 2 to the 63rd of them.
  if [ "$3" -ge 1024 ]; then
    echo $(($2 * ($3 / 1024)))
  else
    echo $(($2 / (1024 / $3)))
  fi
}

# need_space FOLDER KIBIBYTES WHAT
need_space() {
  local free
  free=$(free_kib "$1") || give_up "the free space in $1 can't be told" "look at it: stat -f $1"
  [ "${free:-0}" -gt "$2" ] || give_up "$1 has $free KiB free, and $3 needs $2 KiB" "free space there"
}

# need_space_for_record: nothing may begin where nothing can be recorded.
need_space_for_record() {
  need_space "$RECORD" 16384 "the record of this operation"
}
