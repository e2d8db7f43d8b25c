# shellcheck shell=sh
# restore-steps.sh: what each machine does, a function a step, in this order. A step can be killed anywhere and done again.
# A step's status: 0, on to the next one; 1, not yet: it is tried again after a moment. Before the decision a step may give up (give_up);
# after it everybody rolls forward.

HOLDER_STEPS='check verify restore-aside ready await-ready quiesce quiesced await-quiesced decide stop-etcd swap start-etcd mark start-api restart finish'
FOLLOWER_STEPS='check ready await-ready quiesce quiesced await-decision await-mark stop-etcd set-aside add-learner start-etcd promote start-api restart finish'
# A machine with an API server and no member of etcd.
API_STEPS='check ready await-ready quiesce quiesced await-decision await-mark start-api restart finish'
# After an abort, and before a person's abort ends.
BACK_STEPS='put-back unquiesce'

steps_of() {
  case $1 in
    holder) echo "$HOLDER_STEPS" ;;
    follower) echo "$FOLLOWER_STEPS" ;;
    api) echo "$API_STEPS" ;;
    back) echo "$BACK_STEPS" ;;
  esac
}

# --- before the decision: nothing is lost by giving up

step_check() {
  read_node
  if [ "$ROLE" != api ]; then
    [ -d "$DATA_DIR/member" ] || [ "$ROLE" = holder ] || say "there is no data in $DATA_DIR: this member joins with an empty folder"
    case $(setting etcd wal-dir) in
      '') ;;
      *) give_up "etcd has a write-ahead log of its own, --wal-dir $(setting etcd wal-dir), which this restore can't swap" "put the log into the data folder, or restore by hand" ;;
    esac
    [ ! -L "$DATA_DIR/member" ] || give_up "$DATA_DIR/member is a link" "put the data where etcd's --data-dir says, or restore by hand"
  fi
  if has_quorum && ask_old get "$MARKS/$OPERATION" --print-value-only && [ -s "$WORK/answer" ]; then
    conclude 0 "done-before" "restore $OPERATION was done before, this etcd's own state says so" "choose another id for another restore"
  fi
}

step_verify() {
  choose_snapshot || return 1
  size=$(stat -c %s "$SNAPSHOT_FILE")
  checksum_of "$SNAPSHOT_FILE" >"$WORK/checksum" || give_up "the SHA-256 of $SNAPSHOT_FILE does not match its content" "choose another backup: sh restore.sh --list"
  "$offline" snapshot status "$SNAPSHOT_FILE" --write-out=json >"$WORK/answer" 2>"$WORK/errors" ||
    give_up "$SNAPSHOT_FILE can't be read: $(tail -n 1 "$WORK/errors" | cut -c1-300)" "choose another backup: sh restore.sh --list"
  keep_fact revision "$(json_number revision <"$WORK/answer")"
  free=$(df -P -k "$DATA_DIR" | awk 'NR == 2 { printf "%d", $4 }')
  [ "$free" -gt $((size * 12 / 10 / 1024)) ] ||
    give_up "$DATA_DIR has $free KiB free and the restored database needs $((size * 12 / 10 / 1024)) KiB" "free space there"
  say "$SNAPSHOT_FILE: revision $(fact revision), $size bytes"
}

step_restore_aside() {
  rm -rf "${DATA_DIR:?}/restored-$OPERATION"
  set -- --name "$NAME" --initial-cluster "$NAME=$PEER_URL" --initial-advertise-peer-urls "$PEER_URL" \
    --initial-cluster-token "restore-$OPERATION" --data-dir "$DATA_DIR/restored-$OPERATION"
  # Without it, controllers see revisions go backwards, and stay stale for hours. Versions before 3.4.27 and 3.5.10 don't have it.
  if "$offline" snapshot restore --help 2>&1 | grep -q 'bump-revision'; then
    set -- "$@" --bump-revision "$BUMP" --mark-compacted
  else
    say "warning: this etcd can't bump revisions, controllers may act on stale state until they are restarted"
  fi
  "$offline" snapshot restore "$SNAPSHOT_FILE" "$@" >"$WORK/answer" 2>&1 ||
    give_up "the restore into a new folder failed: $(tail -n 1 "$WORK/answer" | cut -c1-300)" "nothing was stopped; check the snapshot and the space in $DATA_DIR"
  chown -R "$(stat -c %u:%g "$DATA_DIR")" "$DATA_DIR/restored-$OPERATION"
  find "$DATA_DIR/restored-$OPERATION" -exec sync {} +
  if [ -n "${DRY_RUN:-}" ]; then
    rm -rf "${DATA_DIR:?}/restored-$OPERATION"
    conclude 0 "dry-run" "$SNAPSHOT_FILE (revision $(fact revision)) can be restored here as member $NAME: $(machines_in_words)" "nothing was stopped; without the dry run it would be now"
  fi
}

step_ready() {
  alone || put_key ready "$READY_TIMEOUT"
}

step_await_ready() {
  alone || await_all ready "$READY_TIMEOUT"
}

step_quiesce() {
  # Without a quorum nobody can be asked later: then a follower's etcd ends here, and the holder waits until it is seen to.
  if [ "$ROLE" = follower ] && ! has_quorum; then stop_component etcd 5 || return 1; fi
  ! has_api || stop_component kube-apiserver "$API_GRACE" || give_up "the API server did not end" "look at: ps, journalctl -u kubelet"
}

# Only when the process has ended: an API server that still runs could write after the decision.
step_quiesced() {
  alone || put_key quiesced "$QUIESCE_TIMEOUT"
}

step_await_quiesced() {
  alone || await_all quiesced "$QUIESCE_TIMEOUT"
}

