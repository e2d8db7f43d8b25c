# shellcheck shell=sh
# prune.sh: deletes backups by the retention policy, or says which would be deleted.

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
