# shellcheck shell=sh
# abort.sh: what a person types when a replacement can't come to its end, as the others are lost, too.

by_hand_abort() {
  find_operation
  abort_operation end_replacement
}

# end_replacement: while nothing in the cluster is changed, all is put back. After that this machine has no member until
# the next one joins.
end_replacement() {
  case $(list_now) in back | left) return 0 ;; esac
  if [ ! -s "$RECORD/removing" ]; then
    keep_fact reason "a person has ended it at the step $(step_now)" && keep_fact fix "" && keep_fact at 'back put-back'
  elif has_come_to start-api; then
    refuse "the new member on $SELF has joined the others" \
      "let it end: it waits $FINISH_TIMEOUT s for the API server, and as long for all members"
  else
    keep_fact left-at "$(step_now)" && keep_fact at 'left leave'
  fi || fail "nothing can be recorded in $RECORD" "look at the space there, and type the same again"
}

# step_leave: what is stopped stays so, as etcd would begin an empty cluster.
step_leave() {
  local old="there was no old data" stopped=etcd
  stop_component etcd 5 && forget_joining || return 1
  if [ -s "$RECORD/kube-apiserver-stopped" ]; then
    keep_stopped kube-apiserver || return 1
    stopped="etcd kube-apiserver"
  fi
  leave_aside "$stopped" || return 1
  [ ! -d "$DATA_DIR/before-$OPERATION" ] || old="the old data is in $DATA_DIR/before-$OPERATION"
  conclude 1 left "a person has ended it at the step $(fact left-at): $SELF has no member any more, and these are stopped there: $stopped" \
    "replace the member by another --id, or restore a backup on $SELF: both take up what is stopped. $old"
}
