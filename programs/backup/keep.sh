# shellcheck shell=sh
# keep.sh: makes what was written a backup.

# keep: writes the record, and gives the backup its name: from here on it is one.
keep() {
  local taken
  BACKUP=$STAMP-r$REVISION
  step keep "$BACKUP"
  tell_history
  MEMBER=$(member_name "$ENDPOINT" "$MEMBER_ID")
  taken="$(echo "$STAMP" | sed 's/\(....\)\(..\)\(..\)T\(..\)\(..\)\(..\)Z/\1-\2-\3T\4:\5:\6Z/')"
  {
    printf '{"format":1,"cluster":"%s",%s"member":"%s","endpoint":"%s",' "$CLUSTER" \
      "$(history_fields)" "$(json_text "$MEMBER")" "$(json_text "$ENDPOINT")"
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

history_fields() {
  [ -z "$CLUSTER_ID" ] || printf '"clusterId":"%s",' "$CLUSTER_ID"
  [ "$HISTORY" = "$CLUSTER_ID" ] || printf '"history":%s,' "${HISTORY#*.}"
  # A restore asks for it when etcd may be gone.
  [ -z "$MADE_BY" ] || printf '"restoreId":"%s",' "$MADE_BY"
}
