#!/bin/sh
# etcd-snapshot.sh: takes one verified backup of an etcd cluster, then prunes old ones by the retention policy, and sees
# that the break-glass kit beside them is current. A failure at any point leaves every earlier backup as it was. It can
# be killed at any line and run again.
#
# Its inputs are variables: INPUTS, below.
#
# When the PKI, or a file of FINGERPRINTS, can't be read, the backup is saved without it and names it in its record, and
# the run fails.
#
# Exit status: 0 done; 1 a step failed; 2 an input is wrong, nothing was attempted; 128 + n ended by signal n.

set -eu
umask 077
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib/environment.sh"
clean_environment 'ETCD_ ETCDCTL_ ETCDUTL_' ETCDCTL_CACERT ETCDCTL_CERT ETCDCTL_KEY
. "$here/lib/text.sh"
. "$here/lib/report.sh"
. "$here/lib/process.sh"
. "$here/lib/disk.sh"
. "$here/lib/inputs.sh"
. "$here/etcd/tools.sh"
. "$here/backup/backups.sh"
. "$here/backup/break-glass.sh"

INPUTS='
CLUSTER              -             -        name of the cluster, and of its folder on the volume
BACKUP_ROOT          /backup       -        folder where the volume is mounted
ENDPOINTS            -             -        client URLs of the members, in the order in which they are tried
ETCDCTL_CACERT       -             -        file with the CA of etcd; empty where etcd speaks plain HTTP
ETCDCTL_CERT         -             -        file of the client certificate
ETCDCTL_KEY          -             -        file of its key
SNAPSHOT_TIMEOUT     600           seconds  longest time of one save
ROUNDS               3             -        how often all the endpoints are tried
ROUND_PAUSE          10            seconds  pause between two rounds
MINIMUM_FREE         -             bytes    free space that the volume must have; empty: twice the size of the database
PKI                  -             -        folder copied beside the snapshot, with its private keys, in plain text
FINGERPRINTS         -             -        folder of files whose SHA-256 is recorded, for a restore to compare
KIT_DIGEST           -             -        8 hexadecimal digits that name the break-glass kit; empty: no kit
KIT_SOURCE           /break-glass  -        folder with program/ (restore.sh and what it uses) and cluster/
BUSYBOX              /toolbox/busybox  -        busybox for the kit, linked statically
KEEP_LAST            -             backups  keep the newest N backups; for all KEEP_ see backup/retention.awk
KEEP_HOURLY          -             hours    keep the newest backup of each of the last N hours that have one
KEEP_DAILY           -             days     keep the newest backup of each of the last N days that have one
KEEP_WEEKLY          -             weeks    keep the newest backup of each of the last N weeks that have one
KEEP_MONTHLY         -             months   keep the newest backup of each of the last N months that have one
KEEP_YEARLY          -             years    keep the newest backup of each of the last N years that have one
KEEP_WITHIN_SECONDS  -             seconds  keep every backup less than N seconds older than the newest one
KEEP_ALL             -             -        1: keep all
DRY_RUN              -             -        1: save and delete nothing, list every backup with keep or prune and why
TERMINATION_MESSAGE  /dev/termination-log  -        file for the summary, one line of JSON
'

main() {
  WORK=$(mktemp -d)
  trap clean_up EXIT
  on_signals stopped
  STARTED=$(date +%s)
  INCOMPLETE=
  BACKUP=
  # What the backup lacks, for its record and for people; and why, with the fix.
  MISSING='' SAVED_WITHOUT='' MISSING_WHY='' MISSING_FIX=''

  check
  if [ "${DRY_RUN:-}" = 1 ]; then
    preview
    return
  fi
  open_folder
  take
  protect
  keep
  prune
  keep_kit
  report
}

report() {
  if [ -n "$MISSING" ]; then
    STEP=protect
    fail "$SAVED: $MISSING_WHY" "$MISSING_FIX"
  fi
  step report "$BACKUP is complete: revision $REVISION, $KEYS keys, $SIZE bytes, from $ENDPOINT"
  summary "{\"outcome\":\"saved\",\"cluster\":\"$CLUSTER\",\"backup\":\"$BACKUP\",\"endpoint\":\"$(json_text "$ENDPOINT")\",\"revision\":$REVISION,\"keys\":$KEYS,\"sizeBytes\":$SIZE,\"durationSeconds\":$(($(date +%s) - STARTED)),\"pruned\":$PRUNED,\"kept\":$KEPT,\"damaged\":$DAMAGED${KIT_FAULT:+,\"kit\":\"written anew: $(json_text "$KIT_FAULT")\"}}"
}

