# shellcheck shell=sh
# machine.sh: what this machine is: which member of etcd, by which URLs and certificates it is reached, where its data
# is, and whether an API server runs beside it. It is read from the settings of its components, and compared with what
# runs.
#
#   ROLE          api: a machine without etcd
#
# Sets NAME, SELF, PEER_URL, LOCAL_URL, DATA_DIR, and etcdctl's certificates.

# read_machine: gives up on what isn't understood. Status 1: it can't be recorded now.
read_machine() {
  local status=0
  (look_at_machine) || status=$?
  case $status in
    0) ;;
    4) give_up "$(head -n 1 "$WORK/not-understood")" "$(tail -n 1 "$WORK/not-understood")" ;;
    *) return 1 ;;
  esac
  take_machine
}

# take_machine: takes over what look_at_machine has found.
take_machine() {
  {
    IFS= read -r NAME
    IFS= read -r SELF
    IFS= read -r PEER_URL
    IFS= read -r LOCAL_URL
    IFS= read -r DATA_DIR
    IFS= read -r ETCDCTL_CACERT
    IFS= read -r ETCDCTL_CERT
    IFS= read -r ETCDCTL_KEY
  } <"$WORK/machine" || return 1
  # Where etcd speaks plain HTTP they are unset: etcdctl would call an empty one unknown.
  if [ -n "$ETCDCTL_CACERT" ]; then export ETCDCTL_CACERT; else unset ETCDCTL_CACERT; fi
  if [ -n "$ETCDCTL_CERT" ]; then export ETCDCTL_CERT ETCDCTL_KEY; else unset ETCDCTL_CERT ETCDCTL_KEY; fi
}

# look_at_machine: runs in a subshell, which not_understood ends. It leaves what it finds in $WORK/machine.
look_at_machine() {
  local told_self="${SELF:-}"
  NAME='' SELF='' PEER_URL='' LOCAL_URL='' DATA_DIR=''
  look_at_api_server || return 2
  check_kubelet
  if [ "$ROLE" = api ]; then
    has_api || not_understood "there is no $MANIFESTS/kube-apiserver.yaml" \
      "leave this machine out if it runs no API server. If its API server is no static pod, stop it yourself before, and start it when the rest is restored"
    SELF=$(uname -n)
    ETCDCTL_CACERT=$(file_of kube-apiserver etcd-cafile) || exit 4
    ETCDCTL_CERT=$(file_of kube-apiserver etcd-certfile) || exit 4
    ETCDCTL_KEY=$(file_of kube-apiserver etcd-keyfile) || exit 4
  else
    look_at_member || return 2
  fi
  printf '%s\n' "$NAME" "${told_self:-$SELF}" "$PEER_URL" "$LOCAL_URL" "$DATA_DIR" "$ETCDCTL_CACERT" "$ETCDCTL_CERT" \
    "$ETCDCTL_KEY" >"$WORK/machine"
}

# look_at_member: the part of look_at_machine that is about etcd.
look_at_member() {
  local there=0
  discover etcd || there=$?
  [ "$there" -ne 2 ] || return 2
  [ "$there" -eq 0 ] ||
    not_understood "there is no etcd on this machine: neither $MANIFESTS/etcd.yaml nor the unit $ETCD_UNIT" \
      "check the machine"
  ! is_static_pod etcd || refuse_second_manifest etcd
  [ -z "$(setting etcd config-file)" ] ||
    not_understood "etcd reads the file $(setting etcd config-file) in place of flags" \
      "give etcd its settings as flags or variables, or do this by hand"
  NAME=$(setting etcd name)
  SELF=$NAME
  case $(setting etcd force-new-cluster) in
    '' | false | 0 | f | F) ;;
    *) not_understood "etcd has --force-new-cluster, by which it forgets all other members at each start" \
      "take the flag out, and have etcd started anew" ;;
  esac
  [ -n "$NAME" ] ||
    not_understood "etcd's name is neither among its flags nor in its environment" \
      "give etcd its settings as flags or variables, or do this by hand"
  # It gets into keys, into lists with blanks between, and into lines that others type as root.
  case $NAME in
    *[!A-Za-z0-9._:@+-]*) not_understood "etcd's name is '$NAME', with characters that none should have" \
      "rename the member: give etcd a --name of letters, digits, hyphens and dots" ;;
  esac
  # etcd lists several in this order.
  PEER_URL=$(setting etcd initial-advertise-peer-urls | tr ',' '\n' | sort | paste -s -d , -)
  LOCAL_URL=$(local_url)
  [ -n "$LOCAL_URL" ] ||
    not_understood "no http or https URL of etcd is known on this machine" \
      "give it --listen-client-urls and --advertise-client-urls"
  DATA_DIR=$(data_folder) || exit 4
  check_running etcd "$DATA_DIR"
  ETCDCTL_CACERT=$(file_of etcd trusted-ca-file) || exit 4
  ETCDCTL_CERT=$(dirname "${ETCDCTL_CACERT:-/}")/healthcheck-client.crt
  ETCDCTL_KEY=$(dirname "${ETCDCTL_CACERT:-/}")/healthcheck-client.key
  if [ ! -f "$ETCDCTL_CERT" ]; then
    ETCDCTL_CERT=$(file_of etcd cert-file) || exit 4
    ETCDCTL_KEY=$(file_of etcd key-file) || exit 4
  fi
}

# local_url: the URL by which this machine reaches etcd: on loopback if etcd listens there, else one that it advertises.
local_url() {
  local url
  for url in $(setting etcd listen-client-urls | tr ',' ' '); do
    case $url in
      http*://127.* | http*://\[::1\]*) echo "$url" && return ;;
    esac
  done
  for url in $(setting etcd advertise-client-urls | tr ',' ' '); do
    case $url in
      https://* | http://*) echo "$url" && return ;;
    esac
  done
}

# api_knows_others: whether an endpoint of this machine's API server may be the etcd of another machine.
api_knows_others() {
  local own url
  own=$(setting etcd listen-client-urls),$(setting etcd advertise-client-urls)
  for url in $(setting kube-apiserver etcd-servers | tr ',' ' '); do
    # On loopback by its port: a proxy or a gateway that leads elsewhere has another one.
    case $url in
      http*://127.* | http*://\[::1\]:* | http*://localhost:*)
        case ,$own, in
          *:"${url##*:}",* | *:"${url##*:}"/,*) continue ;;
        esac
        ;;
    esac
    case ,$own, in
      *,"${url%/}",* | *,"${url%/}/",*) ;;
      *) return 0 ;;
    esac
  done
  return 1
}

# wait_for_machine: waits until this machine can be read again. It could be read before, so a slip of the pen in a
# manifest or a power cut is no reason to go back.
wait_for_machine() {
  local absent status
  while :; do
    status=0
    (look_at_machine) || status=$?
    if [ "$status" -eq 0 ] && take_machine; then break; fi
    if [ "$status" -eq 4 ]; then
      say_once "waiting for this: $(head -n 1 "$WORK/not-understood"): $(tail -n 1 "$WORK/not-understood")"
    else
      say_once "waiting for this: the settings of this machine can't be recorded in $RECORD"
    fi
    pause 5 || :
  done
  # Where none was there from the beginning, that is why this operation goes back.
  while [ -s "$RECORD/old-data" ]; do
    if ! absent=$(absent_disk); then
      say_once "waiting for systemd to say which disks should be mounted"
    elif [ -n "$absent" ]; then
      say_once "waiting for the disk at $absent"
    else
      break
    fi
    pause 5 || :
  done
  until data_is_here; do pause 5 || :; done
}
