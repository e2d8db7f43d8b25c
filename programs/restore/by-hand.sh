# shellcheck shell=sh
# by-hand.sh: what a person types, on the node itself. The work is done by a unit, as in a Job, and outlives the shell.

by_hand() {
  # A snapshot has options of its own. A Job gives the others.
  forget MACHINES SNAPSHOT STAGED_FROM
  begin_by_hand "$@"
  # The kit lies in <volume>/<cluster>/break-glass.
  CLUSTER=${CLUSTER:-$(basename "$(dirname "$here")")}
  BACKUP_ROOT=${BACKUP_ROOT:-$(dirname "$(dirname "$here")")}
  VERB=restore
  CHOSEN_BY=
  read_options own_option "$@"
  "by_hand_$VERB"
}

# choose_by OPTION SNAPSHOT: a second choice is refused, as nobody may guess which of the two is meant.
choose_by() {
  [ -z "$CHOSEN_BY" ] || refuse "a snapshot is chosen twice: $CHOSEN_BY and $1" "leave one of them out"
  CHOSEN_BY=$1
  SNAPSHOT=$2
}

# own_option OPTION [VALUE]: one that is no input's.
own_option() {
  local folder
  case $1 in
    --at | --before | --file)
      need_value "$@"
      TAKEN=2
      ;;
  esac
  case $1 in
    --list) VERB=list ;;
    --forget) take_verb "$@" ;;
    --latest) choose_by --latest latest ;;
    --at) choose_by --at "at:$2" ;;
    --before)
      case $2 in
        [0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z) choose_by --before "before:$2" ;;
        *) refuse "--before is '$2'" "give a time in UTC such as 2026-11-21T10:00:00Z" ;;
      esac
      ;;
    --file)
      folder=$(cd "$(dirname "$2")" 2>/dev/null && pwd -P) ||
        refuse "--file is '$2', and there is no folder $(dirname "$2")" \
          "give the path of a snapshot, or see: sh $(quoted "$0") --list"
      [ -f "$2" ] ||
        refuse "--file is '$2', which is no file" "give the path of a snapshot, or see: sh $(quoted "$0") --list"
      choose_by --file "file:${folder%/}/$(basename "$2")"
      ;;
    *) unknown_option "$1" ;;
  esac
}

by_hand_list() {
  local made name note state
  [ -d "$BACKUP_ROOT/$CLUSTER" ] ||
    fail "there are no backups in ${BACKUP_ROOT%/}/$CLUSTER" \
      "is this a copy of the kit? RUNBOOK.md names the machine with the backups. Or say where they are: BACKUP_ROOT=/mnt/backup CLUSTER=prod sh $(quoted "$0") --list"
  enter_folder
  list_backups | sort -r | awk -v now="$(date -u +%Y%m%dT%H%M%SZ)" '{
    note = NF < 3 ? "" : ", etcd cluster " $3
    if ($3 ~ /\.0$/) note = note ", of a member that was behind"
    else if ($3 ~ /\./) note = note ", begun anew"
    print $1, $2, note (substr($1, 1, 16) > now ? ", dated in the future: check the clock" : "")
  }' >"$WORK/backups"
  [ -s "$WORK/backups" ] || say "there are no backups in ${BACKUP_ROOT%/}/$CLUSTER"
  while read -r name state note; do
    # A damaged one may have no record.
    { [ -f "$name/backup.json" ] && cat "$name/backup.json" >"$WORK/backup.json"; } 2>/dev/null ||
      : >"$WORK/backup.json"
    made=$(json_string restoreId <"$WORK/backup.json")
    printf '%s  %s  %s bytes, %s keys, etcd %s%s%s\n' "$name" "$state" "$(json_number sizeBytes <"$WORK/backup.json")" \
      "$(json_number keys <"$WORK/backup.json")" "$(json_string etcdVersion <"$WORK/backup.json")" \
      "${made:+, made by the restore $made}" "$note"
  done <"$WORK/backups"
}

by_hand_restore() {
  [ -z "$HOLDER" ] || ROLE=${ROLE:-follower}
  ROLE=${ROLE:-holder}
  [ "$ROLE" != holder ] || [ -n "$SNAPSHOT" ] ||
    refuse "no snapshot is chosen" "choose one: --latest, --at NAME, --before TIME or --file PATH"
  if [ -z "$OPERATION" ]; then
    [ "$ROLE" = holder ] || refuse "the restore's id is missing" "give the holder's: --id ID"
    OPERATION=$(new_id)
  fi
  # An id is used once. A dry run has an id of its own, and so doesn't use it.
  [ -z "${DRY_RUN:-}" ] || OPERATION=${OPERATION%.dry-run}.dry-run
  check_operation_id "$OPERATION"
  case ${DRY_RUN:-}:$OPERATION in
    :*.dry-run) refuse "$OPERATION is the id of a dry run" "leave the ending out: --id ${OPERATION%.dry-run}" ;;
  esac
  [ -z "${INSTEAD_OF:-}" ] || check_operation_id "$INSTEAD_OF"
  choose_tools
  if [ -n "${DRY_RUN:-}" ] || [ ! -d "$(operation_folder)" ]; then
    check_superseded
    # Before the machine is read, which can't be understood while another operation has taken things away.
    [ -n "${DRY_RUN:-}" ] || check_for_others_work
    hold_superseded
    know_machines
  fi
  step by-hand "restore $OPERATION as $ROLE; it goes on when this shell ends, see: sh $(quoted "$0") --status $OPERATION"
  tell_others
  begin_operation stage_restore
  follow_operation
}

