# shellcheck shell=sh
# check.sh: the first step of every machine: what it is, which machines take part, and how they are reached. Nothing is
# changed.

step_check() {
  # First of all: without etcd's certificates this machine can't tell the others that it gives up.
  take_up_left_aside && read_machine || return 1
  keep_fact machine-read yes || return 1
  need_space_for_record
  if [ "$ROLE" != api ]; then
    check_data_folder || return 1
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
      keep_fact etcd-served yes || return 1
      check_members || return 1
      check_lost_by_number || return 1
    elif ! together; then
      # Nobody else says who its members are.
      [ ! -f "$DATA_DIR/member/snap/db" ] ||
        check_members_in "$DATA_DIR/member/snap/db" "etcd does not answer here, and its data knows" || return 1
    fi
  fi
  [ -z "$(setting kube-apiserver etcd-servers-overrides 2>/dev/null)" ] ||
    say "warning: the API server has --etcd-servers-overrides: what it keeps in another etcd stays as it is"
  if ! by_word && marked; then
    done_before
  fi
  [ "$ROLE" = api ] || refuse_used_id
  if by_word; then return 0; fi
  if alone; then
    remember_used_ids || say "etcd does not answer here ($(reason 5)); as its only member it needn't"
    return 0
  fi
  # A dry run neither takes a decision nor obeys one.
  if [ -z "${DRY_RUN:-}" ] && read_decision; then
    if [ "$(fact decision)" != swap ] || called_off; then
      # What this one has taken over is put back.
      keep_reason "restore $OPERATION was aborted before: $(fact decision)" "choose another id for another restore"
      back_out "$(fact reason)"
    fi
    say_once "restore $OPERATION was decided before, waiting for the restored cluster"
    return 1
  fi
  # Before any key: members of two clusters would each keep some of the keys.
  check_addresses || return 1
  put_key present "$READY_TIMEOUT" "$([ -s "$RECORD/etcd-served" ] || echo "$ETCD_IS_DOWN")" || return 1
  check_holder || return 1
  ask_old member list --write-out=simple || return 1
  check_members || return 1
  remember_used_ids
}

