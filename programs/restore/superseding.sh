# shellcheck shell=sh
# superseding.sh: a restore that takes the place of another one, INSTEAD_OF, which can go neither on nor back.

# take_over RECORD: copies the manifests that the restore INSTEAD_OF has set aside into this one's record. Unless this
# is a dry run, this one puts them back.
take_over() {
  local manifest
  for manifest in "$OPERATIONS/$INSTEAD_OF"/record/manifests/*.yaml; do
    if [ ! -f "$manifest" ] || [ -f "$MANIFESTS/$(basename "$manifest")" ]; then continue; fi
    mkdir -p "$1/manifests" && cp -p "$manifest" "$1/manifests/" || return 1
    [ -n "${DRY_RUN:-}" ] || echo yes >"$1/$(basename "$manifest" .yaml)-stopped" || return 1
  done
  # Its API server is away since then.
  if [ -s "$OPERATIONS/$INSTEAD_OF/record/quiesce-began" ]; then
    cp "$OPERATIONS/$INSTEAD_OF/record/quiesce-began" "$1/" || return 1
  fi
  if [ -e "$OPERATIONS/$INSTEAD_OF/record/hold" ] && [ -z "${DRY_RUN:-}" ]; then echo yes >"$1/etcd-stopped"; fi
}

# adopt_superseded: from here on the other restore is meant.
adopt_superseded() {
  OPERATION=$INSTEAD_OF
  RECORD=$(operation_folder)/record
  forget ROLE SELF HOLDER MEMBERS MACHINES LOST WITH WITHOUT_QUORUM INSTEAD_OF
  # shellcheck source=/dev/null # the operation's own
  . "$(operation_folder)/inputs"
  take_members
}

# settle_superseded: the other restore must not go on elsewhere because of what this machine has told its holder. So it
# is called off first, or its holder is lost.
settle_superseded() {
  local lost="$LOST" word="$CALLED_OFF"
  superseded || return 0
  (
    adopt_superseded
    if [ "$ROLE" = holder ]; then
      call_off_superseded
    elif [ -s "$RECORD/quiesced-sent" ]; then
      await_settled "$lost" "$word"
    fi
  ) || exit $?
}

# call_off_superseded: on its holder. The way back is in its record before the others are told, so that it can't go on,
# whatever becomes of the new restore.
call_off_superseded() {
  if [ -s "$RECORD/serving" ] || alone; then return 0; fi
  systemctl stop "$(operation_unit)" 2>/dev/null || :
  LOST_NOW=
  [ -s "$RECORD/serving" ] || begin_way_back ||
    fail "nothing can be recorded in $RECORD" "look at the space there, and type the same again"
  systemctl start --no-block "$(operation_unit)" 2>/dev/null || :
  [ ! -s "$RECORD/serving" ] || return 0
  if together && decide abort "another restore takes its place" &&
    { [ "$(fact decision)" != swap ] || ask_old put "$(key called-off)" "$(date +%s)"; }; then return 0; fi
  say "the others can't be told that $OPERATION is called off. There it is: --instead-of $OPERATION --called-off $(word_of "$HOLDER" called-off)"
}

# await_settled LOST WORD: on the others, which have said that they stand still.
await_settled() {
  case " $1 " in
    *" $HOLDER "*)
      ! is_up "$HOLDER" || refuse "$HOLDER holds $OPERATION, is named as lost, and answers ($ANSWER)" \
        "end it there: sh restore.sh --abort $OPERATION. If only its etcd or its disk is gone, power it off first, and keep it off"
      return
      ;;
  esac
  [ "$2" != "$(word_of "$HOLDER" called-off)" ] || return 0
  if together; then
    if decide abort "another restore takes its place on $SELF" && [ "$(fact decision)" != swap ]; then return 0; fi
    if called_off; then return 0; fi
  fi
  refuse "restore $OPERATION may still go on on $HOLDER, which counts on this machine" \
    "on $HOLDER: sh restore.sh --abort $OPERATION, then this line again; with the word that it prints, if it prints one: --called-off WORD. If $HOLDER is lost for good: --lost $HOLDER"
}
