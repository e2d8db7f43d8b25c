# shellcheck shell=sh
# trial.sh: the restored data is served once before anything stops: by an etcd without peers, which listens on sockets
# in a folder that is root's alone, so that nobody else reads what it serves. What fails now would fail later, too, with
# everything stopped.
#
#   DATA_DIR/restored-<id>   the restored data, not in place yet

# step_try_aside: writes into the data a key that no other cluster has, by which the data is known later: `proof`.
step_try_aside() {
  local restored="$DATA_DIR/restored-$OPERATION"
  TRIAL=$WORK/trial
  TRIAL_URL=unix://localhost:1
  # A trial was begun before, and killed: the data is restored anew.
  if [ -s "$RECORD/trial-began" ]; then step_restore_aside || return 1; fi
  keep_fact trial-began yes || return 1
  rm -rf "$TRIAL" || return 1
  mkdir -m 0700 "$TRIAL" || return 1
  start_trial "$restored"
  await_trial
  failpoint trying || return 1
  check_trial
  stop_trial || give_up "the etcd that served the restored data does not end" "nothing was stopped; look at ps"
  { chown -R "$(stat -c %u:%g "$DATA_DIR")" "$restored" && find "$restored" -exec sync {} +; } ||
    give_up "the restored data can't be written out to $DATA_DIR" "check the disk; nothing was stopped"
  say "the restored data was served aside: cluster $(fact cluster), revision $(fact restored-revision)"
}

# What stands behind unix:// is the socket's name, in the folder in which etcd and etcdctl are started.
start_trial() {
  local quota
  quota=$(setting etcd quota-backend-bytes)
  # shellcheck disable=SC2086 # a flag or nothing
  (
    cd "$TRIAL" && exec env -i PATH="$PATH" INVOCATION_ID="${INVOCATION_ID:-}" etcd --name "$NAME" --data-dir "$1" \
      --listen-client-urls "$TRIAL_URL" --advertise-client-urls "$(setting etcd advertise-client-urls)" \
      --listen-peer-urls unix://localhost:2 \
      ${quota:+--quota-backend-bytes=$quota} >"$TRIAL/log" 2>&1 9>&-
  ) &
  BESIDE=$!
}

# stop_trial: by SIGTERM, so that etcd writes everything. Status 1: it had to be killed.
stop_trial() {
  kill -TERM "$BESIDE" 2>/dev/null || :
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    kill -0 "$BESIDE" 2>/dev/null || { BESIDE='' && return 0; }
    pause 1 || :
  done
  kill -KILL "$BESIDE" 2>/dev/null || :
  BESIDE=
  return 1
}

# try_asking COMMAND...: asks the etcd of the trial, without certificates, which its sockets don't use.
try_asking() {
  (
    unset ETCDCTL_CACERT ETCDCTL_CERT ETCDCTL_KEY
    cd "$TRIAL" && ask "$TRIAL_URL" 5 "$@"
  )
}

# await_trial: no longer than the other machines wait for this one.
await_trial() {
  local began
  began=$(date +%s)
  until try_asking get / >/dev/null; do
    if grep -q 'user name is empty' "$WORK/errors"; then
      refuse_trial \
        "the backup is of an etcd with authentication on, which lets neither this program nor an API server in without a user's name" \
        "choose a backup from before it was turned on: sh restore.sh --list"
    fi
    kill -0 "$BESIDE" 2>/dev/null ||
      no_trial "$(tail -n 1 "$TRIAL/log" | cut -c1-300 | grep . || echo "it ends at once")"
    [ $(($(date +%s) - began)) -lt "$READY_TIMEOUT" ] || no_trial "it does not answer within $READY_TIMEOUT s"
    sleep 0.1 2>/dev/null || pause 1 || :
  done
}

# no_trial WHY
no_trial() {
  refuse_trial "no etcd can serve the restored data: $1" "nothing was stopped; choose another backup: sh restore.sh --list"
}

# refuse_trial REASON FIX
refuse_trial() {
  stop_trial || :
  give_up "$@"
}

# check_trial: looks for what would keep an API server from serving, and records what the data is known by later.
check_trial() {
  local proof size quota
  try_asking alarm list ||
    refuse_trial "the restored data's alarms can't be read: $(reason 5)" "choose another backup: sh restore.sh --list"
  if grep -q CORRUPT "$WORK/answer"; then
    refuse_trial "the backup is of an etcd with the alarm CORRUPT: its members did not hold the same" \
      "choose an older backup: sh restore.sh --list"
  fi
  if grep -q NOSPACE "$WORK/answer"; then
    say "the backup was taken under the alarm NOSPACE, which is disarmed in what is restored"
    try_asking alarm disarm ||
      refuse_trial "the alarm NOSPACE can't be disarmed: $(reason 5)" "choose another backup: sh restore.sh --list"
  fi
  try_asking endpoint status --write-out=json ||
    refuse_trial "the restored data's state can't be read: $(reason 5)" "choose another backup: sh restore.sh --list"
  size=$(json_number dbSize <"$WORK/answer")
  keep_fact cluster "$(json_number cluster_id <"$WORK/answer")" || exit 1
  quota=$(setting etcd quota-backend-bytes)
  # etcd's own default, 2 GiB.
  quota=${quota:-2147483648}
  [ "$quota" -gt 0 ] || quota=2147483648
  [ "${size:-0}" -lt "$quota" ] ||
    refuse_trial "the restored database has $size bytes, and etcd's quota is $quota: it would take no writes" \
      "raise --quota-backend-bytes of etcd, everywhere, then restore"
  # What machines promised to each other when the backup was taken must not count in the restored cluster.
  if ! try_asking del --prefix "$KEYS/" || ! try_asking del "$MARKS/$OPERATION"; then
    refuse_trial "the restored data takes no writes: $(reason 5)" "choose another backup: sh restore.sh --list"
  fi
  proof=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  try_asking put "$(key proof)" "$proof" --write-out=json ||
    refuse_trial "the restored data takes no writes: $(reason 5)" "choose another backup: sh restore.sh --list"
  keep_fact restored-revision "$(json_number revision <"$WORK/answer")" && keep_fact proof "$proof" || exit 1
  if [ -z "$(fact cluster)" ] || [ -z "$(fact restored-revision)" ] || [ "${#proof}" -ne 32 ]; then
    refuse_trial "what the etcd on the restored data says of itself is not understood" \
      "this is a fault of the program, please report it"
  fi
}
