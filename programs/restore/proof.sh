# shellcheck shell=sh
# proof.sh: proves that what serves at the end is what was restored, by facts that nothing else could bring about. A
# step that went well is no proof, and neither is a process that answers.
#
#   UNPROVED   why it isn't proved, or not yet: see etcd/proof.sh

GIVEN_UP="the others serve the old data again: a person has told them that this machine is lost"

# step_prove: before the mark, as after it no machine may go back. If it is disproved the holder goes back; if it can't
# be told yet, it is asked again.
step_prove() {
  local status
  if given_up_by_others; then back_out "$GIVEN_UP"; fi
  status=0
  proves_member "$(fact cluster)" "$(fact restored-revision)" || status=$?
  if [ "$status" -eq 0 ]; then
    ask "$LOCAL_URL" 5 get "$(key proof)" --print-value-only || return 1
    if [ "$(cat "$WORK/answer")" = "$(fact proof)" ]; then
      say "proved: etcd on $SELF serves the cluster $(fact cluster) from $DATA_DIR"
      return 0
    fi
    UNPROVED="the key that was written into the restored data is not in the etcd on $SELF"
    status=2
  fi
  if [ "$status" -eq 2 ]; then
    keep_reason "$UNPROVED" \
      "the old data is put back, what was restored is in $DATA_DIR/abandoned-$OPERATION. Where etcd has its data: ls -l /proc/\$(pidof etcd)/fd | grep snap/db"
    back_out "$UNPROVED"
  fi
  say_once "not proved yet: $UNPROVED"
  # An etcd that can't be examined may serve anything.
  if overdue prove "$STOP_TIMEOUT"; then back_out \
    "it is not proved that $SELF serves what was restored: $UNPROVED"; fi
  return 1
}

# marked_cluster, marked_floor: the restored cluster's id and lowest revision, from the mark in $WORK/mark: for machines
# that did not restore it.
marked_cluster() {
  json_string cluster <"$WORK/mark"
}

marked_floor() {
  json_number revision <"$WORK/mark"
}

# read_mark: from this machine's own member if it has one, else from the member at VIA.
read_mark() {
  local url="$LOCAL_URL"
  [ "$ROLE" != api ] || url=$VIA
  ask "$url" 5 get "$MARKS/$OPERATION" --print-value-only && [ -s "$WORK/answer" ] && cp "$WORK/answer" "$WORK/mark"
}

# proved_here: this machine serves the restored cluster, its API server included. PROOF is what was seen.
proved_here() {
  etcd_proved || return 1
  has_api || return 0
  if ! api_ready; then
    UNPROVED="the API server is not ready: $API_SAYS"
    return 1
  fi
  proves_api "$(marked_cluster)" "$(marked_floor)"
}

# etcd_proved: the restored cluster has its mark, and is what this machine's etcd serves, if it has one. For a machine
# without one, VIA is a member of it.
etcd_proved() {
  local cluster floor
  UNPROVED=
  if ! read_mark; then
    UNPROVED="the mark of this restore can't be read by $SELF: $(reason 5)"
    return 1
  fi
  cluster=$(marked_cluster)
  floor=$(marked_floor)
  if [ -z "$cluster" ] || [ -z "$floor" ]; then
    UNPROVED="the mark of this restore is not understood: $(cut -c1-200 "$WORK/mark")"
    return 1
  fi
  PROOF="cluster $cluster"
  [ "$ROLE" != api ] || return 0
  proves_member "$cluster" "$floor" || return 1
  PROOF="$PROOF, open in $DATA_DIR"
}

# proves_api CLUSTER FLOOR: this machine's API server asks the restored cluster, and writes into it: its new lease is in
# etcd. And it shows that cluster: its resourceVersion is etcd's revision. That is asked through the API, if a client
# for it is at hand. A lease alone proves little, as it outlives its API server by 15 s. So does a revision: where
# etcd's tools can't raise revisions, the old cluster, which went on after the backup, may be above the restored one.
proves_api() {
  local shown lease=0 pid
  pid=$(serving kube-apiserver) ||
    { UNPROVED="the API server's port is not served by this machine's kube-apiserver" && return 1; }
  asks_cluster "$pid" "$1" || return 1
  shift
  lease_is_new "$1" || lease=$?
  case $lease in
    0) PROOF="$PROOF, $LEASE renewed in it" ;;
    1) return 1 ;;
  esac
  if ! shown=$(shown_by_api); then
    # The lease is proof enough; an API server that renews none has to be asked.
    [ "$lease" -eq 2 ] || return 0
    UNPROVED="this API server renews no lease (--endpoint-reconciler-type=none), and can't be asked: that needs curl, and a kubeconfig beside $MANIFESTS"
    return 1
  fi
  if ! at_least "$shown" "$1"; then
    UNPROVED="the API server shows resourceVersion $shown, and the restored cluster began at $1"
    return 1
  fi
  PROOF="$PROOF, read through the API at $shown"
}

