# shellcheck shell=sh
# stage.sh: copies to the host what a restore needs there, from a Job's pod or from a person's kit, before its unit
# starts.

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
