# shellcheck shell=sh
# etcd.sh: etcd has to be whole before a control plane is disturbed, and all of it has to serve after that.
#
#   MANIFESTS      folder of the static pods
#   READY_TIMEOUT  seconds that it may be unhealthy

# has_etcd: whether a member of etcd runs here as a static pod, which kubeadm upgrades, too.
has_etcd() {
  [ -e "$MANIFESTS/etcd.yaml" ]
}

# has_member: whether a member runs here at all, as a static pod or as a unit.
has_member() {
  has_etcd || systemctl cat "$ETCD_UNIT" >/dev/null 2>&1
}

# check_etcd: every member is a voter and answers, and none has an alarm. kubeadm asks for less.
check_etcd() {
  local names node="$SELF"
  has_member || return 0
  command -v etcdctl >/dev/null || give_up "there is no etcdctl" "take the kit with its bin/, or an etcd image that has it"
  read_machine || return 1
  # etcd's name of this machine may be another one than the Node's.
  SELF=$node
  VIA=$LOCAL_URL
  members >"$WORK/members" || not_healthy "etcd on $SELF does not list its members: $(reason 5)" || return 1
  names=$(awk '$5 == "learner" || $2 == "-" { print ($2 == "-" ? $3 : $2) }' "$WORK/members" | joined)
  [ "$names" = none ] || not_healthy "etcd has members that are no voters yet: $names" || return 1
  # shellcheck disable=SC2046 # a word a member
  all_healthy $(awk '{ print $4 }' "$WORK/members") ||
    not_healthy "a member of etcd is not healthy: $(reason 5)" || return 1
  ask "$LOCAL_URL" 5 alarm list || not_healthy "etcd does not tell its alarms: $(reason 5)" || return 1
  [ ! -s "$WORK/answer" ] || not_healthy "etcd has an alarm: $(paste -s -d ' ' - <"$WORK/answer")"
}

# move_leader: etcd's leader elsewhere, so that its election is not a part of the outage.
move_leader() {
  local other own leader
  has_member && [ "$(wc -l <"$WORK/members")" -gt 1 ] || return 0
  ask "$LOCAL_URL" 5 endpoint status --write-out=json ||
    not_healthy "etcd on $SELF does not answer: $(reason 5)" || return 1
  own=$(json_number member_id <"$WORK/answer")
  leader=$(json_number leader <"$WORK/answer")
  [ "$own" = "$leader" ] || return 0
  other=$(awk -v name="$NAME" '$2 != name { print $1; exit }' "$WORK/members")
  ask "$LOCAL_URL" 10 move-leader "$other" || not_healthy "the leader can't be moved: $(reason 10)" || return 1
  say "etcd's leader was moved from $SELF to $other"
}

# check_serving: the API server here is ready, and etcd is whole.
check_serving() {
  # A subshell, which ends where what runs is not understood.
  (look_at_api_server) ||
    not_healthy "$(head -n 1 "$WORK/not-understood" || echo "the API server can't be looked at")" || return 1
  api_ready || not_healthy "the API server here is not ready: ${API_SAYS:-its settings can not be read}" || return 1
  check_etcd
}
