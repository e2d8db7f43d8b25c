# shellcheck shell=sh
# lock.sh: the lock of this host's operations.
#
#   OPERATIONS   folder of all records

# LOCKED: set while this shell has it.
LOCKED=

# lock_operations: one shell at a time begins an operation on this host, takes its place, or aborts it.
lock_operations() {
  [ -z "$LOCKED" ] || return 0
  make_operations_folder || return 1
  exec 8>>"$OPERATIONS/.lock" || return 1
  flock -n 8 || {
    say "another operation is being begun on this machine: waiting for that"
    flock 8 || return 1
  }
  LOCKED=yes
}

unlock_operations() {
  exec 8>&-
  LOCKED=
}