# Once, and for all: whoever comes second reads what the first one wrote.
step_decide() {
  if alone; then
    await_refusals || return 1
    keep_fact decision swap
  else
    decide swap || return 1
  fi
  [ "$(fact decision)" = swap ] || back_out "another machine decided to abort: $(fact decision)"
}

step_await_decision() {
  if ! has_quorum; then return 0; fi
  if read_decision; then
    [ "$(fact decision)" = swap ] || back_out "it was decided to abort"
    return 0
  fi
  # The holder may have swapped already, and taken the old quorum with it.
  if marked; then return 0; fi
  if [ "$(elapsed)" -gt $((READY_TIMEOUT + QUIESCE_TIMEOUT)) ]; then
    give_up "no decision came within $((READY_TIMEOUT + QUIESCE_TIMEOUT)) s" "look at the log of $HOLDER: sh restore.sh --status $OPERATION"
  fi
  return 1
}

# --- after the decision: forward, whatever happens

step_stop_etcd() {
  stop_component etcd 5
}

step_swap() {
  [ ! -d "$DATA_DIR/restored-$OPERATION/member" ] || set_data_aside "before-$OPERATION" || return 1
  if [ ! -d "$DATA_DIR/member" ]; then
    mv "$DATA_DIR/restored-$OPERATION/member" "$DATA_DIR/member" || return 1
    sync "$DATA_DIR"
  fi
  rmdir "$DATA_DIR/restored-$OPERATION" 2>/dev/null || :
}

step_set_aside() {
  # A folder that joined already, before a power cut, is the new cluster's.
  [ ! -e "$RECORD/joined" ] || return 0
  set_data_aside "before-$OPERATION"
}

step_add_learner() {
  VIA=$HOLDER_URL
  add_learner || { say "not added yet: $(reason 10)"; return 1; }
  : >"$RECORD/joined"
  sync "$RECORD"
}

step_start_etcd() {
  if [ "$ROLE" = follower ]; then
    VIA=$HOLDER_URL
    [ -d "$DATA_DIR/member" ] || tell_to_join || return 1
  fi
  start_component etcd
  if [ "$ROLE" = holder ]; then
    ask "$LOCAL_URL" 5 endpoint health || { say "etcd does not answer yet"; return 1; }
  fi
}

step_mark() {
  # From the moment it may be written, there is no way back.
  keep_fact serving yes
  ask "$LOCAL_URL" 5 put "$MARKS/$OPERATION" "{\"id\":\"$OPERATION\",\"snapshot\":\"$(json_text "$(fact snapshot)")\",\"at\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\"}"
}

step_await_mark() {
  marked || return 1
  say "the restored cluster serves on $HOLDER"
}

step_promote() {
  VIA=$HOLDER_URL
  promote || { say "not in sync yet: $(tail -n 1 "$WORK/errors" | cut -c1-200)"; return 1; }
}

step_start_api() {
  has_api || return 0
  start_component kube-apiserver
  api_ready || return 1
  [ -e "$RECORD/api-ready" ] || { date +%s >"$RECORD/api-ready"; say "the API server is ready, $(elapsed) s after the start"; }
}

# Their caches are of the old state.
step_restart() {
  for component in kube-scheduler kube-controller-manager; do
    if discover "$component"; then
      for pid in $(processes "$component"); do kill "$pid" 2>/dev/null || :; done
    fi
  done
  ! systemctl is-active --quiet kubelet || systemctl restart kubelet
}

step_finish() {
  if [ "$ROLE" = holder ] && [ "$(elapsed)" -lt "$FINISH_TIMEOUT" ]; then
    VIA=$LOCAL_URL
    voters=$(members | grep -c ' voter$')
    [ "$voters" -ge "$(echo "$MEMBERS" | wc -w)" ] || return 1
  fi
  if has_api && ! api_ready; then return 1; fi
  if [ "$ROLE" = holder ]; then
    conclude 0 restored "$(fact snapshot) is restored, revision $(fact revision): API ready after $(($(cat "$RECORD/api-ready" 2>/dev/null || date +%s) - $(cat "$RECORD/started"))) s, $voters members after $(elapsed) s" \
      "the old data is in $DATA_DIR/before-$OPERATION: delete it when you are sure"
  else
    conclude 0 restored "$SELF serves the restored cluster after $(elapsed) s" "old data, if any, is in ${DATA_DIR:-no folder}/before-$OPERATION"
  fi
}

# --- back: the old cluster serves as before

# put-back: only where a person's abort found the swap done or begun, and the new cluster not serving.
step_put_back() {
  [ -n "${DATA_DIR:-}" ] || return 0
  if [ -d "$DATA_DIR/before-$OPERATION/member" ]; then
    stop_component etcd 5 || return 1
    if [ -d "$DATA_DIR/member" ]; then
      mkdir -p "$DATA_DIR/restored-$OPERATION"
      mv "$DATA_DIR/member" "$DATA_DIR/restored-$OPERATION/member" || return 1
    fi
    mv "$DATA_DIR/before-$OPERATION/member" "$DATA_DIR/member" || return 1
    rmdir "$DATA_DIR/before-$OPERATION" 2>/dev/null || :
    sync "$DATA_DIR"
  fi
  # A follower's manifest was told to join.
  [ ! -f "$RECORD/etcd.yaml.before" ] || cp -p "$RECORD/etcd.yaml.before" "$RECORD/manifests/etcd.yaml"
  start_component etcd
}

step_unquiesce() {
  if [ -f "$RECORD/manifests/kube-apiserver.yaml" ]; then
    start_component kube-apiserver
    api_ready || return 1
  fi
  rm -rf "${DATA_DIR:-/nonexistent}/restored-$OPERATION"
  conclude 1 aborted "$(fact reason): the old cluster serves as before" "$(fact fix)"
}
