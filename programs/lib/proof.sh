# shellcheck shell=sh
# proof.sh: that this machine's etcd serves what it should, by what can't be so otherwise.
#
#   unproved   why it isn't proved, or not yet

# shellcheck disable=SC2034 # unproved: for those who tell it
# proves_member CLUSTER FLOOR: etcd on this machine serves the cluster with this id, has at least this revision, and serves from the
# folder in which this restore has put its data.
proves_member() {
  local pid
  pid=$(serving etcd) || { unproved="etcd does not serve on $SELF" && return 1; }
  ask "$LOCAL_URL" 5 get "$MARKS" --write-out=json || { unproved="etcd on $SELF does not answer: $(reason 5)" && return 1; }
  if [ "$(json_number cluster_id <"$WORK/answer")" != "$1" ]; then
    unproved="etcd on $SELF serves the cluster $(json_number cluster_id <"$WORK/answer"), and the restored one is $1"
    return 2
  fi
  if [ "$(json_number revision <"$WORK/answer")" -lt "$2" ]; then
    unproved="etcd on $SELF is at revision $(json_number revision <"$WORK/answer"), and the restored one began at $2"
    return 2
  fi
  has_open "$pid" "$DATA_DIR/member/snap/db" || { unproved="etcd on $SELF (process $pid) does not have $DATA_DIR/member/snap/db open" && return 2; }
}

