# shellcheck shell=sh
# events.sh: events of this Node, for `kubectl describe node` and for whoever collects them. A kubelet may write them.

# tell_event REASON MESSAGE [Warning]: it is tried once, as nothing depends on it.
tell_event() {
  local now
  now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  # The kubelet itself writes the Node's name as its uid, and kubectl looks for that.
  {
    printf '{"apiVersion":"v1","kind":"Event",'
    printf '"metadata":{"namespace":"default","name":"%s.%s"},' "$SELF" "$(new_event_id)"
    printf '"involvedObject":{"apiVersion":"v1","kind":"Node","name":"%s","uid":"%s"},' "$SELF" "$SELF"
    printf '"reason":"%s","message":"%s","type":"%s","count":1,' "$1" "$(json_text "$OPERATION: $2")" "${3:-Normal}"
    printf '"firstTimestamp":"%s","lastTimestamp":"%s",' "$now" "$now"
    printf '"source":{"component":"cdk8s-day2","host":"%s"},"reportingComponent":"cdk8s-day2"}' "$SELF"
  } >"$WORK/event" || return 0
  node_api create --raw /api/v1/namespaces/default/events --filename "$WORK/event" ||
    say_once "the event $1 could not be written: $(api_words)"
}

new_event_id() {
  tr -d '-' </proc/sys/kernel/random/uuid | cut -c1-16
}
