# shellcheck shell=sh
# back.sh: the way back to the old cluster. Before the decision every machine may go back, up to the mark the holder
# may, and after the mark none may.

# go_back REASON FIX: what giving up means before the decision. Where other machines take part, `abort` is decided for
# all of them. If the restore goes on after all, the unit is started again, at the step that the record names.
go_back() {
  say "giving up: $1: $2"
  # The restored data serves: no machine may go back any more, whatever is wrong here.
  if [ -s "$RECORD/serving" ]; then
    pause 10 || :
    exit 1
  fi
  keep_reason "$1" "$2"
  if together; then
    until decide abort "$1"; do
      # No other machine relies on this one yet, so it may go back without a recorded decision; the others abort when
      # their own time-outs end.
      if free_to_go; then break; fi
      # `abort` can't be written any more: the others have swapped, and the old etcd has lost its quorum. The unit goes
      # on.
      if [ "$ROLE" != holder ] && marked; then exit 1; fi
      say_once "the decision to abort can't be written: $(reason 5). Trying again; by hand: sh restore.sh --abort $OPERATION"
      pause 5 || :
    done
    if [ "$(fact decision)" = swap ]; then
      say "it was decided to swap before: going on"
      exit 1
    fi
  fi
  back_out "$1"
}

back_out() {
  [ -s "$RECORD/fix" ] ||
    keep_reason "$1" \
      "see what that machine says, there: sh restore.sh --status $OPERATION; then restore again, by another id"
  go_to back put-back
}

# Changes something only where the old etcd was stopped.
step_put_back() {
  # The restored cluster serves after all: this machine follows it. A holder that finds `called-off` goes back.
  if [ "$ROLE" != holder ] && [ -s "$RECORD/abandoned" ] && marked; then
    given_up_by_others || roll_forward
    say_once "$HOLDER serves what it has restored, at $(named "$VIA"), and goes back as the others serve the old data: waiting for that"
    return 1
  fi
  if [ -s "$RECORD/etcd-stopped" ]; then
    put_data_back || return 1
    # On an empty disk etcd would begin a cluster of its own.
    stays_stopped || start_component etcd || return 1
  fi
  if [ -n "$(fact abandoned)" ] && [ -z "$(fact holder-word)" ]; then
    keep_quiet && await_old_cluster || return 1
    # If the lost holder comes back after all, it finds this key, and goes back, too. It looks for it before its API
    # server starts, so this machine looks whether that was too early.
    ask "$(endpoints_but_holders)" 5 put "$(key called-off)" "$(date +%s)" || return 1
    ! marked || return 1
  fi
}

# stays_stopped: whether etcd was stopped here, and has no data to serve again. If an earlier restore left etcd stopped,
# assume that there is no data until the folder was checked.
stays_stopped() {
  [ -s "$RECORD/etcd-stopped" ] || return 1
  case $(fact old-data) in
    none) return 0 ;;
    yes) return 1 ;;
    *) was_left_aside etcd ;;
  esac
}

# api_stays_stopped: whether this machine's API server would find no etcd.
api_stays_stopped() {
  [ -s "$RECORD/kube-apiserver-stopped" ] && stays_stopped && ! api_knows_others
}

# why_no_data: what an earlier restore has set aside must not be called nothing. What this one has set aside was begun
# by an etcd on the empty disk.
why_no_data() {
  local aside='' folder
  for folder in "$DATA_DIR"/before-*/member; do
    [ ! -d "$folder" ] || [ "$folder" = "$DATA_DIR/before-$OPERATION/member" ] || aside="$aside $folder"
  done
  echo "${aside:+has no data in its place (set aside:$aside)}" | grep . || echo "had no data before"
}

# put_data_back: what lies in its place was restored or received; it is set aside, also where there was nothing before.
put_data_back() {
  data_is_here || return 1
  if [ "$(fact old-data)" = none ]; then
    # What an etcd has begun on the empty disk meanwhile is nothing to go back to.
    stop_component etcd 5 && abandon_data || return 1
  elif [ -s "$RECORD/before-$OPERATION" ] && [ -d "$DATA_DIR/before-$OPERATION/member" ]; then
    stop_component etcd 5 && abandon_data || return 1
    mv "$DATA_DIR/before-$OPERATION/member" "$DATA_DIR/member" && sync "$DATA_DIR" || return 1
    rmdir "$DATA_DIR/before-$OPERATION" 2>/dev/null || :
  fi
  # The manifest may have been changed to join.
  if [ -f "$RECORD/etcd.yaml.before" ]; then
    cp -p "$RECORD/etcd.yaml.before" "$RECORD/manifests/.etcd.yaml" &&
      put_in_place "$RECORD/manifests/.etcd.yaml" "$RECORD/manifests/etcd.yaml" || return 1
  fi
  forget_joining
}

# await_old_cluster: the holder is lost, and can't say what it serves. So all others must be seen to serve the old data,
# as one cluster with a quorum.
await_old_cluster() {
  local cluster member
  cluster=$(cluster_id "$(endpoints_but_holders)") || {
    say_once "the old cluster has no quorum yet: $(reason 5). Do the same on the others: sh restore.sh --abort $OPERATION --lost $(fact abandoned)"
    return 1
  }
  for member in $(followers); do
    if [ "$(cluster_id "$(url_of "$member")")" != "$cluster" ]; then
      say_once "waiting until $member serves the old data, too: there, sh restore.sh --abort $OPERATION --lost $(fact abandoned); if it is lost as well, here: sh restore.sh --forget $OPERATION --lost $member"
      return 1
    fi
  done
}