# know_machines: finds all machines that take part, and which one this is. Never default to this machine alone: members
# left out would go on serving the old data.
know_machines() {
  local member other up=''
  RECORD=$WORK
  [ -z "${INSTEAD_OF:-}" ] || take_over "$WORK"
  take_up_left_aside
  read_machine
  [ -n "$MEMBERS" ] || MEMBERS=$(ask_for_members)
  for member in $LOST; do
    # A lost member has to be gone: one that runs would go on serving the old data.
    if [ -n "$(url_of "$member")" ] && is_up "$member"; then
      [ "$ANSWER" != "$ETCD_ANSWERS" ] ||
        refuse "$member is named as lost, and its etcd answers at $(url_of "$member")" \
          "restore with it, or power that machine off and keep it off"
      up="$up $member"
    fi
    MEMBERS=$(for other in $MEMBERS; do [ "${other%%=*}" = "$member" ] || printf '%s ' "$other"; done)
  done
  MEMBERS=$(echo "$MEMBERS" | sed 's/ *$//')
  HOLDER=${HOLDER:-$SELF}
  # More than half of the old members can be the old cluster.
  if [ -n "$up" ] && [ "$(count "$LOST")" -gt "$(count "$MEMBERS")" ] && [ -z "$DATA_DESTROYED" ]; then
    refuse "named as lost, and up:$up. If etcd starts there again, there are two clusters" \
      "power these machines off and keep them off, or let them take part: --without-quorum. Only if their old data is destroyed: --data-destroyed"
  fi
  check_names "$SELF" "$HOLDER" "$MEMBERS" "$LOST" "$WITH"
  if [ "$ROLE" = follower ] && [ "$HOLDER" = "$SELF" ]; then
    [ -n "$SNAPSHOT" ] ||
      refuse "this is $HOLDER, the holder" "choose the snapshot here: --latest, --at NAME, --before TIME or --file PATH"
    ROLE=holder
  fi
  if [ "$ROLE" = holder ] && [ -z "$WITH" ] && ! has_api; then
    refuse "there is no API server on this machine, and none is named" \
      "name the machines that run one: --with \"cp1 cp2\""
  fi
  [ "$ROLE" = api ] || [ -n "$(url_of "$SELF")" ] ||
    refuse "$SELF is none of the members: $MEMBERS" \
      "give all members by --members \"NAME=CLIENT_URL …\", this one included"
  [ -n "$(url_of "$HOLDER")" ] ||
    refuse "the holder $HOLDER is none of the members: $MEMBERS" "give all members by --members \"NAME=CLIENT_URL …\""
  MACHINES=$(names_of "$MEMBERS $WITH")
  [ "$ROLE" != api ] || case " $MACHINES " in
    *" $SELF "*) ;;
    *) refuse "$SELF is none of the machines: $MACHINES" \
      "name every API server without etcd, everywhere alike: --with \"$SELF …\"" ;;
  esac
  [ -z "${INSTEAD_OF:-}" ] || [ -n "${DRY_RUN:-}" ] || settle_superseded
  # Half of the members are lost, and so is the quorum. Where etcd answers all the same, they are its members no more.
  if by_word || [ "$(count "$MEMBERS")" -le "$(count "$LOST")" ]; then
    if [ "$ROLE" = api ] || ! ask "$LOCAL_URL" 5 get "$MARKS"; then
      WITHOUT_QUORUM=1
    elif by_word; then
      refuse "etcd answers here, so it has a quorum" "leave out --without-quorum, and name only lost members by --lost"
    fi
  fi
  if by_word; then
    # A dry run stops nothing, and so needs nobody's word.
    [ "$ROLE" != holder ] || [ -n "${DRY_RUN:-}" ] || need_words
  fi
}

# ask_for_members: asks the etcd that runs here. Its settings don't tell: the first member's name only itself, whichever
# members have joined since.
ask_for_members() {
  if [ "$ROLE" = api ] || ! listed_by "$LOCAL_URL"; then
    refuse "the members of etcd can't be listed: it does not answer here" \
      "give them all, lost ones too: --members \"NAME=CLIENT_URL …\"" >&2
  fi
}

# need_words: what has to be done on the other machines first is said before anything begins here.
need_words() {
  local machine
  for machine in $MACHINES; do
    [ "$machine" != "$SELF" ] || continue
    case " $QUIESCED " in
      *" $machine=$(word_of "$machine" quiesced) "*) ;;
      *)
        others_type
        case " $QUIESCED" in
          *" $machine="*) refuse "the word of $machine is not the one that it prints for the restore $OPERATION" \
            "look there: sh restore.sh --status $OPERATION" ;;
        esac
        refuse "without a quorum, $machine has to be stopped first, and to say so" \
          "type the lines above on the others, then here: --id $OPERATION --without-quorum --quiesced \"what they print\""
        ;;
    esac
  done
}

tell_others() {
  [ "$ROLE" = holder ] && [ "$(count "$MACHINES")" -gt 1 ] && ! by_word || return 0
  others_type
}

others_type() {
  echo "On every other member$([ -z "${DRY_RUN:-}" ] || echo ", if you want to try it there, too"):"
  printf '%s' "  sh restore.sh --holder $(quoted "$SELF") --id $OPERATION --members $(quoted "$MEMBERS")" \
    "${LOST:+ --lost $(quoted "$LOST")}${WITH:+ --with $(quoted "$WITH")}${WITHOUT_QUORUM:+ --without-quorum}" \
    "${INSTEAD_OF:+ --instead-of $INSTEAD_OF}${DRY_RUN:+ --dry-run}"
  echo
  [ -z "$WITH" ] || echo "On $WITH: the same, with --api"
}
