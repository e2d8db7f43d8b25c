# shellcheck shell=sh
# api-server.sh: the API server of this host, if it has one: where it is reached, and whether it serves.
#
#   RECORD   folder of the operation's record

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
