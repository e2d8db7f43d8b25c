# shellcheck shell=sh
# check.sh: the first step of every machine: what it is, who takes part, and how the others are reached. Nothing is
# changed.

step_check() {
  # First of all: only one who knows etcd's certificates can tell the others that he gives up.
  read_machine || return 1
  keep_fact machine-read yes || return 1
  # Where nothing can be recorded nothing may begin.
  need_space "$RECORD" 16384 "the record of this restore"
  if [ "$ROLE" != api ]; then
    check_data_folder
    # The old data stays, and as much comes from the others again.
    [ ! -f "$DATA_DIR/member/snap/db" ] ||
      need_space "$DATA_DIR" "$(($(stat -c %s "$DATA_DIR/member/snap/db") * 12 / 10 / 1024))" \
        "a second database beside the old one"
  fi
  [ "$ROLE" != follower ] || rehearse_join
  learn_urls || return 1
  check_urls
  # Also of one that counts on nobody else: its list may be an old one.
  [ "$ROLE" = api ] || ! ask "$LOCAL_URL" 5 member list --write-out=simple || check_members
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
  # Trying decides nothing, and is told nothing by another try.
  if [ -z "${DRY_RUN:-}" ] && read_decision; then
    if [ "$(fact decision)" != swap ] || called_off; then
      conclude 1 aborted "restore $OPERATION was aborted before: $(fact decision)" \
        "choose another id for another restore"
    fi
    say_once "restore $OPERATION was decided before, waiting for the restored cluster"
    return 1
  fi
  put_key present "$READY_TIMEOUT" || return 1
  ask_old member list --write-out=simple || return 1
  check_members
  check_addresses
  remember_used_ids
}

# learn_urls: a chart knows the members' names, and how they are reached only by guessing; the running etcd knows. What
# it tells to everybody may be good for nobody but itself: then what was given stays.
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

# leads_nowhere_else URL: whether it leads to whichever machine it is used on.
leads_nowhere_else() {
  case $1 in
    http*://127.* | http*://localhost:* | http*://localhost.localdomain:*) return 0 ;;
    http*://0.0.0.0:* | http*://0:* | http*://\[::*\]:* | http*://\[0:0:0:0:0:0:0:[01]\]:*) return 0 ;;
    http://?*:[0-9]* | https://?*:[0-9]*) return 1 ;;
    # Sockets, and what is no URL.
    *) return 0 ;;
  esac
}

# check_urls: other machines are asked by them, and one that asks only itself hears what it wants to hear.
check_urls() {
  local member twice
  if alone; then return 0; fi
  for member in $MEMBERS; do
    ! leads_nowhere_else "${member#*=}" ||
      give_up "${member%%=*} is to be reached at ${member#*=}, which leads to no other machine" \
        "give every member the URL by which the others reach it: --members \"NAME=CLIENT_URL …\", or addresses in the chart"
  done
  twice=$(echo "$MEMBERS" | tr ' ' '\n' | sed 's/^[^=]*=//' | sort | uniq -d | head -n 1)
  [ -z "$twice" ] ||
    give_up "two members are to be reached at $twice" \
      "give every member its own URL: --members \"NAME=CLIENT_URL …\", or addresses in the chart"
}

# check_addresses: that each of them leads to the member that it is said to lead to, where that one answers.
check_addresses() {
  local member answers
  for member in $MEMBERS; do
    answers=$(who_answers "${member#*=}") || continue
    [ "$answers" = "${member%%=*}" ] ||
      give_up "at ${member#*=}, where ${member%%=*} should be, $answers answers" \
        "give every member the URL by which the others reach it: --members \"NAME=CLIENT_URL …\", or addresses in the chart"
  done
}

# check_members: a member that nobody counted on would go on serving the old data, and so would a lost one that isn't.
# Of the list in $WORK/answer.
check_members() {
  local id name url member
  cut -d, -f3 "$WORK/answer" | tr -d ' ' >"$WORK/names"
  while read -r member; do
    case " ${LOST:-} $(echo "$MEMBERS" | tr ' ' '\n' | sed 's/=.*//' | tr '\n' ' ') " in
      # One that never started has no name, and no machine has this one.
      *" ${member:-?} "*) ;;
      *) give_up "etcd has a member ${member:-that never started}, which takes no part in this restore" \
        "add it to the cluster's members, name it as lost, or remove it from etcd" ;;
    esac
  done <"$WORK/names"
  awk -F', ' -v lost=" ${LOST:-} " '{ sub(",.*", "", $5) } index(lost, " " $3 " ") { print $1, $3, $5 }' \
    "$WORK/answer" >"$WORK/listed"
  while read -r id name url; do
    # By its id, which it knows without a quorum, too.
    if ! ask "$url" 5 endpoint status --write-out=simple ||
      [ "$(cut -d, -f2 "$WORK/answer")" != " $id" ]; then continue; fi
    give_up "$name is named as lost, and its etcd answers at $url" \
      "restore with it, or power that machine off and keep it off"
  done <"$WORK/listed"
}

# remember_used_ids: the restored state forgets the restores after its snapshot, and their ids must not be used again.
remember_used_ids() {
  ask_old get --prefix "$MARKS/" || return 1
  cp "$WORK/answer" "$RECORD/.used-ids" && put_in_place "$RECORD/.used-ids" "$RECORD/used-ids"
}
