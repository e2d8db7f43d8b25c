# shellcheck shell=sh
# api-server.sh: the API server of this host, if it has one: what it is told, where it is reached, and whether it
# serves.
#
#   RECORD   folder of the operation's record

# look_at_api_server: reads its settings, and compares them with what runs. Status 2: they can't be recorded now.
look_at_api_server() {
  local there=0
  discover kube-apiserver || there=$?
  [ "$there" -ne 2 ] || return 2
  if has_api; then
    refuse_second_manifest kube-apiserver
    [ "$(grep -c '^etcd-servers=' "$RECORD/kube-apiserver.settings")" -le 1 ] ||
      not_understood "$MANIFESTS/kube-apiserver.yaml has --etcd-servers several times, which the API server adds up" \
        "write all endpoints into one flag, separated by commas"
    check_running kube-apiserver
  fi
  refuse_unknown_api_server
}

# refuse_unknown_api_server: an API server that is not the manifest's would not be stopped, and would write into both
# clusters.
refuse_unknown_api_server() {
  local pid known=
  [ ! -s "$RECORD/kube-apiserver-stopped" ] || return 0
  ! has_api || known=$(processes kube-apiserver)
  for pid in $(processes_of_root kube-apiserver); do
    if printf '%s\n' "$known" | grep -qx "$pid" || ! is_alive "$pid"; then continue; fi
    not_understood \
      "a kube-apiserver runs on this machine (process $pid) that is not $(if has_api; then echo "the one of"; else echo "of a"; fi) $MANIFESTS/kube-apiserver.yaml" \
      "see who starts it: ps -o ppid,args -p $pid. Have it started anew if it is the manifest's old one; stop any other yourself, and start it when the rest is restored"
  done
}

has_api() {
  [ -s "$RECORD/kube-apiserver.settings" ]
}

# api_url: the URL of this host's API server, for use on this host.
api_url() {
  local address
  address=$(setting kube-apiserver bind-address)
  case $address in
    '' | 0.0.0.0 | ::) address=127.0.0.1 ;;
    *:*) address="[$address]" ;;
  esac
  echo "https://$address:$(places_of kube-apiserver | cut -d ' ' -f 2)"
}

# api_ready: whether this host's API server says that it is ready; API_SAYS is its answer. Its health needs no
# credentials, unless somebody has forbidden that: then it serves when it asks for them (401).
api_ready() {
  local url
  url=$(api_url)/readyz
  if command -v curl >/dev/null; then
    # Without the milliseconds, which would make the same answer a new one every time. -q: no settings of a person's
    # curl.
    API_SAYS=$(curl -q -sS -k --noproxy '*' -m 5 "$url" 2>&1 | tr '\n' ' ' | sed 's/ after [0-9]* ms//') || :
  else
    API_SAYS=$(wget -q -T 5 --no-check-certificate -O - "$url" 2>&1 | tr '\n' ' ') || :
  fi
  case $API_SAYS in
    'ok ' | ok | *'"code": 401'* | *'HTTP/1.1 401'*) return 0 ;;
    # For some seconds it doesn't know yet that anybody may ask for its health.
    *forbidden*system:anonymous*) API_SAYS="it forbids anybody to ask for its health: it still reads its roles, or the ClusterRoleBinding system:public-info-viewer is gone" && return 1 ;;
    *) API_SAYS=$(echo "${API_SAYS:-no answer}" | cut -c1-200) && return 1 ;;
  esac
}
