# shellcheck shell=sh
# which-cluster.sh: of which etcd cluster a member is, and a backup. A member whose disk was replaced may have begun a
# cluster of its own, by the same name: it is healthy, and its snapshots are whole, and empty. A cluster's id comes from
# its first members' URLs and token, so what begins anew by the same settings has the same id. A history is written ID,
# or ID.2, ID.3 ... each time the cluster has begun anew. ID.0 has the backups of a member that was behind and had no
# leader.
#
#   ENDPOINTS    client URLs of the members
#   ENDPOINT CLUSTER_ID MEMBER   the member that was asked last, and what it said
#   PREVIOUS PREVIOUS_HISTORY    the newest backup before this run that says of which cluster it is, and its history;
#   PREVIOUS_ID                  that cluster's id
#   HISTORY      the history of the backup of this run
#   LEADER REVISION    what the member said, and the snapshot
#   $WORK/earlier      the backups before this run, as list_backups has them
#   $WORK/met    a line `ENDPOINT CLUSTER_ID MEMBER_ID` for each answer of a member in this run
#   $WORK/down   a line `ENDPOINT REASON` for each member that gave none in this round

# find_previous: sets PREVIOUS and what it says, empty if there is none. A backup dated in the future would be the
# newest for as long, so it is passed over; so is one of a member that was behind. If they can't be listed, nothing will
# be pruned, and that is said then.
find_previous() {
  PREVIOUS='' PREVIOUS_HISTORY=''
  list_backups >"$WORK/earlier" 2>/dev/null || :
  awk -v now="$(date -u +%Y%m%dT%H%M%SZ)" '
    $2 == "complete" && NF == 3 && $3 !~ /\.0$/ && substr($1, 1, 16) <= now { print $1, $3 }' "$WORK/earlier" |
    sort | tail -n 1 >"$WORK/previous" || :
  read -r PREVIOUS PREVIOUS_HISTORY <"$WORK/previous" || :
  PREVIOUS_ID=${PREVIOUS_HISTORY%.*}
}

# note_member ENDPOINT: remembers of which cluster the member is whose status is in $WORK/answer.
note_member() {
  printf '%s %s %s\n' "$1" "$(json_number cluster_id <"$WORK/answer")" "$(json_number member_id <"$WORK/answer")" |
    awk 'NF == 3' >>"$WORK/met"
}

# why_down ENDPOINT: why it gave no answer in this round; nothing if it wasn't asked, or did.
why_down() {
  awk -v endpoint="$1" '$1 == endpoint { sub(/^[^ ]* /, ""); print; exit }' "$WORK/down"
}

was_asked() {
  awk -v endpoint="$1" '$1 == endpoint { found = 1 } END { exit !found }' "$WORK/met" "$WORK/down"
}

# meet_others: asks those that were not asked yet, once in a run, as a member that is down takes 5 s.
meet_others() {
  local other
  [ -z "$MET_OTHERS" ] || return 0
  MET_OTHERS=1
  for other in $ENDPOINTS; do
    if was_asked "$other"; then continue; fi
    if ask "$other" 5 endpoint status --write-out=json; then
      note_member "$other"
    else
      printf '%s %s\n' "$other" "$(reason 5)" >>"$WORK/down"
    fi
  done
}

# is_stranger: whether the member at ENDPOINT is of another cluster than more of the members that answer; STRANGE says
# why. If as many are of each, it is the previous backup's cluster that counts. One member may answer at two endpoints.
# A cluster that our restore made is no stranger: the other members are left over from the old one.
is_stranger() {
  local at ours others theirs
  [ -n "$CLUSTER_ID" ] || return 1
  meet_others
  awk -v id="$CLUSTER_ID" -v previous="$PREVIOUS_ID" '
    { cluster[$1] = $2; member[$1] = $3; at[$2] = $1 }
    END {
      for (e in cluster) if (!seen[cluster[e] " " member[e]]++) members[cluster[e]]++
      better = id ""
      for (other in members) if (members[other] > members[better]) better = other
      if (better == id "" && previous in members && members[previous] == members[id]) better = previous ""
      print better, members[better], members[id], at[better]
    }' "$WORK/met" >"$WORK/better"
  read -r others theirs ours at <"$WORK/better" || return 1
  [ "$others" != "$CLUSTER_ID" ] || return 1
  if is_restored "$ENDPOINT" "$CLUSTER_ID" "$at"; then
    say "warning: $at serves another etcd cluster, $others (members that answer: $theirs), and knows nothing of the restore $MADE_BY, which has made $CLUSTER_ID: most likely machines that this restore has left out are on again. End etcd there, as two clusters take writes"
    return 1
  fi
  STRANGE="it serves the etcd cluster $CLUSTER_ID (members that answer: $ours), and not $others ($theirs)"
  [ "$ours" != "$theirs" ] || STRANGE="$STRANGE, of which $PREVIOUS is a backup"
  STRANGE="$STRANGE. Most likely it has begun a cluster of its own, on an empty disk"
}

