# shellcheck shell=sh
# snapshot.sh: which snapshot is restored, and whether it can be. Nothing is changed.
#
#   SNAPSHOT           latest, at:NAME, before:TIME or file:PATH
#   STAGED_FROM        in a pod: where its volume is mounted
#   TRUST_BACKUPS      1: accept backups that others than root can write
#   SKIP_HASH_CHECK    1: accept a bare database, which has no checksum
#   ACCEPT_CHANGED_KEYS    1: accept another PKI or encryption configuration than the backup recorded

# choose_snapshot: decides once which file is restored.
choose_snapshot() {
  local chosen damaged wanted
  if [ ! -s "$RECORD/snapshot" ]; then
    case $SNAPSHOT in
      file:*)
        chosen=${SNAPSHOT#file:}
        check_owner "$chosen"
        ;;
      *)
        cd "$BACKUP_ROOT/$CLUSTER" 2>/dev/null ||
          give_up "there is no folder $BACKUP_ROOT/$CLUSTER" "check the volume and the cluster's name"
        list_backups >"$WORK/unsorted" && sort "$WORK/unsorted" >"$WORK/backups" || return 1
        chosen=$(sed -n 's/ complete.*//p' "$WORK/backups" | not_ahead | pick "$SNAPSHOT")
        damaged=$(sed -n 's/ damaged.*//p' "$WORK/backups" | pick "$SNAPSHOT")
        if [ -n "$damaged" ] && [ -z "$chosen" ]; then
          give_up "the backup $damaged is damaged: its snapshot.db is not a file of the size that its backup.json says" "choose another backup: sh restore.sh --list"
        fi
        case $SNAPSHOT in
          at:*) wanted=" ${SNAPSHOT#at:}" ;;
          before:*) wanted=" from before ${SNAPSHOT#before:}" ;;
          *) wanted=" from before now, $(date -u +%Y-%m-%dT%H:%M:%SZ)," ;;
        esac
        # Sorted by time, the last of both is the newer one.
        [ -z "$damaged" ] || [ "$(printf '%s\n' "$chosen" "$damaged" | sort | tail -n 1)" = "$chosen" ] ||
          say "warning: $damaged is newer, and damaged: its snapshot.db is not a file of the size that its backup.json says"
        [ -n "$chosen" ] ||
          give_up "there is no complete backup$wanted in $BACKUP_ROOT/$CLUSTER" \
            "see which there are, by sh restore.sh --list, and name one: --at NAME"
        settle "$chosen" && read -r chosen <"$WORK/choice" || return 1
        check_owner "$chosen" "$chosen/snapshot.db" "$chosen/backup.json"
        # The real path is the one that was checked.
        chosen=$(pwd -P)/$chosen/snapshot.db
        cd "$RECORD" || return 1
        ;;
    esac
    if [ ! -f "$chosen" ] ||
      [ -L "$chosen" ]; then give_up "$chosen is not a plain file" "see which there are: sh restore.sh --list"; fi
    keep_fact snapshot "$chosen" || return 1
  fi
  SNAPSHOT_FILE=$(fact snapshot)
}

# not_ahead: of the names on standard input, those that are not dated in the future, unless a person has named one.
not_ahead() {
  case $SNAPSHOT in
    at:*) cat ;;
    *) awk -v now="$(date -u +%Y%m%dT%H%M%SZ)" 'substr($0, 1, 16) <= now' ;;
  esac
}

# settle NEWEST: writes into $WORK/choice the furthest backup of the newest one's history (backup/which-cluster.sh): a
# revision knows better than a clock. It gives up where another one may be meant: one that is further still and dated in
# the future, or one of another history. These count for past only if a restore of ours has made this one after all of
# them. What a person has named is taken as it is.
settle() {
  local others until=99999999T999999Z
  case $SNAPSHOT in
    at:*) echo "$1" >"$WORK/choice" && return ;;
    before:*) until=$(echo "${SNAPSHOT#before:}" | tr -d ':-') ;;
  esac
  awk -v newest="$1" -v restored="$(json_string restoreId <"$1/backup.json")" -v until="$until" \
    -v now="$(date -u +%Y%m%dT%H%M%SZ)" '
    function revision(name) { return substr(name, 19) + 0 }
    function ahead(name) { return substr(name, 1, 16) > now }
    $2 == "complete" && substr($1, 1, 16) <= until {
      names[++n] = $1
      history[$1] = $3 ""
      last[$3] = ahead($1) ? last[$3] : n
      if (!($3 in first)) first[$3] = n
    }
    END {
      own = history[newest]
      chosen = newest
      # Backups of earlier versions do not say of which cluster they are.
      if (own == "") n = 0
      for (i = 1; i <= n; i++)
        if (history[names[i]] == own && !ahead(names[i]) && revision(names[i]) > revision(chosen)) chosen = names[i]
      for (i = 1; i <= n; i++) {
        name = names[i]
        id = history[name]
        # What a member gave that was behind holds nothing that the others had not.
        if (id ~ /\.0$/ && revision(name) <= revision(chosen)) continue
        if (id == own ? revision(name) > revision(chosen) : id != "" && (restored == "" || last[id] > first[own]))
          if (!(id in other) || revision(name) > revision(other[id])) other[id] = name
      }
      print chosen
      for (id in other)
        printf "%s; or %s (etcd cluster %s%s)", (others++ ? "" : chosen " (etcd cluster " own ")"), other[id], id,
          (ahead(other[id]) ? ", dated in the future" : "")
    }' "$WORK/backups" >"$WORK/choice" || return 1
  others=$(sed 1d "$WORK/choice")
  [ -z "$others" ] ||
    give_up "which backup is meant can't be told: $others" \
      "look at them, by sh restore.sh --list, and name the one that has your data: --at NAME, in a chart SnapshotSource.at"
}

