# shellcheck shell=sh
# keys.sh: what the machines of a restore tell each other, by keys in the old etcd while it has its quorum, and by keys
# in the new one.
#
#   OPERATION, SELF, ROLE, HOLDER, MEMBERS, MACHINES, LOST   see restore.sh
#
#   /cdk8s-day2/restore/<id>/<holder>/present/<machine>     in the old etcd, and so are ready/… and quiesced/…
#                                    /decision              in the old etcd: swap or abort, created once
#                                    /called-off            in the old etcd: the holder went back, or was called lost
#                                    /stopped/<machine>     in the new etcd: this member never serves the old data again
#                                    /proof                 in the new etcd: written by the trial, and known by it later
#   /cdk8s-day2/restores/<id>                               in the new etcd: the mark (etcd/mark.sh). This restore was
#                                                           done, for ever
#
# The holder is in the keys, as two machines may be told by one id to hold it: what a machine has promised to one of
# them must not count for the other.

KEYS=/cdk8s-day2/restore

key() {
  echo "$KEYS/$OPERATION/$HOLDER/$1"
}

# take_members: as the record has them, whose URLs the running etcd has told.
take_members() {
  MEMBERS=$(fact members "$MEMBERS")
  MACHINES=${MACHINES:-$(names_of "$MEMBERS")}
}

# alone: no other machine takes part. by_word: the old etcd has no quorum, so no key can be written, and a person
# carries words.
alone() {
  [ "$(count "$MACHINES")" -eq 1 ] && ! by_word
}

by_word() {
  [ -n "${WITHOUT_QUORUM:-}" ]
}

together() {
  ! alone && ! by_word
}

# followers: all members but the holder, without those that were lost on the way.
followers() {
  local member
  for member in $MEMBERS; do
    case " $HOLDER $(fact lost-later) " in
      *" ${member%%=*} "*) ;;
      *) echo "${member%%=*}" ;;
    esac
  done
}

# ask_old COMMAND...: asks any member of the old cluster that answers. A member that already serves the restored cluster
# may answer, too, without these keys: so a missing key must mean nothing.
ask_old() {
  ask "$(old_endpoints)" 5 "$@"
}

old_endpoints() {
  urls_of "$MEMBERS" | paste -s -d , -
}

# endpoints_but_holders: this machine's own member, or those of the followers. The holder's may serve the restored data.
endpoints_but_holders() {
  local member
  if [ -n "${LOCAL_URL:-}" ]; then echo "$LOCAL_URL" && return; fi
  for member in $(followers); do url_of "$member"; done | paste -s -d , -
}

# put_key KIND SECONDS [VALUE]: writes this machine's key. If it can't be written for so long, the restore is given up.
put_key() {
  local why limit
  limit=$(patience "$2")
  if ask_old put "$(key "$1/$SELF")" "$(date +%s)${3:+ $3}"; then return 0; fi
  why=$(reason 5)
  say_once "not written yet: $why. If this is the last line for a minute, the old etcd has no quorum: sh restore.sh --abort $OPERATION, then see 'No quorum' in RUNBOOK.md (--without-quorum)"
  if overdue "$1-written" "$limit"; then
    give_up "$SELF could not write into the old etcd that it is $1, within $limit s: $why" \
      "has the old etcd a quorum? Without one see 'No quorum' in RUNBOOK.md (--without-quorum). Name as lost only machines that are gone for good"
  fi
  return 1
}

# patience SECONDS: a dry run does not wait for what may never come.
patience() {
  if [ -n "${DRY_RUN:-}" ] && [ "$1" -gt 30 ]; then echo 30; else echo "$1"; fi
}

