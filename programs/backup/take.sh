# shellcheck shell=sh
# take.sh: the snapshot: from which member it is taken, saved and verified. It is written into INCOMPLETE, which is no
# backup yet.

# take: saves and verifies a snapshot of the first member that gives a good one. A member that knows no leader may be
# behind the others, so it comes last; with the quorum lost, its state is still worth having. A stranger is passed over.
take() {
  local leaderless round
  FAILURES=
  FIX=
  PASSED_OVER=
  MET_OTHERS=
  : >"$WORK/met"
  round=1
  while :; do
    leaderless=
    : >"$WORK/down"
    for ENDPOINT in $ENDPOINTS; do
      if ! probe || pass_over; then continue; fi
      if [ "$LEADER" = 0 ]; then
        leaderless="$leaderless $ENDPOINT"
        continue
      fi
      if save && verify; then return; fi
    done
    for ENDPOINT in $leaderless; do
      say "warning: $ENDPOINT knows no leader: its data may be behind, taking it as no other member can be had"
      if probe && save && verify; then return; fi
    done
    [ "$round" -lt "$ROUNDS" ] || break
    say "round $round of $ROUNDS brought no snapshot, the next one in $ROUND_PAUSE s"
    round=$((round + 1))
    FAILURES=
    pause "$ROUND_PAUSE" || :
  done
  fail "no member gave a good snapshot: ${FAILURES#; }" "$FIX"
}

# probe: asks the member for its own state.
probe() {
  local why
  step probe "$ENDPOINT"
  why=$(why_down "$ENDPOINT")
  if [ -z "$why" ] && ! ask "$ENDPOINT" 5 endpoint status --write-out=json; then
    why=$(reason 5)
    printf '%s %s\n' "$ENDPOINT" "$why" >>"$WORK/down"
  fi
  if [ -n "$why" ]; then
    next_endpoint "$why"
    return 1
  fi
  note_member "$ENDPOINT"
  CLUSTER_ID=$(json_number cluster_id <"$WORK/answer")
  MEMBER_ID=$(json_number member_id <"$WORK/answer")
  SERVER_VERSION=$(json_string version <"$WORK/answer")
  DB_SIZE=$(json_number dbSize <"$WORK/answer")
  # etcdctl leaves zeros out of its JSON.
  LEADER=$(json_number leader <"$WORK/answer")
  LEADER=${LEADER:-0}
  if [ -z "$MEMBER_ID" ] || [ -z "$DB_SIZE" ]; then
    next_endpoint "its status was not understood: $(cut -c1-200 "$WORK/answer")"
    return 1
  fi
  if grep -q '"isLearner":true' "$WORK/answer"; then
    next_endpoint "it is a learner that still follows the others"
    return 1
  fi
}

# pass_over: passes over a member that is of another cluster than the others.
pass_over() {
  is_stranger || return 1
  say "warning: $ENDPOINT: $STRANGE: $(advice "$STRANGE")"
  remember_failure "$STRANGE"
  PASSED_OVER="$ENDPOINT: $STRANGE"
}

# next_endpoint REASON: says and remembers why this endpoint gave no snapshot.
next_endpoint() {
  say "$ENDPOINT: $1"
  remember_failure "$1"
}

remember_failure() {
  FAILURES="$FAILURES; $ENDPOINT: $1"
  # The first endpoint is most often the local member, whose reason is the one to act on.
  [ -n "$FIX" ] || FIX=$(advice "$1")
}

save() {
  local cause save_status
  check_space
  drop_incomplete
  # A name has whole seconds: two backups within one second would take each other's name.
  STAMP=$(date -u +%Y%m%dT%H%M%SZ)
  while ls -d "$STAMP"-r* >/dev/null 2>&1; do
    pause 1
    STAMP=$(date -u +%Y%m%dT%H%M%SZ)
  done
  step save "$ENDPOINT, etcd $SERVER_VERSION, database of $DB_SIZE bytes"
  SAVE_STARTED=$(date +%s)
  mkdir -m 0700 ".incomplete-$STAMP" 2>"$WORK/errors" ||
    fail "can't write to the volume: $(tail -n 1 "$WORK/errors")" "make the volume writable, or free space on it"
  INCOMPLETE=.incomplete-$STAMP
  ask "$ENDPOINT" "$SNAPSHOT_TIMEOUT" snapshot save "$INCOMPLETE/snapshot.db" || {
    save_status=$?
    cause=$(reason "$SNAPSHOT_TIMEOUT")
    ! timed_out "$save_status" || cause="no answer within $SNAPSHOT_TIMEOUT s"
    case $cause in
      'no space left'*) fail "the volume filled up while the snapshot was being saved" \
        "free space on the volume, or keep fewer backups" ;;
      'read-only'*) fail "the volume is read-only" \
        "mount it writable; a file system that found errors goes read-only, check it" ;;
    esac
    drop_incomplete
    next_endpoint "$cause"
    return 1
  }
}

check_space() {
  local free needed
  needed=${MINIMUM_FREE:-$((DB_SIZE * 2))}
  needed=$(((needed + 1023) / 1024))
  free=$(free_kib . 2>"$WORK/errors") ||
    fail "the free space on the volume can't be told: $(tail -n 1 "$WORK/errors")" \
      "check the volume, by stat -f and df on the node"
  if [ "$free" -lt "$needed" ]; then
    step space "$free KiB free"
    fail "the volume has $free KiB free and needs $needed KiB: $((needed - free)) KiB are missing" \
      "free space on the volume, keep fewer backups, or set the minimum free space (default twice the database) lower"
  fi
}

# verify: the file is whole, and etcd's own tool can read it. Both checks read all of it, so they run side by side.
verify() {
  step verify "$INCOMPLETE/snapshot.db"
  start_beside checksum_of "$INCOMPLETE/snapshot.db" >"$WORK/checksum"
  run "$SNAPSHOT_TIMEOUT" "$OFFLINE" snapshot status \
    "$INCOMPLETE/snapshot.db" --write-out=json >"$WORK/answer" 2>"$WORK/errors" || {
    await_beside || :
    damaged_snapshot "$OFFLINE snapshot status failed: $(tail -n 1 "$WORK/errors" | cut -c1-300)"
    return 1
  }
  REVISION=$(json_number revision <"$WORK/answer")
  # etcd begins at revision 1, but its tool finds none in a database that nobody has written to.
  [ "$REVISION" != 0 ] || REVISION=1
  KEYS=$(json_number totalKey <"$WORK/answer")
  STORAGE_VERSION=$(json_string version <"$WORK/answer")
  # Before 3.6 a database doesn't name its storage version: it is that of the etcd that wrote it.
  STORAGE_VERSION=${STORAGE_VERSION:-${SERVER_VERSION%.*}}
  if [ -z "$REVISION" ] || [ -z "$KEYS" ]; then
    damaged_snapshot "its status was not understood: $(cut -c1-200 "$WORK/answer")"
    return 1
  fi
  await_beside || {
    damaged_snapshot "its SHA-256 does not match its content"
    return 1
  }
  read -r CHECKSUM <"$WORK/checksum"
  SIZE=$(stat -c %s "$INCOMPLETE/snapshot.db")
}

damaged_snapshot() {
  drop_incomplete
  next_endpoint "the snapshot it gave is damaged: $1"
  FIX="check this member's disk and memory, and the volume: a snapshot arrived damaged"
}

# What can't be removed is not a failure of this run: the next run tries again.
drop_incomplete() {
  [ -z "$INCOMPLETE" ] || rm -rf "./$INCOMPLETE" || :
  INCOMPLETE=
}
