# shellcheck shell=sh
# bump.sh: how far the restored cluster's revisions begin above those of the old one. To controllers, revisions must
# never go backwards.

# latest_revision: the old cluster's, from any member that answers, with or without a quorum, else from the data here.
# Empty if neither can be read.
latest_revision() {
  if ask_old get "$MARKS" --consistency=s --write-out=json || status_of_data; then
    json_number revision <"$WORK/answer"
  fi
}

# status_of_data: a running etcd has its database locked, and a tool that opens it waits until etcd ends: so the lock is
# tried first.
status_of_data() {
  local database
  database=$DATA_DIR/member/snap/db
  [ -f "$database" ] && flock -n -s "$database" true &&
    run 60 "$OFFLINE" snapshot status "$database" --write-out=json >"$WORK/answer" 2>"$WORK/errors"
}

# bump_over REVISION: the bump with which revisions only grow, even if the old cluster was itself restored and bumped
# after the backup was taken.
bump_over() {
  local ahead
  if [ -z "$1" ]; then
    echo $((BUMP * 10))
    return
  fi
  ahead=$(($1 - $(fact revision)))
  [ "$ahead" -gt 0 ] || ahead=0
  echo $((BUMP + ahead))
}
