#!/bin/sh
# etcd-snapshot.sh: takes one verified backup of an etcd cluster, then prunes old ones by the retention policy, and sees that the
# break-glass kit beside them is current.
# A failure at any point leaves every earlier backup as it was. It can be killed at any line and run again.
#
# Inputs are environment variables:
#   CLUSTER               name of the cluster, and of its folder on the volume
#   BACKUP_ROOT           folder where the volume is mounted; default /backup
#   ENDPOINTS             client URLs of the members, separated by spaces, in the order in which they are tried
#   ETCDCTL_CACERT, ETCDCTL_CERT, ETCDCTL_KEY
#                         certificate files; none where etcd speaks plain HTTP
#   SNAPSHOT_TIMEOUT      seconds that one save may take; default 600
#   ROUNDS                how often all the endpoints are tried before giving up; default 3
#   ROUND_PAUSE           seconds between two rounds; default 10
#   MINIMUM_FREE          bytes that must be free on the volume; default twice the size of the database
#   PKI                   folder whose files are kept beside the snapshot (with its private keys, in plain text); default none
#   FINGERPRINTS          folder of files whose SHA-256 the record gets, by their names, for a restore to compare; default none
#                         What of these two can't be read is left out, named in the record, and the run fails with the backup saved
#   KIT_DIGEST            8 hexadecimal digits that name the break-glass kit; default none is kept, see backup/break-glass.sh
#   KIT_SOURCE            folder with program/ (restore.sh, lib/) and cluster/ (RUNBOOK.md, cluster.env), for the kit; default /break-glass
#   BUSYBOX               the kit's busybox, linked statically; default /toolbox/busybox
#   KEEP_LAST, KEEP_HOURLY, KEEP_DAILY, KEEP_WEEKLY, KEEP_MONTHLY, KEEP_YEARLY, KEEP_WITHIN_SECONDS, KEEP_ALL
#                         the retention policy, see backup/retention.awk
#   DRY_RUN               1: saves and deletes nothing, and lists every backup with keep or prune and the reason
#   TERMINATION_MESSAGE   file for the one-line JSON summary; default /dev/termination-log
#   TMPDIR                folder for what commands print; default /tmp
#
# Exit status: 0 done; 1 a step failed; 2 an input is wrong, nothing was attempted; 128 + n ended by signal n.

set -eu
umask 077
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib/environment.sh"
clean_environment ETCDCTL_CACERT ETCDCTL_CERT ETCDCTL_KEY
. "$here/lib/report.sh"
. "$here/lib/process.sh"
. "$here/lib/disk.sh"
. "$here/etcd/tools.sh"
. "$here/backup/backups.sh"
. "$here/backup/break-glass.sh"

main() {
  TERMINATION_MESSAGE=${TERMINATION_MESSAGE:-/dev/termination-log}
  WORK=$(mktemp -d)
  trap clean_up EXIT
  on_signals stopped
  started=$(date +%s)
  incomplete=
  backup=
  # What the backup is without, for its record, for people, and why.
  missing='' saved_without='' missing_why='' missing_fix=''

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
  if [ -n "$missing" ]; then
    STEP=protect
    fail "$saved: $missing_why" "$missing_fix"
  fi
  step report "$backup is complete: revision $revision, $keys keys, $size bytes, from $endpoint"
  summary "{\"outcome\":\"saved\",\"cluster\":\"$CLUSTER\",\"backup\":\"$backup\",\"endpoint\":\"$(json_text "$endpoint")\",\"revision\":$revision,\"keys\":$keys,\"sizeBytes\":$size,\"durationSeconds\":$(($(date +%s) - started)),\"pruned\":$pruned,\"kept\":$kept,\"damaged\":$damaged${kit_fault:+,\"kit\":\"written anew: $(json_text "$kit_fault")\"}}"
}

