# shellcheck shell=sh
# steps.sh: what each machine does, one function for each step, in this order. Before the decision a step may give up
# (give_up); after it every machine rolls forward. test/protocol has a model of it, whose steps have the same names.

# What is true in each phase of a machine:
#   before    no other machine relies on it yet, or nothing is decided: the old cluster can serve again
#   counted   the restored cluster may come, and relies on what this machine has said
#   stopped   this member has said that it never serves the old data again
#   joined    this machine is part of the restored cluster
# `api` is a machine with an API server and no member of etcd.
STEPS='
  holder    before:   check verify restore-aside try-aside ready await-ready quiesce quiesced await-quiesced decide
  holder    counted:  stop-etcd swap start-etcd prove mark
  holder    joined:   start-api restart finish

  follower  before:   check ready await-ready quiesce quiesced
  follower  counted:  await-decision await-mark stop-etcd set-aside
  follower  stopped:  stopped add-learner start-etcd
  follower  joined:   promote start-api restart finish

  api       before:   check ready await-ready quiesce quiesced
  api       counted:  await-decision await-mark
  api       joined:   start-api restart finish

  back      back:     put-back call-off unquiesce
'

# --- before the decision: nothing is lost by giving up

step_verify() {
  choose_snapshot && check_snapshot
}

step_restore_aside() {
  rm -rf "${DATA_DIR:?}/restored-$OPERATION" || return 1
  set -- --name "$NAME" --initial-cluster "$NAME=$PEER_URL" --initial-advertise-peer-urls "$PEER_URL" \
    --initial-cluster-token "restore-$OPERATION" --data-dir "$DATA_DIR/restored-$OPERATION"
  # Without a bump, controllers see revisions go backwards, and stay stale for hours. Versions before 3.4.27 and 3.5.10
  # don't have it.
  if "$OFFLINE" snapshot restore --help 2>&1 | grep -q 'bump-revision'; then
    keep_fact bump "$(bump_over "$(latest_revision)")" || return 1
    set -- "$@" --bump-revision "$(fact bump)" --mark-compacted
  else
    say "warning: this etcd can't bump revisions, controllers may act on stale state until they are restarted"
  fi
  [ -z "${SKIP_HASH_CHECK:-}" ] || set -- "$@" --skip-hash-check
  "$OFFLINE" snapshot restore "$SNAPSHOT_FILE" "$@" >"$WORK/answer" 2>&1 ||
    give_up "the restore into a new folder failed: $(tail -n 1 "$WORK/answer" | cut -c1-300)" \
      "nothing was stopped; check the snapshot and the space in $DATA_DIR"
}

step_ready() {
  local others
  ! together || check_reach || return 1
  if [ -n "${DRY_RUN:-}" ]; then
    rm -rf "${DATA_DIR:-/nonexistent}/restored-$OPERATION" || return 1
    [ "$ROLE" != holder ] || tell_api_servers
    others=$(others_under_way | joined)
    [ "$others" = none ] || say "$others is under way on this machine: without the dry run this restore would be refused until that ends"
    case $ROLE in
      holder) conclude 0 dry-run "$(snapshot_name) (revision $(fact revision)) can be restored here as member $NAME, with $MACHINES${LOST:+, without $LOST}" "nothing was stopped; without the dry run it would be now" ;;
      *) conclude 0 dry-run "$SELF would take part as $ROLE of $HOLDER" \
        "nothing was stopped; without the dry run its API server would be now" ;;
    esac
  fi
  # The holder is ready last: when all are, they stop their API servers.
  if [ "$ROLE" = holder ] && ! by_word; then
    alone || await_all ready "$READY_TIMEOUT" "$SELF" || return 1
    check_api_servers || return 1
  fi
  ! together || put_key ready "$READY_TIMEOUT" "$(own_api_address)"
}

step_await_ready() {
  ! together || await_all ready "$READY_TIMEOUT"
}

step_quiesce() {
  [ -s "$RECORD/quiesce-began" ] || keep_fact quiesce-began "$(date +%s)" || return 1
  # Without a quorum no etcd can be asked later, so a follower's etcd ends here.
  if by_word && [ "$ROLE" = follower ]; then
    stop_or_give_up etcd 5 "$LOOK_AT_PROCESS" || return 1
  fi
  ! has_api || stop_or_give_up kube-apiserver "$API_SERVER_GRACE" "$LOOK_AT_PROCESS"
}

# Said only when the process has ended: an API server that still runs could write after the decision.
step_quiesced() {
  keep_quiet || return 1
  if by_word && [ "$ROLE" != holder ]; then
    say "$SELF is quiesced. Its word for $HOLDER is $SELF=$(word_of "$SELF" quiesced). It goes on when $HOLDER has the words of all others"
  fi
  keep_fact quiesced-sent yes || return 1
  if ! together || { [ "$ROLE" != holder ] && marked; }; then return 0; fi
  put_key quiesced "$STOP_TIMEOUT"
}

step_await_quiesced() {
  keep_quiet || return 1
  if by_word; then
    await_words
  else
    alone || await_all quiesced "$STOP_TIMEOUT"
  fi
}

