# shellcheck shell=sh
# check.sh: what must be so before a member is replaced: it is dead, the others are a quorum, and no other machine's
# member is taken for it.
#
#   SELF, MEMBERS, NAMED_MEMBER, DEAD_FOR, READY_TIMEOUT   see replace-member.sh

# check_dead: a member that serves isn't replaced, unless it has begun a cluster of its own, on its empty disk
# (check_stranger).
check_dead() {
  local expected served told why
  if ask "$LOCAL_URL" 5 endpoint health; then
    told=$(head -n 1 "$WORK/answer")
    if reach; then
      served=$(served_by "$LOCAL_URL") && expected=$(served_by "$VIA") || return 1
      if [ "$served" != "$expected" ]; then
        # The members may have changed between the two looks.
        overdue stranger 5 || return 1
        check_stranger "${served%% *}" || return 1
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
  case $why in
    *x509* | *tls:*)
      give_up "etcd on $SELF answers, with a certificate that does not hold: $why" \
        "renew the certificates (kubeadm certs check-expiration, kubeadm certs renew): the member itself is not dead"
      ;;
  esac
  if grep -q 'not supported for learner' "$WORK/errors"; then
    give_up "etcd on $SELF is being added: it is a learner, and serves" \
      "wait until it is promoted, or promote it: etcdctl member promote ID"
  fi
  if overdue dead "$DEAD_FOR"; then return 0; fi
  say_once "etcd on $SELF does not answer: $why. It counts as dead after $DEAD_FOR s of that"
  return 1
}

# check_stranger CLUSTER: what a healthy member serves may be the data that is wanted. It is ended only if the cluster
# at VIA lists it, and no restore of ours has made its own.
check_stranger() {
  local status=0
  local stop="If $SELF has to join $VIA all the same, end etcd on $SELF first (its unit; or the kubelet, then its container), and replace it then"
  is_restored "$LOCAL_URL" "$1" "$VIA" || status=$?
  case $status in
    0) give_up "etcd on $SELF is healthy, its cluster $1 was made by the restore $MADE_BY, and $VIA knows nothing of that restore" \
      "most likely $VIA is on a machine that this restore has left out: end etcd there, and let that one join, by sh replace-member.sh --via $(advertised_url). $stop" ;;
    2) return 1 ;;
  esac
  members >"$WORK/members" || return 1
  [ -n "$(stale_members)" ] ||
    give_up "etcd on $SELF is healthy, and the cluster at $VIA is another one, which lists neither the member $NAME nor the peer URL $PEER_URL" \
      "name a member of this machine's own cluster by --via. $stop"
}

# reach: sets VIA to another member that answers, so there is a quorum. If none does, UNREACHED says why.
reach() {
  local url
  UNREACHED=
  for url in ${VIA:-} $NAMED_MEMBER $(other_members); do
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
# those of the machines in this etcd's own settings, unless a person has named a member.
other_members() {
  local member
  for member in $MEMBERS $(
    [ -n "$NAMED_MEMBER" ] ||
      setting etcd initial-cluster | tr ',' '\n' | sed "s,:[0-9]*\$,:$(advertised_url | sed 's/.*://'),"
  ); do
    case ${member%%=*} in
      "$SELF" | "$NAME") ;;
      *) echo "${member#*=}" ;;
    esac
  done | awk '!seen[$0]++'
}

# check_others: the others are one cluster. One of them may have begun a cluster of its own, on an empty disk, or was
# left out of a restore: it is healthy, too, and may be the first that answers. While it does, no etcd can join the
# others.
check_others() {
  local expected served url
  expected=$(served_by "$VIA") || return 1
  for url in $(other_members); do
    served=$(served_by "$url") || continue
    [ "$served" != "$expected" ] || continue
    # The members may have changed between the two looks.
    overdue others 10 || return 1
    give_up "the other members are of two clusters: $VIA serves $expected, and $url serves $served" \
      "find out which one has your data. The other one has begun a cluster of its own, on an empty disk, or was left out of a restore: on its machine, sh replace-member.sh --via URL-OF-THE-RIGHT-ONE, then this again"
  done
}

# unlisted_members: names of other members that this machine knows, and that are not in the list in $WORK/members.
unlisted_members() {
  local name
  for name in $(names_of "$MEMBERS") $(setting etcd initial-cluster | tr ',' '\n' | sed 's/=.*//'); do
    case $name in
      "$SELF" | "$NAME") ;;
      *) awk -v name="$name" '$2 == name { found = 1 } END { exit found }' "$WORK/members" && echo "$name" ;;
    esac
  done | sort -u | joined
}

# check_quorum: the others have to be a quorum without this member, which may be a part of it although it doesn't
# answer.
check_quorum() {
  local absent healthy kind named peer url voters why
  if reach && members >"$WORK/members"; then
    check_others || return 1
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
  if overdue quorum "$READY_TIMEOUT"; then
    give_up "$why" \
      "bring another member back; if its data is lost, too, restore a backup: EtcdRestoreJob, or by hand restore.sh (docs/restore.md)"
  fi
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
  local stale unlisted
  stale=$(stale_members)
  case $(count "$stale") in
    0)
      unlisted=$(unlisted_members)
      [ "$unlisted" = none ] || [ -n "$NAMED_MEMBER" ] ||
        give_up "etcd at $VIA lists neither the member of this host nor these: $unlisted. It may be a cluster that was begun anew, on an empty disk" \
          "see what it lists, and which data it has: etcdctl member list. If it is the right one, by hand: sh replace-member.sh --via $VIA"
      say_once "etcd lists no member of this host: it was removed before"
      ;;
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
