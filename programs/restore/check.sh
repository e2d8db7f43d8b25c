# shellcheck shell=sh
# check.sh: the first step of every machine: what it is, which machines take part, and how they are reached. Nothing is
# changed.

step_check() {
  # First of all: without etcd's certificates this machine can't tell the others that it gives up.
  read_machine || return 1
  keep_fact machine-read yes || return 1
  need_space_for_record
  if [ "$ROLE" != api ]; then
    check_data_folder
    # The old data stays, so there has to be space for as much again.
    [ ! -f "$DATA_DIR/member/snap/db" ] ||
      need_space_for_database "$(stat -c %s "$DATA_DIR/member/snap/db")" "a second database beside the old one"
  fi
  [ "$ROLE" != follower ] || rehearse_join
  learn_urls || return 1
  check_urls
  # Also when this is the only machine: the members that it was given may be out of date.
  if [ "$ROLE" != api ]; then
    if ask "$LOCAL_URL" 5 member list --write-out=simple; then
      check_members
    elif ! together; then
      check_members_in_data
    fi
  fi
  [ -z "$(setting kube-apiserver etcd-servers-overrides 2>/dev/null)" ] ||
    say "warning: the API server has --etcd-servers-overrides: what it keeps in another etcd stays as it is"
  if by_word; then return 0; fi
  if marked; then
    conclude 0 done-before "restore $OPERATION was done before, the restored etcd says so" \
      "choose another id for another restore"
  fi
  if alone; then
    remember_used_ids || say "etcd does not answer here ($(reason 5)); as its only member it needn't"
    return 0
  fi
  # A dry run neither takes a decision nor obeys one.
  if [ -z "${DRY_RUN:-}" ] && read_decision; then
    if [ "$(fact decision)" != swap ] || called_off; then
      conclude 1 aborted "restore $OPERATION was aborted before: $(fact decision)" \
        "choose another id for another restore"
    fi
    say_once "restore $OPERATION was decided before, waiting for the restored cluster"
    return 1
  fi
  put_key present "$READY_TIMEOUT" || return 1
  check_holder || return 1
  ask_old member list --write-out=simple || return 1
  check_members
  check_addresses
  remember_used_ids
}

# learn_urls: a chart knows the members' names, and only guesses their URLs; the running etcd knows them. A URL that it
# advertises may lead nowhere from other machines, as localhost does: then the given URL stays.
learn_urls() {
  local member name url
  [ "$ROLE" != api ] && ask "$LOCAL_URL" 5 member list --write-out=simple || return 0
  MEMBERS=$(for member in $MEMBERS; do
    name=${member%%=*}
    url=$(awk -F', ' -v name="$name" '$3 == name { sub(",.*", "", $5); print $5 }' "$WORK/answer")
    if [ -z "$url" ] || { ! alone && leads_nowhere_else "$url"; }; then url=${member#*=}; fi
    printf '%s=%s ' "$name" "$url"
  done | sed 's/ $//')
  keep_fact members "$MEMBERS"
}

# leads_nowhere_else URL: whether it leads to the very machine on which it is used, as localhost does.
leads_nowhere_else() {
  case $1 in
    http*://127.* | http*://localhost:* | http*://localhost.localdomain:*) return 0 ;;
    http*://0.0.0.0:* | http*://0:* | http*://\[::*\]:* | http*://\[0:0:0:0:0:0:0:[01]\]:*) return 0 ;;
    http://?*:[0-9]* | https://?*:[0-9]*) return 1 ;;
    # Sockets, and what is no URL.
    *) return 0 ;;
  esac
}

# check_urls: other machines are asked by these URLs. A machine that asks only itself would take its own answers for
# theirs.
check_urls() {
  local member twice
  if alone; then return 0; fi
  for member in $MEMBERS; do
    ! leads_nowhere_else "${member#*=}" ||
      give_up "${member%%=*} is to be reached at ${member#*=}, which leads to no other machine" \
        "give every member the URL by which the others reach it: --members \"NAME=CLIENT_URL …\", or addresses in the chart"
  done
  twice=$(urls_of "$MEMBERS" | sort | uniq -d | head -n 1)
  [ -z "$twice" ] ||
    give_up "two members are to be reached at $twice" \
      "give every member its own URL: --members \"NAME=CLIENT_URL …\", or addresses in the chart"
}