# check: everything that can be known to be wrong before anything is touched.
check() {
  step check "cluster ${CLUSTER:-}"
  case ${CLUSTER:-} in
    '' | -* | *[!a-z0-9-]*) refuse "CLUSTER is '${CLUSTER:-}'" "set it to the cluster's name: lower-case letters, digits and hyphens" ;;
  esac
  BACKUP_ROOT=${BACKUP_ROOT:-/backup}
  SNAPSHOT_TIMEOUT=${SNAPSHOT_TIMEOUT:-600}
  ROUNDS=${ROUNDS:-3}
  ROUND_PAUSE=${ROUND_PAUSE:-10}
  KIT_SOURCE=${KIT_SOURCE:-/break-glass}
  BUSYBOX=${BUSYBOX:-/toolbox/busybox}
  whole_number SNAPSHOT_TIMEOUT "$SNAPSHOT_TIMEOUT"
  whole_number ROUNDS "$ROUNDS"
  whole_number ROUND_PAUSE "$ROUND_PAUSE"
  [ -z "${MINIMUM_FREE:-}" ] || whole_number MINIMUM_FREE "$MINIMUM_FREE"
  decide_retention </dev/null >/dev/null 2>"$WORK/errors" ||
    refuse "the retention policy can't be used: $(tail -n 1 "$WORK/errors")" "set at least one KEEP_ variable to a whole number of at least 1"
  [ "${DRY_RUN:-}" != 1 ] || return 0
  [ -n "${ENDPOINTS:-}" ] || refuse "ENDPOINTS is empty" "set it to the client URLs of the members, such as https://127.0.0.1:2379"
  for variable in ETCDCTL_CACERT ETCDCTL_CERT ETCDCTL_KEY; do
    eval "file=\${$variable:-}"
    if [ -n "$file" ] && ! is_readable "$file"; then
      refuse "the certificate file $file ($variable) can't be read" "check that it exists on this node and that user $(id -u) may read it"
    fi
  done
  if [ -n "${PKI:-}" ] && [ ! -d "$PKI" ]; then
    refuse "the PKI folder $PKI is not there" "mount the node's PKI folder, /etc/kubernetes/pki with kubeadm, or leave PKI empty"
  fi
  if [ -n "${FINGERPRINTS:-}" ] && [ ! -d "$FINGERPRINTS" ]; then
    refuse "the folder $FINGERPRINTS (FINGERPRINTS) is not there" "check that it exists on this node, or leave FINGERPRINTS empty"
  fi
  if [ -n "${KIT_DIGEST:-}" ]; then
    { is_kit_name ".break-glass-$KIT_DIGEST" && [ "${#KIT_DIGEST}" -eq 8 ]; } || refuse "KIT_DIGEST is '$KIT_DIGEST'" "set it to 8 hexadecimal digits, or leave it empty for no break-glass kit"
  fi
  choose_tools
}

# By opening it: busybox' [ -r ] takes root for almighty, which without capabilities it is not.
is_readable() {
  (: <"$1") 2>/dev/null
}

whole_number() {
  case $2 in
    '' | 0* | *[!0-9]* | ????????????????*) refuse "$1 is '$2'" "set it to a whole number of at least 1" ;;
  esac
}

# preview: what prune would do now.
preview() {
  step preview "nothing is saved or deleted"
  [ -e "$BACKUP_ROOT/$CLUSTER" ] || fail "there is no folder $BACKUP_ROOT/$CLUSTER" "check the volume and the cluster's name: no backup has been written yet"
  enter_folder
  decide_prune
  cat "$WORK/decisions"
  count_decisions
  summary "{\"outcome\":\"previewed\",\"cluster\":\"$CLUSTER\",\"pruned\":$pruned,\"kept\":$kept,\"damaged\":$damaged}"
}

open_folder() {
  step open "$BACKUP_ROOT/$CLUSTER"
  make_folder
  enter_folder
  own_folder
  lock_folder "$SNAPSHOT_TIMEOUT"
  sweep_folder
}