# check_owner FILE...: anybody who can write a backup could become the restored cluster's administrator. On this host it
# has to be root's, unless a person says otherwise. On a pod's volume it may also belong to the owner of the cluster's
# folder, which is the user that the volume's pods run as.
check_owner() {
  local file owner
  [ -z "${TRUST_BACKUPS:-}" ] || return 0
  for file in "$@"; do
    [ -e "$file" ] || continue
    if [ -z "${STAGED_FROM:-}" ]; then
      if trusted_by_root "$file"; then continue; fi
      give_up "$UNTRUSTED: so others than root may have written $file" \
        "if you know that they have not, restore a copy of your own: $(copy_to_root "$1"); or${TRUST_FIX:+, if these are there for the backups alone: $TRUST_FIX; or} add --trust-backups, by hand (see --help)"
    fi
    owner=$(stat -c %u "$file" 2>/dev/null || echo 0)
    if [ "$owner" = 0 ] || [ "$owner" = "$(stat -c %u .)" ]; then continue; fi
    give_up "$BACKUP_ROOT/$CLUSTER/$file belongs to user $owner, and neither to root nor to the owner of $BACKUP_ROOT/$CLUSTER" \
      "if you know who put it there: chown -R 0:0 $(quoted "$BACKUP_ROOT/$CLUSTER/${file%%/*}"); else choose another backup: sh restore.sh --list"
  done
}

# copy_to_root BACKUP|FILE: the commands to type.
copy_to_root() {
  local from copy
  from=$(readlink -f "$1")
  # A backup's name is unique; another file's name may be taken already.
  if [ -d "$1" ]; then
    copy=/root/$(basename "$1")/snapshot.db
    echo "cp -r $(quoted "$from") /root/; sh restore.sh --file $(quoted "$copy")"
  else
    copy=/root/$(date -u +%H%M%S)-$(basename "$1")
    echo "cp $(quoted "$from") $(quoted "$copy"); sh restore.sh --file $(quoted "$copy")"
  fi
}

# pick latest|at:NAME|before:TIME: one of the sorted names on standard input.
pick() {
  case $1 in
    latest) tail -n 1 ;;
    at:*) grep -Fx -e "${1#at:}" || : ;;
    before:*) awk -v before="$(echo "${1#before:}" | tr -d ':-')" 'substr($0, 1, 16) <= before' | tail -n 1 ;;
  esac
}

# check_snapshot: it has to be whole, readable, of this cluster, and not newer than the etcd that will serve it; and
# there has to be space for it.
check_snapshot() {
  local size revision
  size=$(stat -c %s "$SNAPSHOT_FILE")
  check_checksum "$size"
  # Of a running etcd the database is locked, and a tool that opens it waits until that one ends.
  [ -z "${SKIP_HASH_CHECK:-}" ] || flock -n -s "$SNAPSHOT_FILE" true ||
    give_up "$SNAPSHOT_FILE is in use by a running etcd" "stop that etcd, or take a snapshot of it"
  run 600 "$OFFLINE" snapshot status "$SNAPSHOT_FILE" --write-out=json >"$WORK/status" 2>"$WORK/errors" ||
    give_up "$SNAPSHOT_FILE can't be read: $(tail -n 1 "$WORK/errors" | cut -c1-300)" \
      "choose another backup: sh restore.sh --list"
  revision=$(json_number revision <"$WORK/status")
  [ -n "$revision" ] ||
    give_up "the status of $SNAPSHOT_FILE is not understood: $(cut -c1-200 "$WORK/status")" \
      "choose another backup: sh restore.sh --list"
  keep_fact revision "$revision" || return 1
  : >"$WORK/backup.json" || return 1
  { [ -f "$(dirname "$SNAPSHOT_FILE")/backup.json" ] &&
    cat "$(dirname "$SNAPSHOT_FILE")/backup.json" >"$WORK/backup.json"; } 2>/dev/null ||
    say "warning: no backup.json beside $SNAPSHOT_FILE: whether it is of this cluster can't be told"
  check_origin
  # The list of a dead etcd, or of one that has begun anew on an empty disk, is none.
  together || check_members_in "$SNAPSHOT_FILE" "the backup knows" || return 1
  check_storage_version
  check_fingerprints
  need_space_for_database "$size" "the restored database"
  say "$SNAPSHOT_FILE: revision $(fact revision), $size bytes, taken at $(json_string takenAt <"$WORK/backup.json")"
}

# check_checksum SIZE: a snapshot ends with the SHA-256 of its content. A database out of a data folder has none: it is
# whole pages only.
check_checksum() {
  if checksum_of "$SNAPSHOT_FILE" >"$WORK/checksum"; then return 0; fi
  if [ $(($1 % 512)) -eq 0 ] && [ "$1" -gt 0 ]; then
    [ -z "${SKIP_HASH_CHECK:-}" ] ||
      { say "warning: $SNAPSHOT_FILE is a bare database without a SHA-256: what was only in the write-ahead log is missing" && return; }
    give_up "$SNAPSHOT_FILE ends without a SHA-256, so it is no snapshot: it is a bare database, as member/snap/db of a data folder is" \
      "choose a backup: sh restore.sh --list. If nothing else is left, by hand: --skip-hash-check, which takes it as it is, without what was only in the write-ahead log"
  fi
  give_up "the SHA-256 of $SNAPSHOT_FILE does not match its content" "choose another backup: sh restore.sh --list"
}

# snapshot_name: as a person knows it, wherever the file was copied to.
snapshot_name() {
  fact chosen-backup "$(fact snapshot)"
}

check_origin() {
  local origin
  origin=$(json_string cluster <"$WORK/backup.json")
  [ -z "$origin" ] || [ "$origin" = "$CLUSTER" ] ||
    give_up "$SNAPSHOT_FILE is a backup of the cluster $origin, and this is $CLUSTER" \
      "choose a backup of this cluster: sh restore.sh --list"
}

# An older etcd refuses to start on data of a newer minor, and by then everything would be stopped.
check_storage_version() {
  local stored installed tried_by
  stored=$(json_string version <"$WORK/status")
  stored=${stored:-$(json_string storageVersion <"$WORK/backup.json")}
  installed=$(etcd_version)
  [ -n "$installed" ] || return 0
  [ -z "$stored" ] || [ "$(minor_of "$stored")" -le "$(minor_of "$installed")" ] ||
    give_up "$SNAPSHOT_FILE was written by etcd $stored, and etcd $installed is installed, which can't read it" \
      "upgrade etcd first, or choose an older backup: sh restore.sh --list"
  # Newer tools would write what the installed etcd can't read.
  run 30 etcd --version >"$WORK/version" 2>&1 || :
  tried_by=$(sed -n 's/^etcd Version: //p' "$WORK/version")
  [ "$(minor_of "$tried_by")" = "$(minor_of "$installed")" ] ||
    give_up "the tools of this restore are of etcd ${tried_by:-unknown}, and etcd $installed is installed" \
      "take the tools of the same minor: the image of a Job, the kit's bin/ by hand"
}

# etcd_version: the version that the running etcd says; else that of the image in its manifest, else that of these
# tools. No program of this machine is run for it.
etcd_version() {
  if ask "$LOCAL_URL" 5 endpoint status --write-out=json && json_string version <"$WORK/answer" |
    grep '^[0-9]'; then return; fi
  sed -n "s/^image$TAB//p" "$RECORD/etcd.pod" |
    sed -n 's/.*[:/]v\{0,1\}\([0-9][0-9]*\.[0-9][0-9]*\.[0-9][0-9]*\)[^/]*$/\1/p' | grep . ||
    etcdctl version | sed -n 's/^etcdctl version: //p'
}

minor_of() {
  local minor
  minor=${1#*.}
  echo "${minor%%.*}"
}

# check_fingerprints: files outside of etcd that must fit the restored state: without the same key, its Secrets can't be
# read.
check_fingerprints() {
  local file pair recorded
  [ -z "${ACCEPT_CHANGED_KEYS:-}" ] && has_api || return 0
  for pair in ca.crt:client-ca-file sa.pub:service-account-key-file encryption-config:encryption-provider-config; do
    recorded=$(json_string "${pair%%:*}" <"$WORK/backup.json")
    file=$(host_path kube-apiserver "$(setting kube-apiserver "${pair#*:}")") ||
      give_up "the API server's --${pair#*:} is on no volume of the host" \
        "mount a folder of the host there, by hostPath"
    if [ -z "$recorded" ]; then
      [ "${pair%%:*}" != encryption-config ] || [ -z "$file" ] ||
        say "warning: the API server encrypts by $file, and the backup has no fingerprint of it: whether it still is the same can't be told"
      continue
    fi
    [ -n "$file" ] ||
      give_up "the backup was taken from an API server with --${pair#*:}, and this one has none" \
        "put the file and the flag back, or accept it: ACCEPT_CHANGED_KEYS=1"
    [ "$(sha256sum <"$file" 2>/dev/null | cut -d' ' -f1)" = "$recorded" ] ||
      give_up "$file is not what it was when the backup was taken" \
        "put the file of that time back (what is encrypted or signed by it can't be read otherwise), or, if it only got further keys, accept it: ACCEPT_CHANGED_KEYS=1"
  done
}