# roll_forward: this machine joins the restored cluster after all.
roll_forward() {
  say "the restored cluster serves at $(named "$VIA"): this machine follows it"
  go_to "$ROLE" "$(fact abandoned-at)"
}

# heed_others: the holder goes back where the others serve the old data again, as long as no other member has a vote in
# what it serves: without one, nobody else can have joined. Status 1: it can't be told yet, or its API server still
# runs.
heed_others() {
  [ "$ROLE" = holder ] && [ -n "$(followers)" ] || return 0
  VIA=$LOCAL_URL
  members >"$WORK/members" || {
    say_once "etcd does not answer yet: $(reason 5)"
    return 1
  }
  if [ "$(grep -c ' voter$' "$WORK/members")" -gt 1 ] || ! given_up_by_others; then return 0; fi
  ! has_api || stop_component kube-apiserver "$API_SERVER_GRACE" || return 1
  keep_reason "$GIVEN_UP" "what was restored, and written since, is in $DATA_DIR/abandoned-$OPERATION"
  rm -f "$RECORD/serving" || return 1
  back_out "$GIVEN_UP"
}

# The others are told: they may know the decision `swap`, and wait for the mark.
step_call_off() {
  local told=yes
  if together && [ "$ROLE" = holder ]; then
    if ! decide abort "$(fact reason)" || { [ "$(fact decision)" = swap ] &&
      ! ask_old put "$(key called-off)" "$(date +%s)"; }; then
      if ! free_to_go; then
        say_once "the others can't be told yet: $(reason 5). By hand, there: sh restore.sh --abort $OPERATION --called-off $(word_of "$HOLDER" called-off)"
        return 1
      fi
      say "the others can't be told: $(reason 5)"
      told=no
    fi
  fi
  keep_fact told "$told"
}

step_unquiesce() {
  local fix state limit
  [ ! -s "$RECORD/kube-apiserver-stopped" ] || api_stays_stopped || start_component kube-apiserver || return 1
  if ! serves_again; then
    # Look also at what can't be ready yet: the message says only what was seen.
    limit=10
    ! can_be_ready || limit=$FINISH_TIMEOUT
    say_once "everything is put back, and this does not serve yet: $NOT_SERVING"
    overdue unquiesce "$limit" || return 1
  fi
  # Components that talked to the restored cluster have cached a state that is gone: restart them.
  if [ -s "$RECORD/kube-apiserver-stopped" ] && [ -s "$RECORD/api-ready" ]; then restart_control_plane || return 1; fi
  rm -rf "${DATA_DIR:-/nonexistent}/restored-$OPERATION" || return 1
  fix=$(fact fix)
  state="the old cluster serves as before"
  [ -s "$RECORD/quiesce-began" ] || state="nothing was stopped"
  if [ -n "$NOT_SERVING" ]; then
    state="everything is put back, and this does not serve: $NOT_SERVING"
    fix="${fix:+$fix. }Look at its log (crictl ps -a, crictl logs, journalctl -u $ETCD_UNIT), and at etcd's quorum. Where the old data can't serve, restore again, by another id"
  fi
  if [ "$ROLE" = holder ] && { by_word || [ "$(fact told)" = no ]; }; then
    fix="on every other machine of this restore: sh restore.sh --abort $OPERATION --called-off $(word_of "$HOLDER" called-off). $fix"
  fi
  if stays_stopped; then
    leave_aside "etcd$(if api_stays_stopped; then echo " kube-apiserver"; fi)" || return 1
    state="etcd on $SELF $(why_no_data), and is not started again"
    ! api_stays_stopped || state="$state, and neither is its API server"
    # On its empty disk etcd would begin a cluster of its own, and the API server would show it to everybody.
    if [ "$(count "$MEMBERS")" -gt 1 ]; then
      fix="put $SELF into the old cluster anew: sh replace-member.sh. It finds what is stopped: start nothing by hand. ${fix:-}"
    else
      fix="restore again, by another id. That finds what is stopped: start nothing by hand. ${fix:-}"
    fi
  fi
  conclude 1 aborted "$(fact reason): $state" "$fix"
}

# serves_again: whether this machine serves the old cluster, as far as this restore has stopped it. NOT_SERVING is what
# doesn't.
serves_again() {
  NOT_SERVING=
  [ -s "$RECORD/quiesce-began" ] || return 0
  if [ -n "${LOCAL_URL:-}" ] && ! stays_stopped && ! cluster_id "$LOCAL_URL" >/dev/null; then
    NOT_SERVING="etcd on $SELF ($(reason 5))"
    return 1
  fi
  if has_api && { ! stays_stopped || api_knows_others; } && ! api_ready; then
    NOT_SERVING="the API server on $SELF ($API_SAYS)"
    return 1
  fi
}

# can_be_ready: whether all of it can serve again, with the etcd that was there before this restore began.
can_be_ready() {
  # Without a quorum the others go back only by the word that is printed next.
  if by_word; then return 1; fi
  [ "$ROLE" = api ] || [ -s "$RECORD/etcd-served" ] || api_knows_others
}