# Written once, for all machines: the second one reads what the first one wrote.
step_decide() {
  keep_quiet || return 1
  keep_fact swap-sent yes || return 1
  if ! together; then
    keep_fact decision swap || return 1
  elif ! decide swap; then
    say_once "not decided yet: $(reason 5)"
    if overdue decide "$STOP_TIMEOUT"; then
      give_up "no decision could be written within $STOP_TIMEOUT s" \
        "check the old etcd's quorum: without one, name the lost members, or see --without-quorum"
    fi
    return 1
  fi
  [ "$(fact decision)" = swap ] || back_out "it was decided to $(fact decision)"
}

step_await_decision() {
  keep_quiet || return 1
  if ! together; then return 0; fi
  if read_decision; then
    [ "$(fact decision)" = swap ] || back_out "it was decided to $(fact decision)"
    return 0
  fi
  # The first machine to leave may end the old etcd's quorum: then the decision can't be read any more, and the mark
  # says what it was.
  if marked; then return 0; fi
  if overdue decision $((READY_TIMEOUT + STOP_TIMEOUT)); then
    give_up "no decision came within $((READY_TIMEOUT + STOP_TIMEOUT)) s" \
      "look at $HOLDER: sh restore.sh --status $OPERATION"
  fi
  return 1
}

# --- after the decision: forward, whatever happens

step_await_mark() {
  local went_back
  keep_quiet || return 1
  if marked; then
    say "the restored cluster serves at $(named "$VIA")"
    return 0
  fi
  # The mark counts, if it came between the two looks.
  if together && called_off && ! marked; then back_out "$HOLDER has called it off"; fi
  if overdue await-mark 60; then
    went_back=
    ! by_word || went_back=" If it went back, it has printed a word: sh restore.sh --abort $OPERATION --called-off WORD."
    say_once "still waiting for the restored cluster: look at $HOLDER.$went_back Only if that machine is off, and never starts again: sh restore.sh --abort $OPERATION --lost $HOLDER. If it serves after all, there are two clusters then"
  else
    say_once "waiting for the restored cluster"
  fi
  return 1
}

step_stop_etcd() {
  keep_quiet || return 1
  stop_component etcd 5 || {
    say_once "etcd is not stopped yet: $(not_ended etcd): $LOOK_AT_PROCESS"
    return 1
  }
}

step_swap() {
  keep_quiet && keep_stopped etcd && keep_fact data-moves yes || return 1
  if [ -d "$DATA_DIR/restored-$OPERATION/member" ]; then
    set_data_aside "before-$OPERATION" || return 1
    failpoint swapping || return 1
    mv "$DATA_DIR/restored-$OPERATION/member" "$DATA_DIR/member" || return 1
  fi
  sync "$DATA_DIR" || return 1
  rmdir "$DATA_DIR/restored-$OPERATION" 2>/dev/null || :
  has_data
}

# has_data: without its data etcd would begin an empty cluster, and that one would be marked as restored.
has_data() {
  [ -d "$DATA_DIR/member" ] || {
    say_once "there is no data in $DATA_DIR, neither the old nor the restored: is its disk mounted?"
    return 1
  }
}

step_set_aside() {
  keep_quiet && keep_stopped etcd && keep_fact data-moves yes && not_joining_yet || return 1
  set_data_aside "before-$OPERATION"
}

# Says that this member won't serve the old data again: API servers that know the etcd of other machines wait for it.
step_stopped() {
  keep_quiet && keep_stopped etcd && find_restored || return 1
  ask "$VIA" 5 put "$(key "stopped/$SELF")" "$(date +%s)" || {
    say_once "the restored cluster can't be told yet that $SELF has stopped serving the old data: $(reason 5)"
    return 1
  }
}

step_add_learner() {
  keep_quiet && keep_stopped etcd && find_restored || return 1
  add_learner || {
    say_once "not added yet: $(why_not_yet "the members are still taking up one before it")"
    return 1
  }
  failpoint added || return 1
}

step_start_etcd() {
  keep_quiet || return 1
  if [ "$ROLE" = follower ]; then
    is_member_by_now || find_restored || return 1
    start_joining
    return
  fi
  has_data || return 1
  start_component etcd || return 1
  ask "$LOCAL_URL" 5 endpoint health || {
    say_once "etcd does not answer yet: $(reason 5)"
    return 1
  }
}

# From the moment that the mark may be written there is no way back, unless the others have called this machine lost.
step_mark() {
  local used value
  keep_quiet && heed_others && keep_fact serving yes || return 1
  # A line with a key, then a line with its value.
  [ ! -s "$RECORD/used-ids" ] || while read -r used && read -r value; do
    ask "$LOCAL_URL" 5 put "$used" "$value" || return 1
  done <"$RECORD/used-ids"
  ask "$LOCAL_URL" 5 put "$MARKS/$OPERATION" "$(
    printf '%s' "{\"id\":\"$OPERATION\",\"cluster\":\"$(fact cluster)\",\"revision\":$(fact restored-revision)," \
      "\"snapshot\":\"$(json_text "$(snapshot_name)")\",\"at\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\"}"
  )"
}

