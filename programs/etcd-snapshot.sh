#!/bin/sh
# etcd-snapshot.sh: takes one verified backup of an etcd cluster, then prunes old ones by the retention policy, and sees
# that the break-glass kit beside them is current. A failure at any point leaves every earlier backup as it was. It can
# be killed at any line and run again.
#
# Its inputs are variables: INPUTS, below.
#
# When the PKI, or a file of FINGERPRINTS, can't be read, the backup is saved without it and names it in its record, and
# the run fails. It fails, too, when the backup is of another etcd cluster than the one before, and no restore of ours
# explains that.
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
. "$here/etcd/mark.sh"
. "$here/backup/backups.sh"
. "$here/backup/break-glass.sh"
. "$here/backup/which-cluster.sh"
. "$here/backup/take.sh"
. "$here/backup/protect.sh"
. "$here/backup/keep.sh"
. "$here/backup/prune.sh"

INPUTS='
CLUSTER             -            -       - name of the cluster, and of its folder on the volume
BACKUP_ROOT         /backup      -       - folder where the volume is mounted
ENDPOINTS           -            -       - client URLs of the members, in the order in which they are tried
ETCDCTL_CACERT      -            -       - file with the CA of etcd; empty where etcd speaks plain HTTP
ETCDCTL_CERT        -            -       - file of the client certificate
ETCDCTL_KEY         -            -       - file of its key
SNAPSHOT_TIMEOUT    600          seconds - longest time of one save
ROUNDS              3            times   - how often all the endpoints are tried
ROUND_PAUSE         10           seconds - pause between two rounds
MINIMUM_FREE        -            bytes   - free space that the volume must have; empty: twice the size of the database
PKI                 -            -       - folder copied beside the snapshot, with its private keys, in plain text
FINGERPRINTS        -            -       - folder of files whose SHA-256 is recorded, for a restore to compare
KIT_DIGEST          -            -       - 8 hexadecimal digits that name the break-glass kit; empty: no kit
KIT_SOURCE          /tmp/break-glass -   - folder with program/ (restore.sh and what it uses) and cluster/
BUSYBOX             /toolbox/busybox -   - busybox for the kit, linked statically
KEEP_LAST           -            backups - keep the newest N backups; for all KEEP_ see backup/retention.awk
KEEP_HOURLY         -            hours   - keep the newest backup of each of the last N hours that have one
KEEP_DAILY          -            days    - keep the newest backup of each of the last N days that have one
KEEP_WEEKLY         -            weeks   - keep the newest backup of each of the last N weeks that have one
KEEP_MONTHLY        -            months  - keep the newest backup of each of the last N months that have one
KEEP_YEARLY         -            years   - keep the newest backup of each of the last N years that have one
KEEP_WITHIN_SECONDS -            seconds - keep every backup less than N seconds older than the newest one
KEEP_ALL            -            -       - 1: keep all
DRY_RUN             -            -       - 1: save and delete nothing, list every backup with keep or prune and why
TERMINATION_MESSAGE /dev/termination-log - - file for the summary, one line of JSON
'

main() {
  WORK=$(mktemp -d)
  trap clean_up EXIT
  on_signals stopped
  STARTED=$(date +%s)
  INCOMPLETE=
  BACKUP=
  # Of which etcd cluster things are: see backup/which-cluster.sh.
  CLUSTER_ID='' HISTORY='' PRESENT=''
  # What the backup lacks, for its record and for people; and why, with the fix.
  MISSING='' SAVED_WITHOUT='' MISSING_WHY='' MISSING_FIX=''

  check
  if [ "${DRY_RUN:-}" = 1 ]; then
    preview
    return
  fi
  open_folder
  find_previous
  take
  protect
  keep
  compare
  prune
  keep_kit
  report
}

report() {
  if [ -n "$OTHER_WHY" ]; then
    STEP=compare
    fail "$SAVED: $OTHER_WHY" "$OTHER_FIX"
  fi
  if [ -n "$MISSING" ]; then
    STEP=protect
    fail "$SAVED: $MISSING_WHY" "$MISSING_FIX"
  fi
  step report "$BACKUP is complete: revision $REVISION, $KEYS keys, $SIZE bytes, from $ENDPOINT"
  summary "$(printf '%s' "{\"outcome\":\"saved\",\"cluster\":\"$CLUSTER\",\"backup\":\"$BACKUP\"," \
    "\"endpoint\":\"$(json_text "$ENDPOINT")\",\"revision\":$REVISION,\"keys\":$KEYS,\"sizeBytes\":$SIZE," \
    "\"durationSeconds\":$(($(date +%s) - STARTED)),\"pruned\":$PRUNED,\"kept\":$KEPT,\"damaged\":$DAMAGED" \
    "${PASSED_OVER:+,\"passedOver\":\"$(json_text "$PASSED_OVER")\"}" \
    "${KIT_FAULT:+,\"kit\":\"written anew: $(json_text "$KIT_FAULT")\"}}")"
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
  check_inputs
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

open_folder() {
  step open "$BACKUP_ROOT/$CLUSTER"
  make_folder
  enter_folder
  own_folder
  lock_folder "$SNAPSHOT_TIMEOUT"
  sweep_folder
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
