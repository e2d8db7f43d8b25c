# shellcheck shell=sh
# gates.sh: what else must hold in the cluster before another node goes, as the chart says. A gate that can't be asked
# is closed, and so is one that finds nothing.
#
#   GATES   a line for each, its fields with a tab between them:
#             resources KIND NAMESPACE|- some|may-be-none JSONPATH VALUE...   each has one of the values
#             alerts NAME PATH   no alert fires, as Prometheus answers at this path of the API server

TAB=$(printf '\t')

gates_allow() {
  local gate fields
  [ -n "$GATES" ] || return 0
  printf '%s\n' "$GATES" >"$WORK/gates" || {
    WHY="space in $WORK"
    return 1
  }
  # The gates are not read from the standard input, which belongs to what is called.
  while IFS= read -r gate <&3; do
    fields=${gate#*"$TAB"}
    case $gate in
      resources"$TAB"*) resources_allow "$fields" ;;
      alerts"$TAB"*) alerts_allow "$fields" ;;
      *) refuse "GATES has the line '$gate'" "each begins with resources or alerts, and a tab" ;;
    esac 3<&- || return 1
  done 3<"$WORK/gates"
}

# resources_allow FIELDS: whether all resources of a kind have one of the values.
resources_allow() {
  local kind namespace none expression values template other
  IFS=$TAB read -r kind namespace none expression values <<FIELDS
$1
FIELDS
  template="{range .items[*]}{.metadata.namespace}/{.metadata.name}{\"\\t\"}$expression{\"\\n\"}{end}whole"
  if [ "$namespace" = - ]; then set -- --all-namespaces; else set -- --namespace "$namespace"; fi
  if ! by_kubectl get "$kind" "$@" --output "jsonpath=$template" || [ "$(tail -n 1 "$WORK/answer")" != whole ]; then
    WHY="$kind, which can't be listed: $(api_words)"
    return 1
  fi
  if [ "$(cat "$WORK/answer")" = whole ]; then
    [ "$none" = some ] || return 0
    WHY="$kind: none is found$(in_namespace "$namespace")"
    return 1
  fi
  other=$(sed '$d' "$WORK/answer" | awk -F '\t' -v values="$values" '
    BEGIN { count = split(values, list, "\t"); for (i = 1; i <= count; i++) expected[list[i]] }
    !($2 in expected) || NF != 2 { gsub(/[^ -~]+/, " "); print; exit }' | cut -c1-200)
  [ -z "$other" ] || {
    WHY="$kind: ${other#/} is not $(printf '%s' "$values" | sed "s/$TAB/, or /g")"
    return 1
  }
}

in_namespace() {
  [ "$1" = - ] || echo " in the namespace $1"
}

# alerts_allow FIELDS: whether Prometheus says that nothing fires. It is asked for one alert that always fires, too,
# which has no labels in the answer. Without that, nobody could tell whether any rules are evaluated there.
alerts_allow() {
  local prometheus="${1%%"$TAB"*}" path="${1#*"$TAB"}" answer
  by_kubectl get --raw "$path" || {
    WHY="the alerts of $prometheus, which can't be asked: $(api_words)"
    return 1
  }
  answer=$(tr -d '\n\r\t ' <"$WORK/answer" | sed 's/"\(warnings\|infos\)":\(\[\]\|null\)//g')
  case $answer in
    *'"status":"success"'*'"resultType":"vector"'*'}') ;;
    *)
      WHY="the alerts of $prometheus, which answers: $(cut -c1-200 "$WORK/answer" | head -n 1)"
      return 1
      ;;
  esac
  case $answer in
    *'"isPartial":true'* | *'"warnings":'*)
      WHY="the alerts of $prometheus, which has only a part of them: $(printf '%s' "$answer" | cut -c1-200)"
      return 1
      ;;
    *'"metric":{}'*) ;;
    *)
      WHY="$prometheus, in which the alert that always fires does not: it evaluates no rules, or has no such alert"
      return 1
      ;;
  esac
  # That one, and no other.
  [ "$(printf '%s' "$answer" | grep -o '"metric":{' | grep -c .)" -eq 1 ] || {
    WHY="these alerts of $prometheus: $(printf '%s' "$answer" | alert_names | sed 's/^none$/one without a name/')"
    return 1
  }
}

alert_names() {
  grep -o '"alertname":"[^"]*"' | cut -d '"' -f 4 | sort -u | joined
}
