# shellcheck shell=sh
# stage.sh: copies to the host what a restore needs there, from a Job's pod or from a person's kit, before its unit
# starts.

# take_over RECORD: copies the manifests that the restore INSTEAD_OF has set aside into this one's record. Unless this
# is a dry run, this one puts them back. What has ended has put back its own; somebody may have removed them since. But
# this one may have been interrupted after that one's end.
take_over() {
  local manifest
  if [ -e "$OPERATIONS/$INSTEAD_OF/result" ] && [ "$(successor_of "$INSTEAD_OF")" != "${OPERATION%.dry-run}" ]; then
    say_once "restore $INSTEAD_OF has ended here, as $(outcome_of "$INSTEAD_OF"): nothing of it is taken over"
    return 0
  fi
  for manifest in "$OPERATIONS/$INSTEAD_OF"/record/manifests/*.yaml; do
    if [ ! -f "$manifest" ] || [ -f "$MANIFESTS/$(basename "$manifest")" ]; then continue; fi
    mkdir -p "$1/manifests" && cp -p "$manifest" "$1/manifests/" || return 1
    [ -n "${DRY_RUN:-}" ] || echo yes >"$1/$(basename "$manifest" .yaml)-stopped" || return 1
  done
  # Its API server is away since then.
  if [ -s "$OPERATIONS/$INSTEAD_OF/record/quiesce-began" ]; then
    cp "$OPERATIONS/$INSTEAD_OF/record/quiesce-began" "$1/" || return 1
  fi
  if [ -s "$OPERATIONS/$INSTEAD_OF/record/taken-up" ] && [ -z "${DRY_RUN:-}" ]; then
    cp "$OPERATIONS/$INSTEAD_OF/record/taken-up" "$1/" || return 1
  fi
  if [ -e "$OPERATIONS/$INSTEAD_OF/record/hold" ] && [ -z "${DRY_RUN:-}" ]; then echo yes >"$1/etcd-stopped"; fi
}

stage_restore() {
  [ -z "${INSTEAD_OF:-}" ] || take_over record || return 1
  if [ "$ROLE" = holder ]; then
    require_etcd
    TOOLS="$TOOLS etcd"
  fi
  case ${SNAPSHOT%%:*} in
    '' | file) ;;
    *) [ -z "${STAGED_FROM:-}" ] || stage_snapshot || return 1 ;;
  esac
  # This path exists only in the pod.
  STAGED_FROM=
  stage_program
}

# stage_snapshot: copies the chosen backup to the host: a volume that only the pod has is gone with the pod.
stage_snapshot() {
  local draft
  draft=$PWD
  RECORD=$draft/record BACKUP_ROOT=$STAGED_FROM
  choose_snapshot || return 1
  cd "$draft" || return 1
  need_space . $(($(stat -c %s "$SNAPSHOT_FILE") / 1024 + 262144)) \
    "a copy of the backup, beside what etcd writes meanwhile,"
  say "copying $SNAPSHOT_FILE to the host"
  mkdir snapshot && cp "$SNAPSHOT_FILE" snapshot/snapshot.db || return 1
  keep_fact chosen-backup "$(basename "$(dirname "$SNAPSHOT_FILE")")" || return 1
  cp "$(dirname "$SNAPSHOT_FILE")/backup.json" snapshot/ 2>/dev/null || :
  keep_fact snapshot "$(operation_folder)/snapshot/snapshot.db"
}
