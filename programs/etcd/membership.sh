# shellcheck shell=sh
# membership.sh: the members of a cluster, and how one joins it while it runs: a restore's follower, or a member that is
# replaced.
#
#   NAME, PEER_URL, DATA_DIR   of the member on this host
#   MEMBERS                    members as this program knows them, NAME=CLIENT_URL
#   VIA                        client URL of a member of the running cluster
#   RECORD                     folder of the operation's record

# names_of MEMBERS: in one line. urls_of MEMBERS: a line each.
names_of() {
  local member names=''
  for member in $1; do names="$names${names:+ }${member%%=*}"; done
  echo "$names"
}

urls_of() {
  local member
  for member in $1; do echo "${member#*=}"; done
}

# url_of MEMBER
url_of() {
  local member
  for member in $MEMBERS; do
    case $member in
      "$1="*) echo "${member#*=}" ;;
    esac
  done
}

# named URL: a member for a person: NAME (URL), or the URL alone if MEMBERS doesn't have it.
named() {
  local member
  for member in $MEMBERS; do
    [ "${member#*=}" != "$1" ] || { echo "${member%%=*} ($1)" && return; }
  done
  echo "$1"
}

# listed_by URL: the members as the one at URL lists them, in the form of MEMBERS, without those that have never
# started. etcd orders them by their ids, and a person reads them by their names.
listed_by() {
  ask "$1" 5 member list --write-out=simple || return 1
  awk -F', ' '$3 != "" { sub(",.*", "", $5); print $3 "=" $5 }' "$WORK/answer" | sort | paste -s -d ' ' -
}

# all_healthy URL...: whether each of them answers, which it does only with a quorum.
all_healthy() {
  local url
  for url in "$@"; do
    ask "$url" 5 endpoint health || return 1
  done
}

# cluster_id URL: the id of the cluster that this member serves. Asking needs its quorum.
cluster_id() {
  ask "$1" 5 get / --write-out=json && json_number cluster_id <"$WORK/answer"
}

# served_by URL: the cluster that this member serves: its id, and its members. The id alone comes from the first
# member's URLs: the first member, on an empty disk, begins another cluster of the same id.
served_by() {
  local cluster
  cluster=$(cluster_id "$1") && ask "$1" 5 member list --write-out=simple || return 1
  echo "$cluster $(awk -F', ' '{ print "(" $3 ")" }' "$WORK/answer" | sort | paste -s -d ' ' -)"
}

# who_answers URL: the name of the member that answers there. Status 1: none does, or it can't tell.
who_answers() {
  local id name
  ask "$1" 5 endpoint status --write-out=json || return 1
  id=$(json_number member_id <"$WORK/answer")
  name=$(member_name "$1" "$id")
  # A learner, or a member that has just lost its leader, lists no members.
  [ -n "$name" ] && [ "$name" != "$id" ] && echo "$name"
}

# members: a line `ID NAME PEER_URL CLIENT_URL learner|voter` for each; name and client URL are - before the member has
# started.
members() {
  ask "$VIA" 5 member list --write-out=simple || return 1
  awk -F', ' '{
    sub(",.*", "", $5)
    print $1, ($3 == "" ? "-" : $3), $4, ($5 == "" ? "-" : $5), ($6 == "true" ? "learner" : "voter")
  }' "$WORK/answer"
}

# member_here: the line of the member on this host, by its peer URL; nothing if it is not listed. Status 1: it can't be
# told, as the members can't be asked.
member_here() {
  members >"$WORK/members-here" || return 1
  awk -v peer="$PEER_URL" '$3 == peer' "$WORK/members-here"
}

# add_learner: etcd allows only one learner at a time, and refuses one for some seconds after a promotion: then try
# again. An etcd that was told to join under an id may have acknowledged data. If that is gone, no other etcd comes up
# under this id: the leader tells it to go on from there. So that learner is removed first.
add_learner() {
  local found
  found=$(member_here) || return 1
  case $found in
    '') ;;
    "$(fact told-id) "*' learner') ask "$VIA" 10 member remove "${found%% *}" || return 1 ;;
    *) return 0 ;;
  esac
  ask "$VIA" 10 member add "$NAME" --learner --peer-urls="$PEER_URL"
}

# why_not_yet WAITS: why the last `ask` of the cluster failed. Some errors of etcd are normal here: then it says WAITS.
why_not_yet() {
  case $(cat "$WORK/errors") in
    *'in sync with leader'* | *'unhealthy cluster'* | *'too many learner'*) echo "$1, which is normal: trying again" ;;
    *) reason 10 ;;
  esac
}

# promote: makes this member a voter, which etcd refuses until it is in sync. etcd goes by what that member has said,
# not by what it is now: so the etcd on this machine has to serve under its id.
promote() {
  local found
  found=$(member_here) || return 1
  case $found in
    *' voter') return 0 ;;
    *' learner') [ "$(serving_id)" = "${found%% *}" ] && ask "$VIA" 10 member promote "${found%% *}" ;;
    *) return 1 ;;
  esac
}

# serving_id: the id of the member as which the etcd on this machine serves. Status 1: it does not answer.
serving_id() {
  ask "$LOCAL_URL" 5 endpoint status --write-out=simple && cut -d, -f2 "$WORK/answer" | tr -d ' '
}

# check_names WORDS...: names of members and machines come from etcd and from persons, and get into keys, into paths,
# and into lines that others type as root.
check_names() {
  local words
  for words in "$@"; do
    case $words in
      *[!]A-Za-z0-9._:/%=@+,[\ -]*)
        refuse "there is a name or URL with characters that none should have: $words" \
          "use letters, digits, hyphens and dots: rename the member (etcd's --name), or name the machines by --members"
        ;;
    esac
  done
}
