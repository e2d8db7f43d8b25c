# shellcheck shell=sh
# proof.sh: proves that this machine's etcd serves what it should, by facts that nothing else could bring about.
#
#   UNPROVED   why it isn't proved, or not yet

# at_least NUMBER NUMBER: whether the first is at least the second. What isn't a number proves nothing.
at_least() {
  [ "${1:-none}" -ge "${2:-none}" ] 2>/dev/null
}

# shellcheck disable=SC2034 # UNPROVED: callers print it
# proves_member CLUSTER FLOOR: etcd on this machine serves the cluster with this id, has at least this revision, and
# serves from the folder in which its data has to be. Status 1: not proved yet; 2: disproved.
proves_member() {
  local pid status=0 cluster revision
  pid=$(serving etcd) || status=$?
  case $status in
    0) ;;
    2) UNPROVED=$(served_by_another etcd) && return 1 ;;
    *) UNPROVED="etcd does not serve on $SELF" && return 1 ;;
  esac
  ask "$LOCAL_URL" 5 get / --write-out=json || { UNPROVED="etcd on $SELF does not answer: $(reason 5)" && return 1; }
  cluster=$(json_number cluster_id <"$WORK/answer")
  revision=$(json_number revision <"$WORK/answer")
  if [ "$cluster" != "$1" ]; then
    UNPROVED="etcd on $SELF serves the cluster ${cluster:-unknown}, and not $1"
    return 2
  fi
  if ! at_least "$revision" "$2"; then
    UNPROVED="etcd on $SELF is at revision ${revision:-unknown}, and it has to be at $2 or above"
    return 2
  fi
  if ! has_open "$pid" "$DATA_DIR/member/snap/db"; then
    UNPROVED="etcd on $SELF (process $pid) does not have $DATA_DIR/member/snap/db open"
    return 2
  fi
}
