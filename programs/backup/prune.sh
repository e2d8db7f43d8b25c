# shellcheck shell=sh
# prune.sh: deletes backups by the retention policy, or says which would be deleted.

# preview: what `prune` would do now.
preview() {
  step preview "nothing is saved or deleted"
  [ -e "$BACKUP_ROOT/$CLUSTER" ] ||
    fail "there is no folder $BACKUP_ROOT/$CLUSTER" \
      "check the volume and the cluster's name: no backup has been written yet"
  enter_folder
  find_previous
  decide_prune
  cat "$WORK/decisions"
  count_decisions
  summary "{\"outcome\":\"previewed\",\"cluster\":\"$CLUSTER\",\"pruned\":$PRUNED,\"kept\":$KEPT,\"damaged\":$DAMAGED}"
}

prune() {
  local decision name why
  step prune "by the retention policy"
  decide_prune
  if grep -q "^$BACKUP damaged" "$WORK/backups"; then
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

# decide_prune: the policy counts the backups of each history by itself, so that a stranger's, however many, push out
# none of the others'. Those that don't say of which cluster they are count to the present one: that of the backup just
# written; in a preview, of the newest one that says it.
decide_prune() {
  PRESENT=${HISTORY:-$PREVIOUS_HISTORY}
  list_backups >"$WORK/backups" 2>"$WORK/errors" ||
    fail "the backups can't be listed: $(tail -n 1 "$WORK/errors")" \
      "nothing was pruned; check the volume, and the space for temporary files"
  decide_retention <"$WORK/backups" >"$WORK/decisions" 2>"$WORK/errors" ||
    fail "the retention policy failed: $(tail -n 1 "$WORK/errors")" \
      "nothing was pruned; this is a fault of the program, please report it"
  [ -z "${PKI:-}" ] || spare_pki
}

# spare_pki: the newest backup of each history with the PKI stays, whatever the policy says, as newer ones may have been
# saved without it.
spare_pki() {
  local history name state
  while read -r name state history; do
    if [ "$state" = complete ] && is_own_folder "$name/pki"; then echo "$name ${history:-$PRESENT}"; fi
  done <"$WORK/backups" >"$WORK/with-pki"
  if ! { awk -v present="$PRESENT" '
      FILENAME == ARGV[1] { newest[$2 ""] = $1; next }
      !begun++ { for (id in newest) why[newest[id]] = id == present "" ? "" : "; of another etcd cluster, " id }
      $1 == "prune" && $2 in why { print "keep", $2, "newest with the PKI" why[$2]; next }
      { print }' "$WORK/with-pki" "$WORK/decisions" >"$WORK/spared" &&
    mv "$WORK/spared" "$WORK/decisions"; }; then
    fail "what to prune can't be decided" "nothing was pruned; check the space for temporary files"
  fi
}

decide_retention() {
  NOW=$(date -u +%Y%m%dT%H%M%SZ) JUST_WRITTEN=$BACKUP PRESENT=$PRESENT awk -f "$here/backup/retention.awk"
}

count_decisions() {
  PRUNED=$(grep -c '^prune ' "$WORK/decisions" || :)
  KEPT=$(grep -c '^keep ' "$WORK/decisions" || :)
  DAMAGED=$(grep -c ' damaged' "$WORK/backups" || :)
  [ "$DAMAGED" -eq 0 ] ||
    say "warning: $DAMAGED damaged backups are kept and not counted, look at them: $(sed -n 's/ damaged.*//p' "$WORK/backups" | tr '\n' ' ')"
}
