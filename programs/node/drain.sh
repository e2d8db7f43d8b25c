# shellcheck shell=sh
# drain.sh: the pods of this node are evicted, by the kubelet's own identity. kubectl drain can't do that, as it reads
# DaemonSets, and it ends at the first answer that is neither a yes nor a budget's no.
#
#   DRAIN_TIMEOUT   seconds
#   ON_TIMEOUT      give-back, wait or delete: what follows when they are over
#   EMPTY_DIR       refuse or move: pods with data in an emptyDir, which is lost
#   UNMANAGED       refuse or delete: pods that no controller makes anew
#   GRACE_PERIOD    seconds for the pods to end; by default what each pod says
#   KEEP_PODS       label selector of pods that are let alone

# check_turn_and_drain: refuses words that no choice has.
check_turn_and_drain() {
  check_choice TURN "$TURN" own asked
  check_choice ON_TIMEOUT "$ON_TIMEOUT" give-back wait delete
  check_choice EMPTY_DIR "$EMPTY_DIR" refuse move
  check_choice UNMANAGED "$UNMANAGED" refuse delete
}

# A line for each pod: namespace, name, uid, phase, kind of its controller, and words: `mirror` of a static pod,
# `deleted`, `emptyDir`, `tolerates` of one that may be placed on a cordoned node, `operation=ID` of one that carries an
# operation of ours. That of a run of a CronJob is the name of its Job.
# shellcheck disable=SC2016 # the template's own
POD_LINES='
{{- range .items}}
  {{- .metadata.namespace}} {{.metadata.name}} {{.metadata.uid}} {{.status.phase}}
  {{- $kind := "-"}}
  {{- range .metadata.ownerReferences}}{{if .controller}}{{$kind = .kind}}{{end}}{{end}} {{$kind}}
  {{- with .metadata.annotations}}{{if index . "kubernetes.io/config.mirror"}} mirror{{end}}{{end}}
  {{- if .metadata.deletionTimestamp}} deleted{{end}}
  {{- range .spec.tolerations}}
    {{- $all := and (eq (or .key "") "") (eq (or .operator "") "Exists")}}
    {{- if or $all (eq (or .key "") "node.kubernetes.io/unschedulable")}} tolerates{{end}}
  {{- end}}
  {{- range .spec.volumes}}{{range $key, $value := .}}{{if eq $key "emptyDir"}} emptyDir{{end}}{{end}}{{end}}
  {{- with .metadata.labels}}
    {{- with index . "cdk8s-day2/operation"}} operation={{.}}{{end}}
    {{- if eq (or (index . "app.kubernetes.io/managed-by") "") "cdk8s-day2"}}
      {{- with index . "batch.kubernetes.io/job-name"}} operation={{.}}{{end}}
    {{- end}}
  {{- end}}
  {{- " .\n"}}
{{- end}}'

# read_pods: the pods here that a drain is about, in $WORK/pods. Those of DaemonSets and static pods stay, and so do the
# pods that carry this very operation, or one that waits for its turn.
read_pods() {
  local operation
  : >"$WORK/kept" || return 1
  if [ -n "$KEEP_PODS" ]; then
    node_api get pods --all-namespaces --field-selector "spec.nodeName=$SELF" --selector "$KEEP_PODS" \
      --output 'jsonpath={range .items[*]}{.metadata.uid}{"\n"}{end}' || return 1
    cp "$WORK/answer" "$WORK/kept" || return 1
  fi
  node_api get pods --all-namespaces --field-selector "spec.nodeName=$SELF" \
    --output "go-template=$POD_LINES" || return 1
  # Half an answer would be a node that is empty.
  [ ! -s "$WORK/answer" ] || [ "$(tail -c 3 "$WORK/answer")" = ' .' ] || return 1
  for operation in "$OPERATIONS"/*; do
    [ -e "$operation/result" ] || echo "operation=${operation##*/}"
  done >>"$WORK/kept" || return 1
  awk -v kept="$WORK/kept" '
    BEGIN { while ((getline word < kept) > 0) keep[word] = 1 }
    $5 == "DaemonSet" || / mirror / || $3 in keep { next }
    { for (i = 6; i <= NF; i++) if ($i in keep) next; print }' "$WORK/answer" >"$WORK/pods"
}

# leave_returning_pods: what tolerates the cordon comes back as soon as it is evicted. So of such pods only those count
# that were here at the drain's first look.
leave_returning_pods() {
  [ -f "$RECORD/first-pods" ] || { cut -d ' ' -f 3 "$WORK/pods" >"$RECORD/.first-pods" &&
    put_in_place "$RECORD/.first-pods" "$RECORD/first-pods"; } || return 1
  awk -v first="$RECORD/first-pods" '
    BEGIN { while ((getline uid < first) > 0) here[uid] = 1 }
    / tolerates / && !($3 in here) { print $1 "/" $2 >"/dev/stderr"; next }
    { print }' "$WORK/pods" >"$WORK/pods-left" 2>"$WORK/returned" && mv "$WORK/pods-left" "$WORK/pods" || return 1
  [ ! -s "$WORK/returned" ] ||
    say_once "these tolerate the cordon, and came back: $(joined <"$WORK/returned")"
}