# check: everything that can be known to be wrong before anything is touched.
check() {
  local file variable
  step check "cluster ${CLUSTER:-}"
  case ${CLUSTER:-} in
    '' | -* | *[!a-z0-9-]*)
      refuse "CLUSTER is '${CLUSTER:-}'" "set it to the cluster's name: lower-case letters, digits and hyphens"
      ;;
  esac
  whole_number SNAPSHOT_TIMEOUT "$SNAPSHOT_TIMEOUT"
  whole_number ROUNDS "$ROUNDS"
  whole_number ROUND_PAUSE "$ROUND_PAUSE"
  [ -z "${MINIMUM_FREE:-}" ] || whole_number MINIMUM_FREE "$MINIMUM_FREE"
  decide_retention </dev/null >/dev/null 2>"$WORK/errors" ||
    refuse "the retention policy can't be used: $(tail -n 1 "$WORK/errors")" \
      "set at least one KEEP_ variable to a whole number of at least 1"
  [ "${DRY_RUN:-}" != 1 ] || return 0
  [ -n "${ENDPOINTS:-}" ] ||
    refuse "ENDPOINTS is empty" "set it to the client URLs of the members, such as https://127.0.0.1:2379"
  for variable in ETCDCTL_CACERT ETCDCTL_CERT ETCDCTL_KEY; do
    eval "file=\${$variable:-}"
    if [ -n "$file" ] && ! is_readable "$file"; then
      refuse "the certificate file $file ($variable) can't be read" \
        "check that it exists on this node and that user $(id -u) may read it"
    fi
  done
  if [ -n "${PKI:-}" ] && [ ! -d "$PKI" ]; then
    refuse "the PKI folder $PKI is not there" \
      "mount the node's PKI folder, /etc/kubernetes/pki with kubeadm, or leave PKI empty"
  fi
  if [ -n "${FINGERPRINTS:-}" ] && [ ! -d "$FINGERPRINTS" ]; then
    refuse "the folder $FINGERPRINTS (FINGERPRINTS) is not there" \
      "check that it exists on this node, or leave FINGERPRINTS empty"
  fi
  if [ -n "${KIT_DIGEST:-}" ]; then
    { is_kit_name ".break-glass-$KIT_DIGEST" && [ "${#KIT_DIGEST}" -eq 8 ]; } ||
      refuse "KIT_DIGEST is '$KIT_DIGEST'" "set it to 8 hexadecimal digits, or leave it empty for no break-glass kit"
  fi
  choose_tools
}

# By opening the file: busybox' [ -r ] is true for root whatever the file, but root without capabilities may not read it
# all.
is_readable() {
  (: <"$1") 2>/dev/null
}

whole_number() {
  case $2 in
    '' | 0* | *[!0-9]* | ????????????????*) refuse "$1 is '$2'" "set it to a whole number of at least 1" ;;
  esac
}

# preview: what `prune` would do now.
preview() {
  step preview "nothing is saved or deleted"
  [ -e "$BACKUP_ROOT/$CLUSTER" ] ||
    fail "there is no folder $BACKUP_ROOT/$CLUSTER" \
      "check the volume and the cluster's name: no backup has been written yet"
  enter_folder
  decide_prune
  cat "$WORK/decisions"
  count_decisions
  summary "{\"outcome\":\"previewed\",\"cluster\":\"$CLUSTER\",\"pruned\":$PRUNED,\"kept\":$KEPT,\"damaged\":$DAMAGED}"
}

open_folder() {
  step open "$BACKUP_ROOT/$CLUSTER"
  make_folder
  enter_folder
  own_folder
  lock_folder "$SNAPSHOT_TIMEOUT"
  sweep_folder
}

