# shellcheck shell=sh
# steps.sh: how a member is replaced, one function for each step, in this order. Before `remove` nothing in the cluster
# is changed, and a step may give up (give_up); from `remove` on it goes forward.
#
#   SELF, MEMBERS, DEAD_FOR, READY_TIMEOUT, FINISH_TIMEOUT   see replace-member.sh

STEPS='
  member  before:   check stop-etcd stop-api
  member  removed:  remove set-aside add-learner start-etcd promote start-api restart finish

  back    back:     put-back
'

RESTORE_INSTEAD="bring another member back; if its data is lost, too, restore a backup: EtcdRestoreJob, or by hand restore.sh (docs/restore.md)"

# --- before the member is removed: nothing is lost by giving up

step_check() {
  read_machine || return 1
  rehearse_join
  need_space_for_record
  check_data_folder
  [ ! -e "$DATA_DIR/before-$OPERATION" ] ||
    give_up "$DATA_DIR/before-$OPERATION is there: this id was used before" "choose another id"
  check_dead || return 1
  check_quorum || return 1
  check_stale
  check_disk || return 1
  keep_fact checked yes
}

# check_dead: a member that serves isn't replaced, unless it has begun a cluster of its own, on its empty disk.
check_dead() {
  local expected served told why
  if ask "$LOCAL_URL" 5 endpoint health; then
    told=$(head -n 1 "$WORK/answer")
    if reach; then
      served=$(cluster_id "$LOCAL_URL") && expected=$(cluster_id "$VIA") || return 1
      if [ "$served" != "$expected" ]; then
        [ -s "$RECORD/stranger" ] ||
          say "etcd on $SELF serves another cluster ($served, and not $expected), begun on an empty disk: it is ended"
        keep_fact stranger yes || return 1
        return 0
      fi
    fi
    give_up "the member on $SELF is healthy, it says: $told" \
      "nothing has to be replaced here: see that this is the right machine"
  fi
  why=$(health_reason)
  if grep -q 'not supported for learner' "$WORK/errors"; then
    give_up "etcd on $SELF is being added: it is a learner, and serves" \
      "wait until it is promoted, or promote it: etcdctl member promote ID"
  fi
  if overdue dead "$DEAD_FOR"; then return 0; fi
  say_once "etcd on $SELF does not answer: $why. It counts as dead after $DEAD_FOR s of that"
  return 1
}

# reach: sets VIA to another member that answers, so there is a quorum. If none does, UNREACHED says why.
reach() {
  local url
  UNREACHED=
  for url in ${VIA:-} $(other_members); do
    if ask "$url" 5 endpoint health; then
      VIA=$url
      return 0
    fi
    UNREACHED="$UNREACHED $url ($(health_reason))"
  done
  VIA=
  return 1
}

advertised_url() {
  setting etcd advertise-client-urls | cut -d, -f1
}

# other_members: client URLs of the other members: those in MEMBERS, and, since a chart's names may not resolve here,
# those of the machines in this etcd's own settings.
other_members() {
  local member
  for member in $MEMBERS $(
    setting etcd initial-cluster | tr ',' '\n' | sed "s,:[0-9]*\$,:$(advertised_url | sed 's/.*://'),"
  ); do
    case ${member%%=*} in
      "$SELF" | "$NAME") ;;
      *) echo "${member#*=}" ;;
    esac
  done | awk '!seen[$0]++'
}

# check_quorum: the others have to be a quorum without this member, which may be a part of it although it doesn't
# answer.
check_quorum() {
  local absent healthy kind named peer url voters why
  if reach && members >"$WORK/members"; then
    voters=$(grep -c ' voter$' "$WORK/members" || :)
    healthy=0
    absent=
    while read -r _ named peer url kind; do
      if [ "$kind" = learner ] || [ "$peer" = "$PEER_URL" ] || [ "$named" = "$NAME" ]; then continue; fi
      if all_healthy "$url"; then healthy=$((healthy + 1)); else absent="$absent $named ($(health_reason))"; fi
    done <"$WORK/members"
    if [ "$healthy" -gt $((voters / 2)) ]; then
      rm -f "$RECORD/since-quorum" || return 1
      [ -z "$absent" ] ||
        say_once "warning: another member is down, too:$absent. etcd adds none until that one is back, or removed"
      return 0
    fi
    why="without $SELF only $healthy of $voters members serve, which is no quorum; down:$absent"
  else
    why="none of the other members answers with a quorum:$UNREACHED"
  fi
  say_once "$why: asking again for $READY_TIMEOUT s"
  if overdue quorum "$READY_TIMEOUT"; then give_up "$why" "$RESTORE_INSTEAD"; fi
  return 1
}

health_reason() {
  grep -oh 'Active Alarm[^"\\]*' "$WORK/errors" || reason 5
}

# stale_members: the ids of this host's members in the list in $WORK/members.
stale_members() {
  awk -v peer="$PEER_URL" -v name="$NAME" '$3 == peer || $2 == name { print $1 }' "$WORK/members"
}

check_stale() {
  local stale
  stale=$(stale_members)
  case $(count "$stale") in
    0) say_once "etcd lists no member of this host: it was removed before" ;;
    1) refuse_living "$stale" ;;
    *) give_up \
      "etcd lists more than one member that may be this host's, by the name $NAME or the peer URL $PEER_URL: $(echo "$stale" | paste -s -d ' ' -)" \
      "remove the one that is not: etcdctl member remove ID" ;;
  esac
}

# refuse_living ID: a manifest that was copied from another machine may have that one's name. Its member lives.
refuse_living() {
  local url
  url=$(awk -v id="$1" '$1 == id { print $4 }' "$WORK/members")
  case ,$(setting etcd advertise-client-urls),- in
    *",$url,"* | *",$url") return 0 ;;
  esac
  if ask "$url" 5 endpoint status --write-out=simple && [ "$(cut -d, -f2 "$WORK/answer")" = " $1" ]; then
    give_up "the member $NAME ($1) serves at $url: it is not the one of this machine" \
      "give etcd of this machine its own --name and URLs in its manifest or unit"
  fi
}

# check_disk: the data folder can be written, and has space for the data that is to come.
check_disk() {
  local probe
  probe=$DATA_DIR/.cdk8s-day2-$OPERATION
  { make_data_folder && : >"$probe" && sync "$probe" "$DATA_DIR" && rm "$probe"; } 2>"$WORK/errors" ||
    give_up "nothing can be written to $DATA_DIR: $(tail -n 1 "$WORK/errors" | cut -c1-300)" \
      "mount a disk that works there"
  ask "$VIA" 5 endpoint status --write-out=json || return 1
  need_space_for_database "$(json_number dbSize <"$WORK/answer")" "the database that is to come"
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
  if ! reach || ! promote; then
    say_once "not in sync yet: $(why_not_yet "this member still receives the data"). What etcd itself says is in /var/log/pods/kube-system_etcd-*, or journalctl -u $ETCD_UNIT"
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
  cluster=$(cluster_id "$VIA") || { UNPROVED="$VIA does not answer: $(reason 5)" && return 1; }
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
  [ ! -s "$RECORD/etcd-stopped" ] || start_component etcd || return 1
  [ ! -s "$RECORD/kube-apiserver-stopped" ] || start_component kube-apiserver || return 1
  conclude 1 aborted "$(fact reason): the cluster is as it was" "$(fact fix)"
}
