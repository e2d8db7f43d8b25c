# shellcheck shell=sh
# nodes.sh: whether the nodes before this one are done. That is read from what runs: nobody counts, so nothing can be
# counted wrong, and whatever is deleted or applied again, no node can go before its turn.
#
#   TO           version to which the nodes are taken; empty where they do a run of SERIES
#   FIRST        nodes that must all be done
#   AHEAD        nodes before this one, of which fewer than AT_ONCE may be undone
#   BEHIND       nodes after this one, which come first where their latest run of SERIES is longer ago
#   REPLACED     nodes of these that are not upgraded, as others take their places: OLD=NEW
#   REPLACED_BY  the node that takes the place of this one
#   SETTLE       seconds that a node must have been Ready
#
# A function that says no leaves the reason in WHY.

# A line for a node: its kubelet, whether it is Ready, the operation that is under way on it, the latest run that it has
# done, the node to which it gave its place, and whether it is cordoned; `-` where there is none.
node_line() {
  # shellcheck disable=SC2016 # the template's own
  printf '%s' '{{$ready := "-"}}{{range .status.conditions}}{{if eq .type "Ready"}}{{$ready = .status}}{{end}}{{end}}' \
    '{{$operation := "-"}}{{range $key, $value := .metadata.labels}}' \
    '{{if eq $key "cdk8s-day2/operation"}}{{$operation = $value}}{{end}}{{end}}' \
    '{{$run := "-"}}{{range $key, $value := .metadata.annotations}}' \
    '{{if eq $key "maintained.cdk8s-day2/'"$SERIES"'"}}{{$run = $value}}{{end}}{{end}}' \
    '{{$retired := "-"}}{{range $key, $value := .metadata.annotations}}' \
    '{{if eq $key "cdk8s-day2/retired"}}{{$retired = $value}}{{end}}{{end}}' \
    '{{.status.nodeInfo.kubeletVersion}} {{$ready}} {{$operation}} {{$run}} {{$retired}} {{or .spec.unschedulable "-"}}'
}

# order_allows: whether the nodes before this one let it go.
order_allows() {
  local node own=0 undone=0 first_reason=
  # What a person has begun outside of the schedule has no order.
  [ -n "$TO" ] || [ -n "$(run_name)" ] || return 0
  for node in $FIRST; do
    is_done "$node" || return 1
    [ -z "$TO" ] || components_done "$node" || return 1
  done
  [ -z "$REPLACED_BY" ] || can_take_over "$REPLACED_BY" || return 1
  if [ -z "$TO" ]; then
    read_node_line "$SELF" || return 1
    own=$LATEST
  fi
  for node in $AHEAD $BEHIND; do
    if is_done "$node" || comes_after "$node" "$own"; then continue; fi
    first_reason=${first_reason:-$WHY}
    undone=$((undone + 1))
    [ "$undone" -lt "$AT_ONCE" ] || {
      WHY=$first_reason
      return 1
    }
  done
}

# comes_after NODE OWN: in a schedule, the node whose latest run is longest ago goes first. So if a window is too short
# for all, the others come first the next time. OWN is this node's latest run.
comes_after() {
  [ -z "$TO" ] && [ "$LATEST" -lt "$(run_name | tr -cd '0-9')" ] || return 1
  case " $AHEAD " in
    *" $1 "*) [ "$LATEST" -gt "$2" ] ;;
    *) [ "$LATEST" -ge "$2" ] ;;
  esac
}

# read_node_line NODE: into $WORK/answer; sets LATEST to its latest run as a number, 0 if there is none.
read_node_line() {
  LATEST=0
  by_kubectl get node "$1" --output "go-template=$(node_line)" || {
    WHY="$1: $(api_words)"
    return 1
  }
  LATEST=$(awk '{ gsub(/[^0-9]/, "", $4); print $4 + 0 }' "$WORK/answer")
}

# is_done NODE: whether it is as wanted, has been Ready for a while, and nothing is under way on it. If it gave its
# place to another node, and takes no pods any more, the other one has to be done: it has to go on serving. A person may
# have deleted a retired node; if it joined again under its name, it is a node like others.
is_done() {
  local version ready operation retired cordoned by
  by=$(replacement_of "$1")
  if ! read_node_line "$1"; then
    [ -n "$by" ] && grep -qF '(NotFound)' "$WORK/errors" && is_done "$by"
    return
  fi
  read -r version ready operation _ retired cordoned <"$WORK/answer" || :
  if [ -n "$by" ] && [ "$operation $retired $cordoned" = "- $by true" ]; then
    is_done "$by"
    return
  fi
  if [ "$operation" != - ]; then
    WHY="$1, on which $operation is under way"
  elif ! is_as_wanted "$1" "$version"; then
    [ -z "$by" ] || WHY="$1, which is not retired yet"
  elif [ "$ready" != True ]; then
    WHY="$1, which is not Ready"
  else
    has_settled "$1"
    return
  fi
  rm -f "$WORK/ready-$1"
  return 1
}

# replacement_of NODE: empty if it is upgraded.
replacement_of() {
  local pair
  for pair in $REPLACED; do
    [ "${pair%%=*}" != "$1" ] || echo "${pair#*=}"
  done
}

# can_take_over NODE: whether it is done, and takes the pods of this node.
can_take_over() {
  local taints
  is_done "$1" && read_taints "$SELF" own && read_taints "$1" its || return 1
  taints=$(awk -v own="$WORK/taints-own" '
    BEGIN { while ((getline taint < own) > 0) known[taint] = 1 }
    !($0 in known)' "$WORK/taints-its" | joined)
  [ "$taints" = none ] || {
    WHY="$1, which takes the place of $SELF, and has these taints: $taints"
    return 1
  }
}

# read_taints NODE NAME: those that keep pods away, a line each, into $WORK/taints-NAME. A person may have cordoned this
# node; its replacement must take pods all the same.
read_taints() {
  by_kubectl get node "$1" --output \
    'jsonpath={range .spec.taints[?(@.effect!="PreferNoSchedule")]}{.key}={.value}:{.effect}{"\n"}{end}' || {
    WHY="$1: $(api_words)"
    return 1
  }
  if [ "$2" = own ]; then grep -v '^node.kubernetes.io/unschedulable=' "$WORK/answer"; else cat "$WORK/answer"; fi \
    >"$WORK/taints-$2" || :
}

# is_as_wanted NODE VERSION: whether it runs TO, or has done this run.
is_as_wanted() {
  if [ -n "$TO" ]; then
    WHY="$1, which runs $2"
    [ "$2" = "v$TO" ]
  else
    WHY="$1, which has not done the run of $(run_name) yet"
    [ "$LATEST" -ge "$(run_name | tr -cd '0-9')" ]
  fi
}

# has_settled NODE: measures the time here, as other machines' clocks may be wrong.
has_settled() {
  local left now
  read -r now _ </proc/uptime
  now=${now%.*}
  [ -s "$WORK/ready-$1" ] || echo "$now" >"$WORK/ready-$1"
  left=$(($(cat "$WORK/ready-$1") + SETTLE - now))
  [ "$left" -gt 0 ] || return 0
  WHY="$1, which has been Ready for less than $SETTLE s"
  return 1
}