# asks_cluster PID CLUSTER: each etcd that this API server asks, and that answers, serves that cluster. It is asked by
# what the process was started with, its certificates included.
asks_cluster() {
  local url served seen=''
  for url in $(flag_of "$1" etcd-servers | tr ',' ' '); do
    served=$(take_certificates_of "$1" && cluster_id "$url") || continue
    seen=yes
    if [ "$served" != "$2" ]; then
      UNPROVED="the API server on $SELF asks the etcd at $url, which serves the cluster ${served:-unknown}, and not $2"
      return 1
    fi
  done
  [ -n "$seen" ] || {
    UNPROVED="no etcd that the API server on $SELF asks answers ($(flag_of "$1" etcd-servers)): $(reason 5)"
    return 1
  }
}

# take_certificates_of PID: those with which an API server asks etcd. Runs in a subshell.
take_certificates_of() {
  local part file
  for part in cafile:CACERT certfile:CERT keyfile:KEY; do
    file=$(flag_of "$1" "etcd-${part%:*}")
    unset "ETCDCTL_${part#*:}"
    [ -z "$file" ] || export "ETCDCTL_${part#*:}=/proc/$1/root$file"
  done
}

# lease_is_new FLOOR: an API server renews its lease every few seconds, at /masterleases/ADDRESS. LEASE says whose lease
# was seen. Status 1: not yet; 2: it renews none.
lease_is_new() {
  local url="$LOCAL_URL" address revision
  [ "$ROLE" != api ] || url=$VIA
  case $(setting kube-apiserver endpoint-reconciler-type) in
    none) return 2 ;;
  esac
  address=$(setting kube-apiserver advertise-address)
  # Without --advertise-address the API server has chosen one: then any API server's new lease has to do.
  set -- "$1" "$(leases_prefix)$address"
  LEASE="the API server's own lease"
  if [ -z "$address" ]; then
    set -- "$@" --prefix
    LEASE="an API server's lease"
  fi
  ask "$url" 5 get --write-out=json "$2" ${3:+"$3"} ||
    { UNPROVED="the API server's lease can't be read: $(reason 5)" && return 1; }
  for revision in $(tr '{,' '\n' <"$WORK/answer" | sed -n 's/.*"mod_revision":\([0-9][0-9]*\).*/\1/p'); do
    if [ "$revision" -gt "$1" ]; then return 0; fi
  done
  UNPROVED="the API server${address:+ at $address} has not renewed its lease in the restored cluster yet"
  return 1
}

# shown_by_api: the resourceVersion that the API server shows, asked with a kubeconfig of the control plane's own
# components. Status 1: no client here can ask, or may.
shown_by_api() {
  local folder config shown
  command -v curl >/dev/null || return 1
  folder=$(dirname "$MANIFESTS")
  for config in controller-manager.conf scheduler.conf admin.conf super-admin.conf; do
    identity_in "$folder/$config" || continue
    shown=$(curl -q -sS -k --noproxy '*' -m 5 --cert "$WORK/api.crt" --key "$WORK/api.key" \
      "$(api_url)/api/v1/namespaces?limit=1" 2>/dev/null |
      json_string resourceVersion) || shown=
    rm -f "$WORK/api.key" || :
    case $shown in
      '' | *[!0-9]*) ;;
      *) echo "$shown" && return 0 ;;
    esac
  done
  return 1
}

# identity_in KUBECONFIG: its client certificate and key, which are in it, or in files that it names.
identity_in() {
  local part found
  [ -f "$1" ] || return 1
  for part in certificate:crt key:key; do
    found=$(sed -n "s/^ *client-${part%:*}-data: *//p" "$1" | head -n 1)
    if [ -n "$found" ]; then
      echo "$found" | base64 -d >"$WORK/api.${part#*:}" 2>/dev/null || return 1
    else
      found=$(sed -n "s/^ *client-${part%:*}: *//p" "$1" | head -n 1)
      cat "$found" >"$WORK/api.${part#*:}" 2>/dev/null || return 1
    fi
  done
}