step_promote() {
  local why
  keep_quiet && find_restored || return 1
  promote || {
    why=$(why_not_yet "this member still receives the data")
    rejoin_if_removed stopped && retell_if_changed && rejoin_if_stray stopped || return 1
    say_once "not in sync yet: $why"
    return 1
  }
}

step_start_api() {
  has_api || return 0
  # The others may have called this machine lost after the last look, and before they could see the mark.
  heed_others || return 1
  if ! safe_for_api; then
    keep_quiet
    return 1
  fi
  # On other data than the restored it would take writes into a second cluster.
  [ "$ROLE" = api ] || etcd_proved || {
    say_once "the API server waits: $UNPROVED"
    return 1
  }
  start_component kube-apiserver || return 1
  api_ready || {
    say_once "the API server is not ready yet, trying again: $API_SAYS"
    return 1
  }
  [ -s "$RECORD/api-ready" ] || keep_fact api-ready "$(date +%s)" || return 1
  say "the API server is ready, $(($(fact api-ready) - $(fact quiesce-began))) s after it was stopped"
}

step_restart() {
  restart_control_plane
}

# Every machine proves for itself that it serves what was restored. What is not proved is not called restored.
step_finish() {
  local wanted voters member
  forget_joining || return 1
  heed_others || overdue finish "$FINISH_TIMEOUT" || return 1
  if { [ "$ROLE" = api ] && ! marked; } || ! proved_here; then
    say_once "not proved yet: ${UNPROVED:-the restored cluster does not answer}"
    overdue finish "$FINISH_TIMEOUT" || return 1
    conclude 1 unproved \
      "it is not proved that $SELF serves what was restored, after $(elapsed) s: ${UNPROVED:-the restored cluster does not answer}" \
      "nothing is lost: $(whereabouts). Look at the logs of etcd and the API server" "$(figures)"
  fi
  if [ "$ROLE" != holder ]; then
    conclude 0 restored "$SELF serves the restored cluster after $(elapsed) s$(outage_in_words). Proved: $PROOF" \
      "$(left_to_do)" "$(figures)"
  fi
  VIA=$LOCAL_URL
  remove_lost_learners
  wanted=$((1 + $(followers | wc -l)))
  members >"$WORK/members" || return 1
  voters=$(grep -c ' voter$' "$WORK/members" || :)
  # shellcheck disable=SC2046 # a word a member
  if [ "$voters" -lt "$wanted" ] ||
    ! all_healthy $(for member in "$HOLDER" $(followers); do url_of "$member"; done); then
    say_once "$voters of $wanted members are voters so far"
    overdue finish "$FINISH_TIMEOUT" || return 1
    UNPROVED=$(other_cluster)
    [ -z "$UNPROVED" ] || conclude 1 unproved \
      "$SELF serves what was restored, and $UNPROVED: there are two clusters" \
      "stop the etcd and the API server of the wrong one, by moving their manifests aside (or systemctl stop): $(whereabouts)" "$(figures)"
    UNPROVED=$(silent_quorum)
    [ -z "$UNPROVED" ] || conclude 1 unproved \
      "$SELF serves what was restored, and what $UNPROVED serve can't be told: they don't answer, and together they can be the old cluster" \
      "look there: sh restore.sh --status $OPERATION. If they serve the old data, there are two clusters: stop the wrong one. $(whereabouts)" "$(figures)"
    conclude 0 restored \
      "$(restored_in_words), but only $voters of $wanted etcd members serve after $(elapsed) s. Proved: $PROOF" \
      "the others go on by themselves: look at them by sh restore.sh --status $OPERATION; one that is lost is named by sh restore.sh --forget $OPERATION --lost NAME" "$(figures)"
  fi
  conclude 0 restored "$(restored_in_words); all $voters etcd members serve after $(elapsed) s. Proved: $PROOF" \
    "$(left_to_do)" "$(figures)"
}

# other_cluster: a member that serves another cluster, with a quorum, if there is one.
other_cluster() {
  local member served
  for member in $(names_of "$MEMBERS"); do
    served=$(cluster_id "$(url_of "$member")") || continue
    [ "$served" = "$(fact cluster)" ] || { echo "$member serves the cluster $served" && return; }
  done
}

# silent_quorum: the followers that don't answer, if they are more than half of the old members: a person may have told
# them that this machine is lost.
silent_quorum() {
  local member silent=''
  for member in $(followers); do
    is_up "$member" || silent="$silent${silent:+ }$member"
  done
  [ "$(count "$silent")" -le $((($(count "$MEMBERS") + $(count "${LOST:-}")) / 2)) ] || echo "$silent"
}

# remove_lost_learners: a learner that a person has named as lost holds up the others, as etcd allows only one.
remove_lost_learners() {
  local host learner member
  for member in $(fact lost-later); do
    members >"$WORK/members" || return 0
    host=$(url_of "$member" | sed 's,.*//,,; s/:[0-9]*$//')
    learner=$(awk -v host="$host" '$5 == "learner" && index($3, "//" host ":") { print $1 }' "$WORK/members")
    [ -z "$learner" ] || ask "$VIA" 10 member remove "$learner" || :
  done
}