# check_addresses: where a member answers, it has to be the one that this URL was given for.
check_addresses() {
  local member answers
  for member in $MEMBERS; do
    answers=$(who_answers "${member#*=}") || continue
    [ "$answers" = "${member%%=*}" ] ||
      give_up "at ${member#*=}, where ${member%%=*} should be, $answers answers" \
        "give every member the URL by which the others reach it: --members \"NAME=CLIENT_URL …\", or addresses in the chart"
  done
}

# check_members: compares the list in $WORK/answer. A member that takes no part would go on serving the old data, and so
# would one that is named as lost and is not.
check_members() {
  local id name url member
  cut -d, -f3 "$WORK/answer" | tr -d ' ' >"$WORK/names"
  while read -r member; do
    case " ${LOST:-} $(names_of "$MEMBERS") " in
      # A member that never started has no name, and no machine is called `?`.
      *" ${member:-?} "*) ;;
      *) give_up "etcd has a member ${member:-that never started}, which takes no part in this restore" \
        "add it to the cluster's members, name it as lost, or remove it from etcd" ;;
    esac
  done <"$WORK/names"
  awk -F', ' -v lost=" ${LOST:-} " '{ sub(",.*", "", $5) } index(lost, " " $3 " ") { print $1, $3, $5 }' \
    "$WORK/answer" >"$WORK/listed"
  while read -r id name url; do
    # By its id, which a member knows without a quorum, too.
    if ! ask "$url" 5 endpoint status --write-out=simple ||
      [ "$(cut -d, -f2 "$WORK/answer")" != " $id" ]; then continue; fi
    give_up "$name is named as lost, and its etcd answers at $url" \
      "restore with it, or power that machine off and keep it off"
  done <"$WORK/listed"
}

# check_members_in_data: etcd does not answer here, so nobody has said who its members are. Its database has a list of
# them. Pages that are out of use may have members that were removed since: then a person has to say so.
check_members_in_data() {
  local name
  [ -z "$MEMBERS_TYPED" ] && [ -f "$DATA_DIR/member/snap/db" ] || return 0
  # shellcheck disable=SC2013 # a word a name
  for name in $(grep -ao '"name":"[^"]*","clientURLs"' "$DATA_DIR/member/snap/db" | cut -d '"' -f 4 | sort -u); do
    case " $NAME $SELF ${LOST:-} $(names_of "$MEMBERS") " in
      *" $name "*) ;;
      *) give_up "etcd does not answer here, and its data knows a member $name, which takes no part in this restore" \
        "give all members by --members \"NAME=CLIENT_URL …\", lost ones too. If $name was removed from etcd before: the same, without it" ;;
    esac
  done
}

# check_holder: one machine holds a restore. If two do, each waits for what the others have promised to the other one.
check_holder() {
  local other
  [ -z "${DRY_RUN:-}" ] || return 0
  ask_old get --prefix "$KEYS/$OPERATION/" --keys-only || return 1
  other=$(sed -n "s,^$KEYS/$OPERATION/\([^/]*\)/.*,\1,p" "$WORK/answer" | grep -vx -e "$HOLDER" | head -n 1)
  [ -z "$other" ] || give_up "restore $OPERATION is held by $other, too" \
    "one machine holds a restore, and the others follow it by the line that it prints. End it everywhere (sh restore.sh --abort $OPERATION), then begin on one machine, by another id"
}

# remember_used_ids: the snapshot knows nothing of restores after it, and their ids must not be used again.
remember_used_ids() {
  ask_old get --prefix "$MARKS/" || return 1
  cp "$WORK/answer" "$RECORD/.used-ids" && put_in_place "$RECORD/.used-ids" "$RECORD/used-ids"
}