# take: saves and verifies a snapshot of the first member that gives a good one. A member that knows no leader may be
# behind the others, so it comes last; with the quorum lost, its state is still worth having.
take() {
  local leaderless round
  FAILURES=
  FIX=
  round=1
  while :; do
    leaderless=
    for ENDPOINT in $ENDPOINTS; do
      if ! probe; then continue; fi
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
  step probe "$ENDPOINT"
  ask "$ENDPOINT" 5 endpoint status --write-out=json || {
    next_endpoint "$(reason 5)"
    return 1
  }
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

# next_endpoint REASON: remembers why this endpoint gave no snapshot.
next_endpoint() {
  say "$ENDPOINT: $1"
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

# protect: adds what else a restore needs, and fingerprints of what must be unchanged then. The snapshot is worth having
# without them: what can't be read is left out, and the run fails at its end.
protect() {
  local file
  FINGERPRINTS_TAKEN=
  for file in ${FINGERPRINTS:+"$FINGERPRINTS"/*}; do
    # An empty folder.
    [ "$file" != "$FINGERPRINTS/*" ] || continue
    if run "$SNAPSHOT_TIMEOUT" sha256sum "$file" >"$WORK/sum" 2>"$WORK/errors"; then
      FINGERPRINTS_TAKEN="$FINGERPRINTS_TAKEN${FINGERPRINTS_TAKEN:+,}$(
        printf '"%s":"%s"' "$(json_text "$(basename "$file")")" "$(cut -c1-64 "$WORK/sum")"
      )"
    else
      leave_out "fingerprints/$(basename "$file")" "$file can't be read"
    fi
  done
  [ -n "${PKI:-}" ] || return 0
  step protect "the PKI in $PKI, private keys included"
  if ! { run "$SNAPSHOT_TIMEOUT" cp -RL "$PKI" "$INCOMPLETE/pki" &&
    chmod -R u=rwX,go= "$INCOMPLETE/pki"; } 2>"$WORK/errors"; then
    # Half a PKI would be taken for the whole.
    leave_out pki "the PKI can't be copied"
    rm -rf "./$INCOMPLETE/pki" 2>"$WORK/errors" ||
      fail "can't remove the half-copied PKI: $(tail -n 1 "$WORK/errors")" \
        "check the volume's health (dmesg on the node)"
  fi
}

# leave_out WHAT WHY: the backup is saved without it. Only the first reason is kept, with its fix.
leave_out() {
  local cause
  cause=$(tail -n 1 "$WORK/errors")
  say "warning: $2: ${cause:-no answer within $SNAPSHOT_TIMEOUT s}"
  MISSING="$MISSING${MISSING:+,}\"$(json_text "$1")\""
  SAVED_WITHOUT="$SAVED_WITHOUT${SAVED_WITHOUT:+, }$1"
  [ -z "$MISSING_WHY" ] || return 0
  MISSING_WHY="$2: ${cause:-no answer within $SNAPSHOT_TIMEOUT s}"
  case $cause in
    *[Pp]ermission*)
      MISSING_FIX="user $(id -u) may not read it here. With includePki the pod needs the capability DAC_READ_SEARCH, which the chart of this version gives; without includePki, the file has to belong to user $(id -u) or be readable by all"
      ;;
    *[Nn]'o space'*) MISSING_FIX="free space on the volume: it has to hold the PKI beside the snapshot" ;;
    *[Nn]'o such file'*) MISSING_FIX="on the node, mend or remove what leads to nothing there" ;;
    *) MISSING_FIX="look at this file on the node" ;;
  esac
}

# keep: writes the record, and gives the backup its name: from here on it is one.
keep() {
  local taken
  BACKUP=$STAMP-r$REVISION
  step keep "$BACKUP"
  taken="$(echo "$STAMP" | sed 's/\(....\)\(..\)\(..\)T\(..\)\(..\)\(..\)Z/\1-\2-\3T\4:\5:\6Z/')"
  {
    printf '{"format":1,"cluster":"%s","member":"%s","endpoint":"%s",' "$CLUSTER" \
      "$(json_text "$(member_name "$ENDPOINT" "$MEMBER_ID")")" "$(json_text "$ENDPOINT")"
    printf '"etcdVersion":"%s","storageVersion":"%s","takenAt":"%s",' "$(json_text "$SERVER_VERSION")" \
      "$(json_text "$STORAGE_VERSION")" "$taken"
    printf '"revision":%s,"keys":%s,"sizeBytes":%s,"sha256":"%s","durationSeconds":%s' "$REVISION" "$KEYS" "$SIZE" \
      "$CHECKSUM" "$(($(date +%s) - SAVE_STARTED))"
    printf '%s%s}\n' "${FINGERPRINTS_TAKEN:+,\"fingerprints\":{$FINGERPRINTS_TAKEN\}}" \
      "${MISSING:+,\"missing\":[$MISSING]}"
  } >"$INCOMPLETE/backup.json" 2>"$WORK/errors" ||
    fail "can't write backup.json: $(tail -n 1 "$WORK/errors")" "free space on the volume"
  # The content is synced before it gets its name, and the name before anything older is deleted.
  if ! { find "$INCOMPLETE" -exec sync {} + && mv "$INCOMPLETE" "$BACKUP" && sync .; } 2>"$WORK/errors"; then
    fail "can't complete the backup on the volume: $(tail -n 1 "$WORK/errors")" \
      "check the volume's health (dmesg on the node): writing it out failed"
  fi
  INCOMPLETE=
  SAVED="$BACKUP is saved${SAVED_WITHOUT:+, without $SAVED_WITHOUT}"
}

prune() {
  local decision name why
  step prune "by the retention policy"
  decide_prune
  if grep -qx "$BACKUP damaged" "$WORK/backups"; then
    fail "the backup just written, $BACKUP, is not as it was written: nothing is pruned" \
      "check the volume's health: it loses what is written to it"
  fi
  while read -r decision name why; do
    say "$decision $name: $why"
    if [ "$decision" = prune ]; then
      delete_backup "$name" 2>"$WORK/errors" ||
        fail "$SAVED, but $name can't be deleted: $(tail -n 1 "$WORK/errors")" \
          "delete it by hand, and check the volume before it fills up"
    fi
  done <"$WORK/decisions"
  count_decisions
}

decide_prune() {
  list_backups >"$WORK/backups" 2>"$WORK/errors" ||
    fail "the backups can't be listed: $(tail -n 1 "$WORK/errors")" \
      "nothing was pruned; check the volume, and the space for temporary files"
  decide_retention <"$WORK/backups" >"$WORK/decisions" 2>"$WORK/errors" ||
    fail "the retention policy failed: $(tail -n 1 "$WORK/errors")" \
      "nothing was pruned; this is a fault of the program, please report it"
  [ -z "${PKI:-}" ] || spare_pki
}

# spare_pki: the newest backup with the PKI stays, whatever the policy says, as newer ones may have been saved without
# it.
spare_pki() {
  local name state newest
  newest=
  while read -r name state; do
    if [ "$state" = complete ] && is_own_folder "$name/pki"; then newest=$name; fi
  done <"$WORK/backups"
  [ -n "$newest" ] || return 0
  if ! { sed "s/^prune $newest .*/keep $newest newest with the PKI/" "$WORK/decisions" >"$WORK/spared" &&
    mv "$WORK/spared" "$WORK/decisions"; }; then
    fail "what to prune can't be decided" "nothing was pruned; check the space for temporary files"
  fi
}

decide_retention() {
  NOW=$(date -u +%Y%m%dT%H%M%SZ) JUST_WRITTEN=$BACKUP awk -f "$here/backup/retention.awk"
}

count_decisions() {
  PRUNED=$(grep -c '^prune ' "$WORK/decisions" || :)
  KEPT=$(grep -c '^keep ' "$WORK/decisions" || :)
  DAMAGED=$(grep -c ' damaged$' "$WORK/backups" || :)
  [ "$DAMAGED" -eq 0 ] ||
    say "warning: $DAMAGED damaged backups are kept and not counted, look at them: $(sed -n 's/ damaged$//p' "$WORK/backups" | tr '\n' ' ')"
}

# What can't be removed is not a failure of this run: the next run tries again.
drop_incomplete() {
  [ -z "$INCOMPLETE" ] || rm -rf "./$INCOMPLETE" || :
  INCOMPLETE=
}

clean_up() {
  drop_incomplete
  drop_draft
  rm -rf "$WORK" || :
}

# stopped SIGNAL STATUS
stopped() {
  finish "$2" "ended by $1" "earlier backups are as they were; the next run starts over"
}

take_inputs
case ${1:-} in
  -h | --help | help) usage "$0" ;;
  *) main ;;
esac