# take: save and verify, from the first member that can give a good snapshot.
# One that knows no leader may be behind the others, so it comes last; with the quorum lost, its state is worth having all the same.
take() {
  failures=
  fix=
  round=1
  while :; do
    leaderless=
    for endpoint in $ENDPOINTS; do
      if ! probe; then continue; fi
      if [ "$leader" = 0 ]; then
        leaderless="$leaderless $endpoint"
        continue
      fi
      if save && verify; then return; fi
    done
    for endpoint in $leaderless; do
      say "warning: $endpoint knows no leader: its data may be behind, taking it as no other member can be had"
      if probe && save && verify; then return; fi
    done
    [ "$round" -lt "$ROUNDS" ] || break
    say "round $round of $ROUNDS brought no snapshot, the next one in $ROUND_PAUSE s"
    round=$((round + 1))
    failures=
    pause "$ROUND_PAUSE" || :
  done
  fail "no member gave a good snapshot: ${failures#; }" "$fix"
}

# probe: the member's state, asked of itself.
probe() {
  step probe "$endpoint"
  ask "$endpoint" 5 endpoint status --write-out=json || {
    next_endpoint "$(reason 5)"
    return 1
  }
  member=$(json_number member_id <"$WORK/answer")
  server=$(json_string version <"$WORK/answer")
  db_size=$(json_number dbSize <"$WORK/answer")
  # etcdctl leaves zeros out of its JSON.
  leader=$(json_number leader <"$WORK/answer")
  leader=${leader:-0}
  if [ -z "$member" ] || [ -z "$db_size" ]; then
    next_endpoint "its status was not understood: $(cut -c1-200 "$WORK/answer")"
    return 1
  fi
  if grep -q '"isLearner":true' "$WORK/answer"; then
    next_endpoint "it is a learner that still follows the others"
    return 1
  fi
}

# next_endpoint REASON: remembers why this one gave nothing.
next_endpoint() {
  say "$endpoint: $1"
  failures="$failures; $endpoint: $1"
  # The first one's reason is the local member's, most often the one to act on.
  [ -n "$fix" ] || fix=$(advice "$1")
}

save() {
  check_space
  drop_incomplete
  # A name is a second: two backups within one would take each other's.
  stamp=$(date -u +%Y%m%dT%H%M%SZ)
  while ls -d "$stamp"-r* >/dev/null 2>&1; do
    pause 1
    stamp=$(date -u +%Y%m%dT%H%M%SZ)
  done
  step save "$endpoint, etcd $server, database of $db_size bytes"
  save_started=$(date +%s)
  mkdir -m 0700 ".incomplete-$stamp" 2>"$WORK/errors" || fail "can't write to the volume: $(tail -n 1 "$WORK/errors")" "make the volume writable, or free space on it"
  incomplete=.incomplete-$stamp
  ask "$endpoint" "$SNAPSHOT_TIMEOUT" snapshot save "$incomplete/snapshot.db" || {
    save_status=$?
    cause=$(reason "$SNAPSHOT_TIMEOUT")
    ! timed_out "$save_status" || cause="no answer within $SNAPSHOT_TIMEOUT s"
    case $cause in
      'no space left'*) fail "the volume filled up while the snapshot was being saved" "free space on the volume, or keep fewer backups" ;;
      'read-only'*) fail "the volume is read-only" "mount it writable; a file system that found errors goes read-only, check it" ;;
    esac
    drop_incomplete
    next_endpoint "$cause"
    return 1
  }
}

check_space() {
  needed=${MINIMUM_FREE:-$((db_size * 2))}
  needed=$(((needed + 1023) / 1024))
  free=$(free_kib . 2>"$WORK/errors") ||
    fail "the free space on the volume can't be told: $(tail -n 1 "$WORK/errors")" "check the volume, by stat -f and df on the node"
  if [ "$free" -lt "$needed" ]; then
    step space "$free KiB free"
    fail "the volume has $free KiB free and needs $needed KiB: $((needed - free)) KiB are missing" \
      "free space on the volume, keep fewer backups, or set the minimum free space (default twice the database) lower"
  fi
}