# done_before: without this machine. What the restore whose place it takes has stopped here stays stopped: the old data
# must not serve beside the restored cluster.
done_before() {
  local fix=''
  if [ ! -s "$RECORD/etcd-stopped" ] && [ ! -s "$RECORD/kube-apiserver-stopped" ]; then
    conclude 0 done-before "restore $OPERATION was done before, the restored etcd says so" \
      "choose another id for another restore"
  fi
  keep_fact needed "$RECORD/manifests" || exit 1
  [ "$ROLE" = api ] || fix='sh replace-member.sh; '
  [ ! -s "$RECORD/kube-apiserver-stopped" ] ||
    fix="${fix}mv $(quoted "$RECORD/manifests/kube-apiserver.yaml") $(quoted "$MANIFESTS/")"
  conclude 1 unproved \
    "restore $OPERATION was done before, without $SELF: it serves at $(named "$VIA"), and what $INSTEAD_OF has stopped on $SELF stays stopped" \
    "put $SELF into the restored cluster: $fix"
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

# leads_nowhere_else URL: whether it leads to the very machine on which it is used, as localhost does. Small letters and
# capitals are the same in a name. The part of IPv6 that begins with five zeros has the machine's own addresses, and
# those of IPv4.
leads_nowhere_else() {
  local url
  url=$(echo "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[.]:/:/')
  case $url in
    http*://127.* | http*://localhost:* | http*://*.localhost:* | http*://localhost.localdomain:*) return 0 ;;
    http*://ip6-localhost:* | http*://0.0.0.0:* | http*://0:*) return 0 ;;
    http*://\[::*\]:* | http*://\[0:0:0:0:0:*\]:*) return 0 ;;
  esac
  case $1 in
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

# check_addresses: where a member answers, it has to be the one that this URL was given for, and of the same cluster as
# the others. On an empty disk a member may have begun a cluster of its own. Members that are added or removed just now
# are listed by one, and not yet by another one: so it is asked again. Status 1: not yet.
check_addresses() {
  local member answers cluster='' first='' other
  for member in $MEMBERS; do
    answers=$(who_answers "${member#*=}") || continue
    other=$(served_by "${member#*=}") || continue
    first=${first:-${member%%=*}}
    cluster=${cluster:-$other}
    if [ "$other" != "$cluster" ]; then
      overdue addresses 10 || return 1
      give_up "$first and ${member%%=*} are of two clusters: $first serves $cluster, and ${member%%=*} serves $other" \
        "one of them has begun a cluster of its own, on an empty disk: sh replace-member.sh there, then restore. If it is lost: power it off, and name it by --lost"
    fi
    [ "$answers" = "${member%%=*}" ] ||
      give_up "at ${member#*=}, where ${member%%=*} should be, $answers answers" \
        "give every member the URL by which the others reach it: --members \"NAME=CLIENT_URL …\", or addresses in the chart"
  done
  rm -f "$RECORD/since-addresses" || return 1
}

ETCD_IS_DOWN=etcd-is-down

# says_down MEMBER: nobody else takes part in a dry run, or has said anything.
says_down() {
  [ -z "${DRY_RUN:-}" ] || return 0
  ask_old get "$(key "present/$1")" --print-value-only && grep -q " $ETCD_IS_DOWN\$" "$WORK/answer"
}

# check_reach: this machine reaches every member by itself. Keys need only one member that answers, and that one passes
# them on; the mark is sought at each. Where only the peers' port is open, no machine would find it. A member that
# doesn't answer, on a machine that does, has to say itself that its etcd is down. Status 1: not yet.
check_reach() {
  local member missed
  for member in $(names_of "$MEMBERS"); do
    if is_up "$member" && { [ "$ANSWER" = "$ETCD_ANSWERS" ] || says_down "$member"; }; then continue; fi
    missed="$SELF does not reach etcd of $member at $(url_of "$member"): $ANSWER"
    say_once "$missed"
    # Another machine may have given up meanwhile.
    if read_decision; then back_out "it was decided to $(fact decision)"; fi
    overdue reach "$(patience "$READY_TIMEOUT")" || return 1
    give_up "$missed" \
      "open that port between all machines, as the peers' port is. Is the address wrong? --members \"NAME=CLIENT_URL …\", or addresses in the chart. Is that machine gone for good? Name it by --lost"
  done
}

# check_members: compares the list in $WORK/answer.
check_members() {
  awk -F', ' '{ sub(",.*", "", $5); print $1, ($5 == "" ? "-" : $5), $3 }' "$WORK/answer" >"$WORK/listed" ||
    return 1
  check_listed "etcd has" "add it to the cluster's members, name it as lost, or remove it from etcd"
}

# bucket_in DATABASE BUCKET: see etcd/bucket.awk.
bucket_in() {
  DATABASE=$1 BUCKET=$2 awk -f "$here/etcd/bucket.awk" </dev/null
}

# check_members_in DATABASE WHO: a database has a list of the members of its time, for where no list of the old cluster
# can be asked for. A member that was renamed or removed since is none: the running etcd knows it by its id, or the data
# here does.
check_members_in() {
  bucket_in "$1" members >"$WORK/members-in" || {
    say "warning: the members in $1 can't be read: see that all are named, by --members, and those that are gone by --lost"
    return 0
  }
  {
    [ ! -s "$RECORD/etcd-served" ] || ! ask "$LOCAL_URL" 5 member list --write-out=simple || cut -d, -f1 "$WORK/answer"
    [ ! -f "$DATA_DIR/member/snap/db" ] ||
      bucket_in "$DATA_DIR/member/snap/db" members_removed | cut -d ' ' -f 1
    sed -n 's/^\([0-9a-f]*\) {.*"name":"\([^"][^"]*\)","clientURLs":\["\([^"]*\)".*/\1 \3 \2/p' "$WORK/members-in"
  } | awk 'NF == 1 { gone[$1] } NF > 1 && !($1 in gone)' >"$WORK/listed" || return 1
  check_listed "$2" "if it takes part, name all members by --members \"NAME=CLIENT_URL …\". If it is gone for good, or was removed from etcd since: --lost NAME"
}

# check_listed WHO FIX: compares $WORK/listed, a line `ID URL NAME` for each member that WHO knows. A member that takes
# no part would go on serving the old data, and so would one that is named as lost and is not.
check_listed() {
  local id name url
  while read -r id url name; do
    case " $NAME $SELF ${LOST:-} $(names_of "$MEMBERS") " in
      # A member that never started has no name, and no machine is called `?`.
      *" ${name:-?} "*) ;;
      *) give_up "$1 a member ${name:-that never started}, which takes no part in this restore" \
        "$2${name:+ (it is $name=$url)}" ;;
    esac
    case " ${LOST:-} " in
      *" $name "*) ask "$url" 3 endpoint status --write-out=simple || continue ;;
      *) continue ;;
    esac
    # By its id, which a member knows without a quorum, too. It has another one if it was restored since.
    [ "$(cut -d, -f2 "$WORK/answer")" = " $id" ] || [ "$(who_answers "$url")" = "$name" ] || continue
    give_up "$name is named as lost, and its etcd answers at $url" \
      "restore with it, or power that machine off and keep it off"
  done <"$WORK/listed"
}

# check_lost_by_number: etcd here answers with a quorum, so most of its members serve. If that can't be without those
# that are named as lost, one of them serves, and only this machine does not reach it.
check_lost_by_number() {
  local left voters
  [ -n "${LOST:-}" ] && ask "$LOCAL_URL" 5 get "$MARKS" || return 0
  ask "$LOCAL_URL" 5 member list --write-out=simple || return 1
  voters=$(awk -F', ' '$6 != "true"' "$WORK/answer" | wc -l)
  left=$(awk -F', ' -v lost=" $LOST " \
    '$6 != "true" && $3 != "" && !index(lost, " " $3 " ")' "$WORK/answer" | wc -l)
  [ "$left" -gt $((voters / 2)) ] ||
    give_up "etcd here has a quorum of its $voters members, and could not have it without those that are named as lost: $LOST. So at least one of them serves" \
      "restore with those that serve, or power off their machines and keep them off. This machine may only not reach them: open the client port between all machines"
}

# check_holder: one machine holds a restore. If two do, each waits for what the others have promised to the other one.
check_holder() {
  local other
  [ -z "${DRY_RUN:-}" ] || return 0
  ask_old get --prefix "$KEYS/$OPERATION/" --keys-only || return 1
  other=$(sed -n "s,^$KEYS/$OPERATION/\([^/]*\)/.*,\1,p" "$WORK/answer" | grep -vxF -e "$HOLDER" | head -n 1)
  [ -z "$other" ] || give_up "restore $OPERATION is held by $other, too" \
    "one machine holds a restore, and the others follow it by the line that it prints. End it everywhere (sh restore.sh --abort $OPERATION), then begin on one machine, by another id"
}

# remember_used_ids: the snapshot knows nothing of restores after it, and their ids must not be used again.
remember_used_ids() {
  ask_old get --prefix "$MARKS/" || return 1
  cp "$WORK/answer" "$RECORD/.used-ids" && put_in_place "$RECORD/.used-ids" "$RECORD/used-ids"
}
