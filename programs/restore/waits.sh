# shellcheck shell=sh
# waits.sh: what a step of a restore waits for: the other machines, and the restored cluster.

# await_all KIND SECONDS [EXCEPT]: waits until every machine has written its key; a majority is not enough.
await_all() {
  local machine missing holder=''
  if read_decision; then
    [ "$(fact decision)" = swap ] || back_out "it was decided to $(fact decision)"
    return 0
  fi
  if ask_old get --prefix "$(key "$1")/" --keys-only; then
    missing=
    for machine in $MACHINES; do
      if [ "$machine" = "${3:-}" ] || grep -qxF "$(key "$1")/$machine" "$WORK/answer"; then continue; fi
      if [ "$machine" = "$HOLDER" ]; then holder=" $HOLDER"; else missing="$missing $machine"; fi
    done
    # The holder itself waits for the others.
    missing=${missing:-$holder}
    [ -n "$missing" ] || return 0
    case $1 in
      ready) say_once "waiting for$missing: start this restore there, too. Is that machine gone for good? RUNBOOK.md has the way" ;;
      *) say_once "waiting for$missing" ;;
    esac
  else
    missing=" the old etcd: $(reason 5)"
    say_once "waiting for$missing"
  fi
  if overdue "$1" "$2"; then
    give_up "not $1 within $2 s:$missing" "look at that machine: sh restore.sh --status $OPERATION"
  fi
  return 1
}

# await_words: a person has to bring every other machine's word. Ports that refuse prove nothing, as a machine that
# boots refuses, too; they are a second look.
await_words() {
  local machine url
  for machine in $MACHINES; do
    [ "$machine" != "$SELF" ] || continue
    case " ${QUIESCED:-} " in
      *" $machine=$(word_of "$machine" quiesced) "*) ;;
      *) give_up "$machine has not given its word that it is quiesced" \
        "run there: sh restore.sh --holder $SELF --id $OPERATION --without-quorum, then name what it prints in --quiesced" ;;
    esac
    url=$(url_of "$machine")
    [ -n "$url" ] || continue
    if ask "$url" 5 endpoint health || ! grep -q 'connection refused' "$WORK/errors"; then
      say_once "waiting until etcd of $machine refuses connections at $url: $(reason 5)"
      return 1
    fi
  done
}

# find_restored: VIA is a member of the restored cluster.
find_restored() {
  marked || {
    say_once "no member of the restored cluster answers: waiting for $HOLDER"
    return 1
  }
}

# safe_for_api: an API server that knows other machines' etcd starts only when none of them can serve the old data any
# more.
safe_for_api() {
  local member
  api_knows_others || return 0
  [ "$ROLE" != holder ] || VIA=$LOCAL_URL
  [ "$ROLE" = holder ] || find_restored || return 1
  ask "$VIA" 5 get --prefix "$(key stopped/)" --keys-only || return 1
  for member in $(followers); do
    if ! grep -qxF "$(key stopped)/$member" "$WORK/answer"; then
      say_once "this API server asks the etcd of other machines ($(setting kube-apiserver etcd-servers)): waiting until $member has stopped serving the old data"
      return 1
    fi
  done
}
