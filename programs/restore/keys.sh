# shellcheck shell=sh
# keys.sh: what the machines of a restore tell each other, by keys in the old etcd while it has its quorum, and by keys
# in the new one.
#
#   OPERATION, SELF, ROLE, HOLDER, MEMBERS, MACHINES, LOST   see restore.sh
#
#   /cdk8s-day2/restore/<id>/present/<machine>, ready/…, quiesced/…   in the old etcd
#   /cdk8s-day2/restore/<id>/decision                                 there: swap or abort, created once
#   /cdk8s-day2/restore/<id>/called-off                               there: the holder went back, or was given up
#   /cdk8s-day2/restore/<id>/stopped/<machine>                        in the new etcd: this member is out of the old one
#   /cdk8s-day2/restore/<id>/proof                                    there: written by the trial, to know it by
#   /cdk8s-day2/restores/<id>                                         there: the mark. This restore was done, for ever

MARKS=/cdk8s-day2/restores

key() {
  echo "/cdk8s-day2/restore/$OPERATION/$1"
}

# alone: nobody else has to be asked. by_word: nobody can be, the old etcd has no quorum, and a person carries the
# words.
alone() {
  [ "$(count "$MACHINES")" -eq 1 ] && ! by_word
}

by_word() {
  [ -n "${WITHOUT_QUORUM:-}" ] || [ "$(count "$MEMBERS")" -le "$(count "${LOST:-}")" ]
}

together() {
  ! alone && ! by_word
}

# followers: the members but the holder, without those that were lost on the way.
followers() {
  local member
  for member in $MEMBERS; do
    case " $HOLDER $(fact lost-later) " in
      *" ${member%%=*} "*) ;;
      *) echo "${member%%=*}" ;;
    esac
  done
}

# ask_old COMMAND...: of whichever member of the old cluster answers. One that serves the new cluster already may
# answer, too, and knows no such key: what isn't there has to mean nothing.
ask_old() {
  ask "$(old_endpoints)" 5 "$@"
}

old_endpoints() {
  echo "$MEMBERS" | tr ' ' '\n' | sed 's/^[^=]*=//' | paste -s -d , -
}

# put_key KIND SECONDS: this machine's; if it can't be written for so long, the restore is given up.
put_key() {
  local why
  if ask_old put "$(key "$1/$SELF")" "$(date +%s)"; then return 0; fi
  why=$(reason 5)
  say_once "not written yet: $why. Without a quorum this can't go on: sh restore.sh --abort $OPERATION, then see --without-quorum"
  if overdue "$1-written" "$2"; then
    give_up "$SELF could not say that it is $1 within $2 s: $why" \
      "check the old etcd's quorum: without one, name the lost members, or see --without-quorum"
  fi
  return 1
}

# decide swap|abort [REASON]: created once; what stands there afterwards is the decision, whoever wrote it. Only where
# this machine's own key is, which no restored snapshot holds: the transaction must not come to the new cluster.
decide() {
  if [ -n "${DRY_RUN:-}" ]; then
    keep_fact decision "$1"
    return
  fi
  # Who gives up before it has said that it takes part says so now, or the others would wait for it until their time
  # runs out. Not where the restored cluster serves, to a machine that has forgotten all: that key is what keeps the
  # transaction out of it.
  if [ "$1" = abort ] && free_to_go && ! marked; then ask_old put "$(key "present/$SELF")" "$(date +%s)" || :; fi
  printf 'version("%s") > "0"\ncreate("%s") = "0"\n\nput %s "%s"\n\n\n' "$(key "present/$SELF")" "$(key decision)" \
    "$(key decision)" \
    "$1${2:+ by $SELF: $(json_text "$2")}" >"$WORK/txn"
  # etcdctl reads the transaction from its standard input, and doesn't look at its own limit meanwhile.
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

# given_up_by_others: whether one of the others says so that serves the old data again. Each is asked by itself: this
# machine's own etcd has the restored data by now.
given_up_by_others() {
  local member
  together || return 1
  for member in $(followers); do
    if ask "$(url_of "$member")" 3 get "$(key called-off)" --print-value-only &&
      [ -s "$WORK/answer" ]; then return 0; fi
  done
  return 1
}

# holder_is_up: whether the holder's machine answers anything at all. One that refuses is up, whatever has become of its
# etcd, and so is one that takes a connection and then says nothing; silence is no proof of anything. HOLDER_SAYS is
# what it answered.
holder_is_up() {
  if ask "$(url_of "$HOLDER")" 5 endpoint status; then
    HOLDER_SAYS="its etcd answers"
    return 0
  fi
  HOLDER_SAYS=$(reason 5)
  case $HOLDER_SAYS in
    *'connection refused'* | *x509* | *tls:* | *'connection closed'* | *'closed network connection'* | \
      *'reset by peer'* | *'broken pipe'*) return 0 ;;
  esac
  # etcdctl doesn't tell a connection that hangs from none.
  HOLDER_SAYS="it takes connections, and its etcd says nothing"
  takes_connections "$(url_of "$HOLDER")"
}

# takes_connections URL: as far as this machine has what can tell.
takes_connections() {
  local connected
  command -v curl >/dev/null || return 1
  # Without TLS: curl calls a connection one only after its handshake.
  connected=$(curl -q -s -o /dev/null --noproxy '*' --connect-timeout 3 --max-time 5 -w '%{time_connect}' \
    "http://${1#*://}") || :
  case $connected in
    *[1-9]*) return 0 ;;
  esac
  return 1
}

# marked: whether a restored cluster serves that says that it is this restore's; VIA is the member that said so. Every
# one is asked by itself: the holder may be lost, and others may still serve the old data.
marked() {
  local url
  for url in $(url_of "$HOLDER") $(echo "$MEMBERS" | tr ' ' '\n' | sed 's/^[^=]*=//'); do
    if ask "$url" 3 get "$MARKS/$OPERATION" --print-value-only && [ -s "$WORK/answer" ]; then
      VIA=$url
      return 0
    fi
  done
  return 1
}

# word_of MACHINE WHAT: what a person carries from one machine to another where no key can be written. It says that
# somebody has stood before that machine and seen it; it is no secret.
word_of() {
  printf '%s %s %s' "$OPERATION" "$1" "$2" | sha256sum | cut -c1-8
}

# free_to_go: the holder, as long as it has not asked for the swap; the others, as long as they have not said that they
# are quiesced. What was sent may arrive later, whatever the sender knows.
free_to_go() {
  if [ "$ROLE" = holder ]; then
    [ ! -s "$RECORD/swap-sent" ]
  else
    [ ! -s "$RECORD/quiesced-sent" ]
  fi
}