# verify: that the file is whole and that etcd's own tool can read it. Both read all of it, so they do it side by side.
verify() {
  step verify "$incomplete/snapshot.db"
  start_beside checksum_of "$incomplete/snapshot.db" >"$WORK/checksum"
  run "$SNAPSHOT_TIMEOUT" "$offline" snapshot status "$incomplete/snapshot.db" --write-out=json >"$WORK/answer" 2>"$WORK/errors" || {
    await_beside || :
    damaged_snapshot "$offline snapshot status failed: $(tail -n 1 "$WORK/errors" | cut -c1-300)"
    return 1
  }
  revision=$(json_number revision <"$WORK/answer")
  # etcd begins at 1, and finds no revision in a database that nobody has written to.
  [ "$revision" != 0 ] || revision=1
  keys=$(json_number totalKey <"$WORK/answer")
  storage=$(json_string version <"$WORK/answer")
  # Before 3.6 a database doesn't name its storage version: it is that of the etcd that wrote it.
  storage=${storage:-${server%.*}}
  if [ -z "$revision" ] || [ -z "$keys" ]; then
    damaged_snapshot "its status was not understood: $(cut -c1-200 "$WORK/answer")"
    return 1
  fi
  await_beside || {
    damaged_snapshot "its SHA-256 does not match its content"
    return 1
  }
  read -r checksum <"$WORK/checksum"
  size=$(stat -c %s "$incomplete/snapshot.db")
}

damaged_snapshot() {
  drop_incomplete
  next_endpoint "the snapshot it gave is damaged: $1"
  fix="check this member's disk and memory, and the volume: a snapshot arrived damaged"
}

