# shellcheck shell=sh
# outcome.sh: how a restore tells its end: words for a person, and figures for the summary.

restored_in_words() {
  echo "$(snapshot_name) is restored, revision $(fact revision)$(outage_in_words)"
}

# whereabouts: where the old and the restored data are, for a person who has to look.
whereabouts() {
  local old=''
  [ -n "${DATA_DIR:-}" ] || { echo "the restored cluster is that of $HOLDER" && return; }
  [ ! -e "$DATA_DIR/before-$OPERATION" ] || old=", the old data is in $DATA_DIR/before-$OPERATION"
  echo "what was restored is to be served from $DATA_DIR$old"
}

outage() {
  echo $(($(fact api-ready) - $(fact quiesce-began)))
}

outage_in_words() {
  ! has_api || echo ", this API server was away for $(outage) s since the restore stopped it"
}

# left_to_do: what a person has to do after the restore. The holder says for all machines what is done once.
left_to_do() {
  local words='' gone
  [ ! -e "${DATA_DIR:-/nonexistent}/before-$OPERATION" ] ||
    words="the old data is in $DATA_DIR/before-$OPERATION: delete it when you are sure"
  if [ "$ROLE" = holder ]; then
    words="take a backup${words:+; $words}"
    gone=$(names_of "$LOST $(fact lost-later)")
    [ -z "$gone" ] ||
      words="$words; these must never start with their old disks: $gone; see 'Lost machines' in RUNBOOK.md"
  fi
  echo "$words"
}

figures() {
  printf '"role":"%s"' "$ROLE"
  ! has_api || printf ',"apiOutageSeconds":%s' "$(outage)"
  [ "$ROLE" != holder ] ||
    printf ',"revision":%s,"bump":%s,"cluster":"%s","members":"%s"' "$(fact revision 0)" "$(fact bump 0)" \
      "$(fact cluster)" \
      "$([ ! -f "$WORK/members" ] || awk '{ printf "%s%s=%s", space, $2, $1; space = " " }' "$WORK/members")"
}