# decide swap|abort [REASON]: created once: what is there afterwards is the decision, whoever wrote it. The transaction
# needs this machine's key `present`, which no restored snapshot has: so it can't succeed in the restored cluster.
decide() {
  if [ -n "${DRY_RUN:-}" ]; then
    keep_fact decision "$1"
    return
  fi
  # A machine that gives up before it has said that it takes part says so now: else the others would wait for it until
  # their time runs out. But not where the restored cluster serves and this machine has forgotten everything: there, the
  # missing key keeps the transaction out.
  if [ "$1" = abort ] && free_to_go && ! marked; then ask_old put "$(key "present/$SELF")" "$(date +%s)" || :; fi
  printf 'version("%s") > "0"\ncreate("%s") = "0"\n\nput %s "%s"\n\n\n' "$(key "present/$SELF")" "$(key decision)" \
    "$(key decision)" "$1${2:+ by $SELF: $(json_text "$2")}" >"$WORK/txn" || return 1
  # While etcdctl reads the transaction from its standard input, its own limit doesn't count.
  timeout -k 5 10 etcdctl --endpoints="$(old_endpoints)" --dial-timeout=5s txn \
    <"$WORK/txn" >"$WORK/answer" 2>"$WORK/errors" &
  await || :
  read_decision
}

read_decision() {
  [ ! -s "$RECORD/decision" ] || return 0
  ask_old get "$(key decision)" --print-value-only && [ -s "$WORK/answer" ] || return 1
  keep_fact decision "$(head -n 1 "$WORK/answer")"
}

called_off() {
  ask_old get "$(key called-off)" --print-value-only && [ -s "$WORK/answer" ]
}

# given_up_by_others: whether another member, which serves the old data again, says `called-off`. Each is asked by
# itself: this machine's own etcd has the restored data by now.
given_up_by_others() {
  local member
  for member in $(followers); do
    if ask "$(url_of "$member")" 3 get "$(key called-off)" --print-value-only &&
      [ -s "$WORK/answer" ]; then return 0; fi
  done
  return 1
}

ETCD_ANSWERS="its etcd answers"

# is_up MEMBER: whether its machine answers anything at all. A machine that refuses a connection is up, whatever has
# become of its etcd, and so is one that takes a connection and then says nothing. Silence proves nothing. ANSWER is
# what it says.
is_up() {
  if ask "$(url_of "$1")" 5 endpoint status; then
    ANSWER=$ETCD_ANSWERS
    return 0
  fi
  ANSWER=$(reason 5)
  case $ANSWER in
    *'connection refused'* | *x509* | *tls:* | *'connection closed'* | *'closed network connection'* | \
      *'reset by peer'* | *'broken pipe'*) return 0 ;;
  esac
  # For etcdctl, a connection that hangs looks the same as none.
  ANSWER="it takes connections, and its etcd says nothing"
  takes_connections "$(url_of "$1")"
}

# takes_connections URL: whether something takes a connection there. Without curl that can't be told, and is taken for
# no.
takes_connections() {
  local connected
  command -v curl >/dev/null || return 1
  # Without TLS, as curl counts a connection only after its handshake.
  connected=$(curl -q -s -o /dev/null --noproxy '*' --connect-timeout 3 --max-time 5 -w '%{time_connect}' \
    "http://${1#*://}") || :
  case $connected in
    *[1-9]*) return 0 ;;
  esac
  return 1
}

# marked: whether some member has the mark of this restore; VIA is that member. Each is asked by itself: the holder may
# be lost, and others may still serve the old data. It is recorded: whoever has seen the mark may not call the holder
# lost any more, as the restored cluster has served.
marked() {
  local url
  for url in $(url_of "$HOLDER") $(urls_of "$MEMBERS"); do
    if ask "$url" 3 get "$MARKS/$OPERATION" --print-value-only && [ -s "$WORK/answer" ]; then
      VIA=$url
      [ -s "$RECORD/mark-seen" ] || keep_fact mark-seen "$url" || return 1
      return 0
    fi
  done
  return 1
}

# word_of MACHINE WHAT: the word that a person carries from one machine to another where no key can be written. It says
# that somebody has stood before that machine and seen it; it is no secret.
word_of() {
  printf '%s %s %s %s' "$OPERATION" "$HOLDER" "$1" "$2" | sha256sum | cut -c1-8
}

# free_to_go: whether this machine may go back alone: the holder as long as it has not asked for the swap, the others as
# long as they have not said that they are quiesced. A request that was sent may arrive later, whatever the sender
# knows.
free_to_go() {
  if [ "$ROLE" = holder ]; then
    [ ! -s "$RECORD/swap-sent" ]
  else
    [ ! -s "$RECORD/quiesced-sent" ]
  fi
}