# refuse_undrainable: names the pods that a drain would lose for good.
refuse_undrainable() {
  local lost
  lost=
  [ "$UNMANAGED" = delete ] || lost=$(living_pods | awk '$5 == "-" { print $1 "/" $2 }')
  [ -z "$lost" ] ||
    give_up "no controller makes these pods anew: $(echo "$lost" | joined)" \
      "delete them yourself, or allow it: --unmanaged delete (DrainPolicy)"
  [ "$EMPTY_DIR" = move ] || lost=$(living_pods | awk '/ emptyDir / { print $1 "/" $2 }')
  [ -z "$lost" ] ||
    give_up "these pods have an emptyDir, whose data would be lost: $(echo "$lost" | joined)" \
      "move them yourself, or allow it: --empty-dir move (DrainPolicy)"
}

# living_pods: of those in $WORK/pods, the ones that have not ended and are not ending.
living_pods() {
  awk '$4 != "Succeeded" && $4 != "Failed" && !/ deleted /' "$WORK/pods"
}

# evict NAMESPACE NAME UID [dryRun]: the body's uid keeps a new pod of that name alone.
evict() {
  local grace=''
  [ -z "$GRACE_PERIOD" ] || grace="\"gracePeriodSeconds\":$GRACE_PERIOD,"
  {
    printf '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"namespace":"%s","name":"%s"},' "$1" "$2"
    printf '"deleteOptions":{%s%s"preconditions":{"uid":"%s"}}}' "$grace" "${4:+\"dryRun\":[\"All\"],}" "$3"
  } >"$WORK/eviction" || return 1
  node_api create --raw "/api/v1/namespaces/$1/pods/$2/eviction${4:+?dryRun=All}" --filename "$WORK/eviction"
}

# delete_pod NAMESPACE NAME UID: without an eviction, so that no budget can refuse it.
delete_pod() {
  local grace=''
  [ -z "$GRACE_PERIOD" ] || grace="\"gracePeriodSeconds\":$GRACE_PERIOD,"
  printf '{"apiVersion":"v1","kind":"DeleteOptions",%s"preconditions":{"uid":"%s"}}' "$grace" "$3" >"$WORK/eviction"
  node_api delete --raw "/api/v1/namespaces/$1/pods/$2" --filename "$WORK/eviction"
}

# try_drain: asks for each pod whether it could be evicted now, and evicts none. What is refused is said; only what
# can't be evicted by any waiting is an error.
try_drain() {
  local namespace name uid rest refused=''
  read_pods || not_yet "the pods are listed" || return 1
  refuse_undrainable
  while read -r namespace name uid rest; do
    case " $rest" in *' deleted '*) continue ;; esac
    if evict "$namespace" "$name" "$uid" try || gone; then continue; fi
    refused="$refused $namespace/$name ($(api_words))"
  done <"$WORK/pods"
  [ -z "$refused" ] || say "these pods could not be evicted now; the drain will wait for them:$refused"
}

# gone: whether the last answer means that the pod, or this very one of its name, is no longer there.
gone() {
  grep -q -e '(NotFound)' -e 'uid in precondition' -e 'the UID in the precondition' "$WORK/errors"
}

# drain_node: one round. Status 1: some pods are still here.
drain_node() {
  local namespace name uid rest left='' how=evict
  read_pods || not_yet "the pods are listed" || return 1
  leave_returning_pods || return 1
  [ -s "$WORK/pods" ] || return 0
  refuse_undrainable
  if overdue drain "$DRAIN_TIMEOUT"; then
    case $ON_TIMEOUT in
      delete) how=delete_pod ;;
      wait) ;;
      *) give_up "after $DRAIN_TIMEOUT s these pods are still on $SELF: $(awk '{ print $1 "/" $2 }' "$WORK/pods" | joined). The last answer: $(fact drain-answer none)" \
        "see what keeps them: kubectl get pdb --all-namespaces. Then try again, or choose what follows: --on-timeout (DrainPolicy)" ;;
    esac
  fi
  while read -r namespace name uid rest; do
    left="$left $namespace/$name"
    # It is ending already.
    case " $rest" in *' deleted '*) continue ;; esac
    if "$how" "$namespace" "$name" "$uid"; then
      echo "$namespace/$name" >>"$RECORD/moved" || return 1
    elif ! gone; then
      keep_fact drain-answer "$(api_words)" || return 1
    fi
  done <"$WORK/pods"
  say_once "waiting for pods to end:$left$(fact drain-answer | sed 's/^/; the last answer: /')"
  return 1
}

# moved_pods: how many pods were evicted.
moved_pods() {
  sort -u "$RECORD/moved" 2>/dev/null | grep -c . || :
}
