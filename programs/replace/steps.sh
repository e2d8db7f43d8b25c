# shellcheck shell=sh
# steps.sh: how a member is replaced, one function for each step, in this order. Before `remove` nothing in the cluster
# is changed, and a step may give up (give_up); from `remove` on it goes forward.
#
#   SELF, MEMBERS, DEAD_FOR, READY_TIMEOUT, FINISH_TIMEOUT   see replace-member.sh

STEPS='
  member  before:   check stop-etcd stop-api
  member  removed:  remove set-aside add-learner start-etcd promote start-api restart finish

  back    back:     put-back
  left    back:     leave
'

# --- before the member is removed: nothing is lost by giving up

step_check() {
  take_up_left_aside && read_machine || return 1
  rehearse_join
  need_space_for_record
  check_data_folder || return 1
  refuse_used_id
  check_dead || return 1
  check_quorum || return 1
  check_stale
  check_disk || return 1
  keep_fact checked yes
}

# First of all: a kubelet that is restarted, for whatever reason, would start etcd again, on a folder that is empty now.
step_stop_etcd() {
  stop_or_give_up etcd 5 \
    "a disk that does not answer holds it: reboot the machine, then replace the member by another id"
}

# An API server that has only this etcd can't serve. While it hangs, so does the kubelet, which asks it about every pod
# that it starts. And it must see nothing of what a stranger (check_dead) served.
step_stop_api() {
  has_api || return 0
  if api_knows_others && [ -z "$(fact stranger)" ]; then return 0; fi
  stop_or_give_up kube-apiserver 1 "$LOOK_AT_PROCESS"
}

# A request that was sent may take effect later, whatever the sender knows: from then on there is no way back.
step_remove() {
  local member stale
  [ -s "$RECORD/removing" ] || check_quorum || return 1
  if ! reach || ! members >"$WORK/members"; then
    say_once "the others can't be asked: $(reason 5)"
    return 1
  fi
  stale=$(stale_members)
  [ -s "$RECORD/removing" ] || [ -z "$stale" ] || refuse_living "$stale"
  [ -s "$RECORD/removing" ] || keep_fact removing "${stale:-none}" || return 1
  for member in $stale; do
    ask "$VIA" 10 member remove "$member" || {
      say_once "not removed yet: $(reason 10)"
      return 1
    }
    say "member $member is removed"
  done
}

# --- after it was removed: forward, whatever happens

step_set_aside() {
  keep_stopped etcd && not_joining_yet || return 1
  set_data_aside "before-$OPERATION" && make_data_folder
}

step_add_learner() {
  if ! reach || ! add_learner; then
    say_once "not added yet: $(why_not_yet "the members are still taking up one before it")"
    return 1
  fi
  failpoint added || return 1
}

step_start_etcd() {
  if ! reach || ! start_joining; then
    say_once "etcd can't be told whom to join yet: $(reason 5)"
    return 1
  fi
}

step_promote() {
  local why
  if ! reach || ! promote; then
    why=$(why_not_yet "this member still receives the data")
    [ -z "$VIA" ] || { rejoin_if_removed add-learner && retell_if_changed && rejoin_if_stray add-learner; } || return 1
    say_once "not in sync yet: $why. What etcd itself says is in /var/log/pods/kube-system_etcd-*, or journalctl -u $ETCD_UNIT"
    return 1
  fi
}

step_start_api() {
  [ -s "$RECORD/kube-apiserver-stopped" ] || return 0
  start_component kube-apiserver || return 1
  if api_ready; then return 0; fi
  say_once "the API server is not ready yet, trying again: $API_SAYS"
  overdue api "$FINISH_TIMEOUT"
}

step_restart() {
  [ ! -s "$RECORD/kube-apiserver-stopped" ] || restart_control_plane
}

step_finish() {
  local fix voters
  forget_joining || return 1
  reach && members >"$WORK/members" || return 1
  fix="the old data is in $DATA_DIR/before-$OPERATION: delete it when you are sure"
  [ -d "$DATA_DIR/before-$OPERATION" ] || fix="there was no old data"
  voters=$(grep -c ' voter$' "$WORK/members" || :)
  # shellcheck disable=SC2046 # a word a member
  if proves_replaced && all_healthy "$LOCAL_URL" $(awk '$5 == "voter" { print $4 }' "$WORK/members") &&
    { [ ! -s "$RECORD/kube-apiserver-stopped" ] || api_ready; }; then
    conclude 0 replaced "the member on $SELF is replaced: all $voters members are healthy after $(elapsed) s" "$fix" \
      "$(figures)"
  fi
  say_once "the member is replaced, waiting until all $voters members are healthy, and the API server here is ready (${UNPROVED:-${API_SAYS:-not asked yet}})"
  overdue finish "$FINISH_TIMEOUT" || return 1
  if [ -n "$UNPROVED" ]; then
    conclude 1 unproved "it is not proved that the member on $SELF is replaced, after $(elapsed) s: $UNPROVED" \
      "nothing is lost: $fix. Look at the log of etcd, and at: etcdctl endpoint health --cluster" "$(figures)"
  fi
  conclude 0 replaced "the member on $SELF is replaced, but not everything is healthy after $(elapsed) s" \
    "look at the API server of $SELF, and at: etcdctl endpoint health --cluster. $fix" "$(figures)"
}

# proves_replaced: the etcd here serves the others' cluster, from the folder that was made for it.
proves_replaced() {
  local cluster
  UNPROVED=
  cluster=$(cluster_id "$VIA") || { UNPROVED="$(named "$VIA") does not answer: $(reason 5)" && return 1; }
  proves_member "$cluster" 1
}

figures() {
  printf '"removed":"%s","member":"%s"' "$(fact removing | paste -s -d ' ' -)" \
    "$(awk -v peer="$PEER_URL" '$3 == peer { print $1 }' "$WORK/members")"
}

# --- the way back

# go_back REASON FIX: what giving up means: everything is put back as it was. Once the member may be removed that can't
# be done: then it tries again.
go_back() {
  if [ -s "$RECORD/removing" ]; then
    say "$1: $2; trying again"
    pause 10 || :
    exit 1
  fi
  keep_reason "$1" "$2"
  go_to back put-back
}

step_put_back() {
  local component
  for component in etcd kube-apiserver; do
    if [ ! -s "$RECORD/$component-stopped" ] || was_left_aside "$component"; then continue; fi
    start_component "$component" || return 1
  done
  [ -z "$(fact taken-up)" ] || leave_aside "$(fact taken-up)" || return 1
  conclude 1 aborted "$(fact reason): no member was removed or added, and what was stopped here is started again" "$(fact fix)"
}
