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
  # The restored cluster serves after all: this machine may not go back any more.
  if [ "$ROLE" != holder ] && [ -s "$RECORD/abandoned" ] && marked; then roll_forward; fi
  if [ -s "$RECORD/etcd-stopped" ]; then
    put_data_back || return 1
    start_component etcd || return 1
  fi
  if [ -n "$(fact abandoned)" ] && [ -z "$(fact holder-word)" ]; then
    await_old_cluster || return 1
    # If the lost holder comes back after all, it finds this key, and goes back, too.
    by_word || ask_old put "$(key called-off)" "$(date +%s)" || return 1
  fi
}

put_data_back() {
  local aside
  if [ -d "$DATA_DIR/before-$OPERATION/member" ]; then
    stop_component etcd 5 || return 1
    if [ -d "$DATA_DIR/member" ]; then
      aside=$DATA_DIR/abandoned-$OPERATION
      [ ! -e "$aside/member" ] || aside=$aside-$(date +%s)
      mkdir -p "$aside" && mv "$DATA_DIR/member" "$aside/member" || return 1
    fi
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
  cluster=$(cluster_id "${LOCAL_URL:-$(old_endpoints)}") || {
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

# roll_forward: this machine joins the restored cluster after all. A learner that has lost the data it received can't go
# on: it is removed, and joins anew.
roll_forward() {
  local found next
  say "the restored cluster serves at $VIA: this machine follows it"
  next=$(fact abandoned-at)
  if [ "$ROLE" = follower ] && { [ ! -d "$DATA_DIR/before-$OPERATION/member" ] || [ ! -d "$DATA_DIR/member" ]; }; then
    found=$(member_here)
    case $found in
      *' learner') ask "$VIA" 10 member remove "${found%% *}" || return 1 ;;
    esac
    next=stop-etcd
  fi
  go_to "$ROLE" "$next"
}

step_unquiesce() {
  if [ -s "$RECORD/kube-apiserver-stopped" ]; then
    start_component kube-apiserver || return 1
    # Without a quorum it can't be ready: the others go back only by the word that is printed next.
    if ! by_word && ! api_ready; then
      say_once "the API server is back, and not ready yet"
      overdue unquiesce "$FINISH_TIMEOUT" || return 1
      keep_fact fix "the API server is started, and still not ready: look at its log, and at etcd's quorum. $(fact fix)" ||
        return 1
    fi
  fi
  rm -rf "${DATA_DIR:-/nonexistent}/restored-$OPERATION"
}

# The others are told: they may know the decision `swap`, and wait for the mark.
step_call_off() {
  local fix state told=yes
  if together && [ "$ROLE" = holder ]; then
    if ! decide abort "$(fact reason)" || { [ "$(fact decision)" = swap ] &&
      ! ask_old put "$(key called-off)" "$(date +%s)"; }; then
      if ! free_to_go; then
        say_once "the others can't be told yet: $(reason 5). By hand, there: sh restore.sh --abort $OPERATION --called-off $(word_of "$HOLDER" called-off)"
        return 1
      fi
      say "the others can't be told: $(reason 5)"
      told=
    fi
  fi
  fix=$(fact fix)
  if [ "$ROLE" = holder ] && { by_word || [ -z "$told" ]; }; then
    fix="on every other machine of this restore: sh restore.sh --abort $OPERATION --called-off $(word_of "$HOLDER" called-off). $fix"
  fi
  state="the old cluster serves as before"
  [ -s "$RECORD/quiesce-began" ] || state="nothing was stopped"
  conclude 1 aborted "$(fact reason): $state" "$fix"
}