# tell_history: sets HISTORY: the latest one of this id, or the next one if the revision has gone back, which it never
# does within one. A member may be behind the others, so the quorum is asked. Without one that can't be told: what is
# behind is kept apart, as number 0, and pushes out nothing that is ahead of it. MADE_BY is the restore of ours that has
# made this history.
tell_history() {
  local before number revision=''
  HISTORY=$CLUSTER_ID MADE_BY=
  [ -n "$CLUSTER_ID" ] || return 0
  sed -n -e "s/.*-r\([0-9]*\) complete $CLUSTER_ID\$/1 \1/p" \
    -e "s/.*-r\([0-9]*\) complete $CLUSTER_ID\.\([1-9][0-9]*\)\$/\2 \1/p" "$WORK/earlier" |
    sort -k 1,1n -k 2,2n | tail -n 1 >"$WORK/latest"
  if read -r number before <"$WORK/latest"; then
    if [ "$LEADER" != 0 ] && ask "$ENDPOINT" 5 get / --write-out=json; then
      revision=$(json_number revision <"$WORK/answer")
    fi
    if [ "${revision:-$REVISION}" -lt "$before" ]; then
      if [ "$LEADER" = 0 ]; then number=0; else number=$((number + 1)); fi
    fi
    [ "$number" -eq 1 ] || HISTORY=$CLUSTER_ID.$number
  fi
  [ "$HISTORY" != "$CLUSTER_ID" ] || MADE_BY=$(made_by "$ENDPOINT" "$CLUSTER_ID") || MADE_BY=
}

# compare: whether the backup just written is of the same history as the one before, or of one that a restore of ours
# has made from it. Otherwise a person has to look, and the run fails at its end: each cluster's backups are kept apart,
# so nothing is lost until then.
compare() {
  local revision keys member
  OTHER_WHY='' OTHER_FIX=''
  if [ -z "$PREVIOUS_HISTORY" ] || [ -z "$HISTORY" ] || [ "$PREVIOUS_HISTORY" = "$HISTORY" ]; then return 0; fi
  step compare "this etcd cluster is $HISTORY, and the newest backup before, $PREVIOUS, is of $PREVIOUS_HISTORY"
  if [ -n "$MADE_BY" ]; then
    say "the restore $MADE_BY has made it"
    return 0
  fi
  if [ "$LEADER" = 0 ] && [ "$PREVIOUS_ID" = "$CLUSTER_ID" ]; then
    say "warning: $ENDPOINT knows no leader, and its data is behind that of $PREVIOUS: this backup is kept apart"
    return 0
  fi
  member=$(json_string member <"$PREVIOUS/backup.json") || :
  revision=$(json_number revision <"$PREVIOUS/backup.json") || :
  keys=$(json_number keys <"$PREVIOUS/backup.json") || :
  OTHER_WHY="$MEMBER ($ENDPOINT) serves the etcd cluster $CLUSTER_ID, revision $REVISION, $KEYS keys, but the newest backup before, $PREVIOUS of $member, is of the cluster $PREVIOUS_ID, revision $revision, $keys keys, and no restore of ours explains that"
  [ "$HISTORY" = "$CLUSTER_ID" ] || OTHER_WHY="$OTHER_WHY: it has begun anew by the same settings"
  OTHER_FIX="if etcd was restored by hand or made anew, or $MEMBER has come back from another cluster, do nothing: the next run is good again. If not, $MEMBER has begun a cluster of its own, on an empty disk: run sh replace-member.sh there, with --via and the client URL of a member that has the data; if there is none, restore $PREVIOUS. If another cluster writes to this folder, give it another name. The backups of both are kept"
  say "warning: $OTHER_WHY"
}
