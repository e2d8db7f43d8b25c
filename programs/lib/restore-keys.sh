# shellcheck shell=sh
# restore-keys.sh: what the machines of a restore tell each other, by keys in the old etcd while it has its quorum.
#
#   OPERATION, SELF, MACHINES, MEMBERS   see restore.sh

# ask_old COMMAND...: of whichever member of the old cluster answers.
ask_old() {
  ask "$(old_endpoints)" 5 "$@"
}

old_endpoints() {
  echo "$MEMBERS" | tr ' ' '\n' | sed 's/^[^=]*=//' | paste -s -d , -
}

key() {
  echo "/cdk8s-day2/restore/$OPERATION/$1"
}

# put_key KIND SECONDS: this machine's; if it can't be written for so long, the restore is given up.
put_key() {
  ask_old put "$(key "$1/$SELF")" "$(date +%s)" && return 0
  say "not written yet: $(reason 5)"
  if overdue "$1-written" "$2"; then
    give_up "$SELF could not say that it is $1 within $2 s: $(reason 5)" "check the old etcd's quorum: without one, name the lost members"
  fi
  return 1
}

# overdue WHAT SECONDS: whether it is that long since this was first asked.
overdue() {
  [ -f "$RECORD/since-$1" ] || keep_fact "since-$1" "$(date +%s)"
  [ $(($(date +%s) - $(fact "since-$1"))) -gt "$2" ]
}

# await_all KIND SECONDS: until every machine has written its key; a majority is not enough.
await_all() {
  if read_decision; then
    [ "$(fact decision)" = swap ] || back_out "it was decided to abort"
    return 0
  fi
  if ask_old get --prefix "$(key "$1")/" --keys-only; then
    missing=
    for machine in $MACHINES; do
      grep -qx "$(key "$1")/$machine" "$WORK/answer" || missing="$missing $machine"
    done
    [ -n "$missing" ] || return 0
    [ "$missing" = "${waited_for:-}" ] || say "waiting for$missing"
    waited_for=$missing
  else
    missing=" the old etcd: $(reason 5)"
  fi
  if overdue "$1" "$2"; then
    give_up "not $1 within $2 s:$missing" "look at that machine's log: sh restore.sh --status $OPERATION"
  fi
  return 1
}

# decide swap|abort: created once (create revision 0); what stands there afterwards is the decision, whoever wrote it.
decide() {
  printf 'create("%s") = "0"\n\nput %s %s\n\n\n' "$(key decision)" "$(key decision)" "$1" >"$WORK/txn"
  # etcdctl reads the transaction from its standard input.
  etcdctl --endpoints="$(old_endpoints)" --dial-timeout=5s --command-timeout=5s txn \
    <"$WORK/txn" >"$WORK/answer" 2>"$WORK/errors" || :
  read_decision
}

read_decision() {
  [ ! -s "$RECORD/decision" ] || return 0
  ask_old get "$(key decision)" --print-value-only && [ -s "$WORK/answer" ] || return 1
  keep_fact decision "$(head -n 1 "$WORK/answer")"
}

# marked: whether the restored cluster serves and says that it is this restore's.
marked() {
  ask "$HOLDER_URL" 5 get "$MARKS/$OPERATION" --print-value-only && [ -s "$WORK/answer" ]
}

# await_refusals: without a quorum nothing can be decided together. Then the others must be seen to be stopped: their ports refuse.
# A time-out is no refusal: that machine may serve others.
await_refusals() {
  for member in $MEMBERS; do
    [ "${member%%=*}" != "$SELF" ] || continue
    if ask "${member#*=}" 5 endpoint health || ! grep -q 'connection refused' "$WORK/errors"; then
      say "waiting until ${member%%=*} refuses connections: stop its etcd, by this program as a follower, or name it as lost if it never starts again"
      return 1
    fi
  done
}