# protect: what else a restore needs, or has to find as it was. The snapshot is worth having without it: what can't be had
# is left out, and the run says so at its end.
protect() {
  local file
  fingerprints=
  for file in ${FINGERPRINTS:+"$FINGERPRINTS"/*}; do
    # An empty folder.
    [ "$file" != "$FINGERPRINTS/*" ] || continue
    if run "$SNAPSHOT_TIMEOUT" sha256sum "$file" >"$WORK/sum" 2>"$WORK/errors"; then
      fingerprints="$fingerprints${fingerprints:+,}\"$(json_text "$(basename "$file")")\":\"$(cut -c1-64 "$WORK/sum")\""
    else
      leave_out "fingerprints/$(basename "$file")" "$file can't be read"
    fi
  done
  [ -n "${PKI:-}" ] || return 0
  step protect "the PKI in $PKI, private keys included"
  if ! { run "$SNAPSHOT_TIMEOUT" cp -RL "$PKI" "$incomplete/pki" && chmod -R u=rwX,go= "$incomplete/pki"; } 2>"$WORK/errors"; then
    # Half of it would be taken for the whole.
    leave_out pki "the PKI can't be copied"
    rm -rf "./$incomplete/pki" 2>"$WORK/errors" ||
      fail "can't remove the half-copied PKI: $(tail -n 1 "$WORK/errors")" "check the volume's health (dmesg on the node)"
  fi
}

# leave_out WHAT WHY: the backup comes without it. The first reason stays, with its fix.
leave_out() {
  local cause
  cause=$(tail -n 1 "$WORK/errors")
  say "warning: $2: ${cause:-no answer within $SNAPSHOT_TIMEOUT s}"
  missing="$missing${missing:+,}\"$(json_text "$1")\""
  saved_without="$saved_without${saved_without:+, }$1"
  [ -z "$missing_why" ] || return 0
  missing_why="$2: ${cause:-no answer within $SNAPSHOT_TIMEOUT s}"
  case $cause in
    *[Pp]ermission*)
      missing_fix="user $(id -u) may not read it here: with includePki the pod needs the capability DAC_READ_SEARCH, which the chart of this version gives; without, the file has to be user $(id -u)'s or open to all" ;;
    *[Nn]'o space'*) missing_fix="free space on the volume: it has to hold the PKI beside the snapshot" ;;
    *[Nn]'o such file'*) missing_fix="on the node, mend or remove what leads to nothing there" ;;
    *) missing_fix="look at this file on the node" ;;
  esac
}

# keep: from here on it is a backup.
keep() {
  backup=$stamp-r$revision
  step keep "$backup"
  taken="$(echo "$stamp" | sed 's/\(....\)\(..\)\(..\)T\(..\)\(..\)\(..\)Z/\1-\2-\3T\4:\5:\6Z/')"
  {
    printf '{"format":1,"cluster":"%s","member":"%s","endpoint":"%s",' "$CLUSTER" "$(json_text "$(member_name "$endpoint" "$member")")" "$(json_text "$endpoint")"
    printf '"etcdVersion":"%s","storageVersion":"%s","takenAt":"%s",' "$(json_text "$server")" "$(json_text "$storage")" "$taken"
    printf '"revision":%s,"keys":%s,"sizeBytes":%s,"sha256":"%s","durationSeconds":%s' "$revision" "$keys" "$size" "$checksum" "$(($(date +%s) - save_started))"
    printf '%s%s}\n' "${fingerprints:+,\"fingerprints\":{$fingerprints\}}" "${missing:+,\"missing\":[$missing]}"
  } >"$incomplete/backup.json" 2>"$WORK/errors" || fail "can't write backup.json: $(tail -n 1 "$WORK/errors")" "free space on the volume"
  # Durable before it gets its name, and the name durable before anything older goes.
  if ! { find "$incomplete" -exec sync {} + && mv "$incomplete" "$backup" && sync .; } 2>"$WORK/errors"; then
    fail "can't complete the backup on the volume: $(tail -n 1 "$WORK/errors")" "check the volume's health (dmesg on the node): writing it out failed"
  fi
  incomplete=
  saved="$backup is saved${saved_without:+, without $saved_without}"
}

prune() {
  step prune "by the retention policy"
  decide_prune
  if grep -qx "$backup damaged" "$WORK/backups"; then
    fail "the backup just written, $backup, is not as it was written: nothing is pruned" "check the volume's health: it loses what is written to it"
  fi
  while read -r decision name why; do
    say "$decision $name: $why"
    if [ "$decision" = prune ]; then
      delete_backup "$name" 2>"$WORK/errors" ||
        fail "$saved, but $name can't be deleted: $(tail -n 1 "$WORK/errors")" "delete it by hand, and check the volume before it fills up"
    fi
  done <"$WORK/decisions"
  count_decisions
}

decide_prune() {
  list_backups >"$WORK/backups" 2>"$WORK/errors" ||
    fail "the backups can't be listed: $(tail -n 1 "$WORK/errors")" "nothing was pruned; check the volume, and the space for temporary files"
  decide_retention <"$WORK/backups" >"$WORK/decisions" 2>"$WORK/errors" ||
    fail "the retention policy failed: $(tail -n 1 "$WORK/errors")" "nothing was pruned; this is a fault of the program, please report it"
  [ -z "${PKI:-}" ] || spare_pki
}

# spare_pki: while newer ones had to be saved without it, the newest backup with the PKI stays, whatever the policy says.
spare_pki() {
  local name state newest
  newest=
  while read -r name state; do
    if [ "$state" = complete ] && is_own_folder "$name/pki"; then newest=$name; fi
  done <"$WORK/backups"
  [ -n "$newest" ] || return 0
  if ! { sed "s/^prune $newest .*/keep $newest newest with the PKI/" "$WORK/decisions" >"$WORK/spared" && mv "$WORK/spared" "$WORK/decisions"; }; then
    fail "what to prune can't be decided" "nothing was pruned; check the space for temporary files"
  fi
}

decide_retention() {
  NOW=$(date -u +%Y%m%dT%H%M%SZ) JUST_WRITTEN=$backup awk -f "$here/backup/retention.awk"
}

count_decisions() {
  pruned=$(grep -c '^prune ' "$WORK/decisions" || :)
  kept=$(grep -c '^keep ' "$WORK/decisions" || :)
  damaged=$(grep -c ' damaged$' "$WORK/backups" || :)
  [ "$damaged" -eq 0 ] || say "warning: $damaged damaged backups are kept and not counted, look at them: $(sed -n 's/ damaged$//p' "$WORK/backups" | tr '\n' ' ')"
}

# What can't be removed here is no failure of its own: the next run tries again.
drop_incomplete() {
  [ -z "$incomplete" ] || rm -rf "./$incomplete" || :
  incomplete=
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

main
