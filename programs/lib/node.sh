# shellcheck shell=sh
# node.sh: etcd and the control plane's other processes on this host: what they were told, stopping and starting them.
#
#   ROLE          api: a machine without etcd
#   RECORD        folder of the operation's record
#   MANIFESTS     folder of static pods; default /etc/kubernetes/manifests
#   ETCD_UNIT     the systemd unit of an etcd that is no static pod; default etcd.service

MANIFESTS=${MANIFESTS:-/etc/kubernetes/manifests}
ETCD_UNIT=${ETCD_UNIT:-etcd.service}
LOOK_AT_PROCESS="look at ps, journalctl -u kubelet and the space on the disks; booting the machine ends a process that SIGKILL doesn't"

# discover COMPONENT: what it was told, an argument a line without the dashes, into the record. Once: later its manifest may be another.
discover() {
  [ ! -s "$RECORD/$1.args" ] || return 0
  manifest=$MANIFESTS/$1.yaml
  [ -f "$manifest" ] || manifest=$RECORD/manifests/$1.yaml
  if [ -f "$manifest" ]; then
    # Arguments of the command's list, as kubeadm writes them and as people edit them: quoted or not, with a comment after it.
    sed -n "s/[[:space:]]#.*$//; s/^[[:space:]]*-[[:space:]]*[\"']\{0,1\}--\([^\"']*\)[\"']\{0,1\}[[:space:]]*$/\1/p" "$manifest" >"$RECORD/$1.draft" || return 1
  elif [ "$1" = etcd ] && systemctl cat "$ETCD_UNIT" >/dev/null 2>&1; then
    unit_arguments >"$RECORD/$1.draft" || return 1
  else
    return 1
  fi
  put_in_place "$RECORD/$1.draft" "$RECORD/$1.args" && [ -s "$RECORD/$1.args" ]
}

# check_manifest COMPONENT: what can't be read can't be stopped, and a second manifest would start what the first one doesn't any more.
check_manifest() {
  [ -f "$MANIFESTS/$1.yaml" ] || return 0
  [ -s "$RECORD/$1.args" ] || give_up "no flags can be read in $MANIFESTS/$1.yaml" "write them as kubeadm does, a line '- --flag=value' for each"
  ! grep -q '=.*[$][(]' "$RECORD/$1.args" || give_up "$MANIFESTS/$1.yaml has flags with variables in them" "write the values in their place"
  apart=$(flag_apart "$MANIFESTS/$1.yaml")
  [ -z "$apart" ] || give_up "$MANIFESTS/$1.yaml has the value of $apart in a line of its own" "write them as kubeadm does, a line '- --flag=value' for each"
  for other in "$MANIFESTS"/*; do
    if [ "$other" = "$MANIFESTS/$1.yaml" ] || ! grep -q "^[[:space:]-]*name:[[:space:]]*$1[[:space:]]*$" "$other" 2>/dev/null; then continue; fi
    give_up "$other is a second manifest of $1: the kubelet runs every file of that folder" "move it out of $MANIFESTS"
  done
}

# flag_apart MANIFEST: the first flag that is followed by its value, if there is one: it would count as having none.
flag_apart() {
  awk '
    { sub(/[[:space:]]#.*$/, "") }
    flag && /^[[:space:]]*-[[:space:]]+["\047]?[^-"\047]/ && !/:([[:space:]]|$)/ { print flag; exit }
    { flag = "" }
    /^[[:space:]]*-[[:space:]]+["\047]?--[^=]*$/ { flag = $0; gsub(/^[[:space:]]*-[[:space:]]+["\047]?|["\047]?[[:space:]]*$/, "", flag) }' "$1"
}

# unit_arguments: of the running process, environment included, else as the unit has them: one that keeps failing may run at this moment,
# and be gone at the next.
unit_arguments() {
  pid=$(systemctl show --property MainPID --value "$ETCD_UNIT")
  {
    tr '\000' '\n' <"/proc/$pid/environ" | settings_of_environment
    tr '\000' '\n' <"/proc/$pid/cmdline"
  } >"$RECORD/words" 2>/dev/null || :
  if ! grep -q '^-*data-dir' "$RECORD/words"; then
    {
      systemctl show --property Environment --value "$ETCD_UNIT" | tr ' ' '\n'
      systemctl show --property EnvironmentFiles --value "$ETCD_UNIT" | sed -n 's/ (ignore_errors=.*//p' | while read -r file; do cat "$file" || :; done
    } 2>/dev/null | settings_of_environment >"$RECORD/words"
    systemctl show --property ExecStart --value "$ETCD_UNIT" | sed -n 's/.*argv\[\]=\([^;]*\);.*/\1/p' | tr ' ' '\n' >>"$RECORD/words"
  fi
  awk '
    /^--?[a-z]/ { flush(); sub(/^--?/, ""); if (index($0, "=")) print; else name = $0; next }
    name { print name "=" $0; name = ""; next }
    /^[a-z-]+=/ { print }
    function flush() { if (name) print name "=true"; name = "" }
    END { flush() }' "$RECORD/words"
}

# settings_of_environment: ETCD_DATA_DIR="/var/lib/etcd" is data-dir=/var/lib/etcd.
settings_of_environment() {
  awk '
    { gsub(/["\047]/, "") }
    /^ETCD_[A-Z_]+=/ {
      name = tolower(substr($0, 6, index($0, "=") - 6))
      gsub(/_/, "-", name)
      print name substr($0, index($0, "="))
    }'
}

# setting COMPONENT NAME: what it was told under that flag; the last word counts, as for the flags themselves.
setting() {
  sed -n "s/^$2=//p" "$RECORD/$1.args" | tail -n 1
}

is_static_pod() {
  [ -f "$MANIFESTS/$1.yaml" ] || [ -f "$RECORD/manifests/$1.yaml" ]
}

# processes COMPONENT: its processes on this host, and not those of some other control plane that runs in pods here. By what can't be the
# same twice: other arguments may stand differently in an edited manifest.
processes() {
  case $1 in
    etcd) identity=data-dir ;;
    *) identity=secure-port ;;
  esac
  for pid in $(pidof "$1" || :); do
    [ "$(readlink "/proc/$pid/ns/net")" = "$(readlink /proc/self/ns/net)" ] || continue
    [ "$(tr '\000' '\n' <"/proc/$pid/cmdline" 2>/dev/null | sed -n "s/^--*$identity=//p" | tail -n 1)" = "$(setting "$1" "$identity")" ] || continue
    echo "$pid"
  done
}

# read_machine: what this machine is, into NAME, SELF, PEER_URL, LOCAL_URL, DATA_DIR and etcd's certificates.
read_machine() {
  discover kube-apiserver || :
  check_manifest kube-apiserver
  if [ "$ROLE" = api ]; then
    has_api || give_up "there is no $MANIFESTS/kube-apiserver.yaml" "leave this machine out if it runs no API server; one that is no static pod you have to stop yourself before, and start when the rest is restored"
    SELF=${SELF:-$(uname -n)}
    ETCDCTL_CACERT=$(setting kube-apiserver etcd-cafile) ETCDCTL_CERT=$(setting kube-apiserver etcd-certfile) ETCDCTL_KEY=$(setting kube-apiserver etcd-keyfile)
  else
    discover etcd || is_static_pod etcd || give_up "there is no etcd on this machine: neither $MANIFESTS/etcd.yaml nor the unit $ETCD_UNIT" "check the machine"
    check_manifest etcd
    NAME=$(setting etcd name)
    [ -n "$NAME" ] || give_up "etcd's name is neither among its flags nor in its environment; a --config-file is not read" "give etcd its settings as flags or variables, or do this by hand"
    SELF=${SELF:-$NAME}
    PEER_URL=$(setting etcd initial-advertise-peer-urls)
    LOCAL_URL=$(setting etcd listen-client-urls | tr ',' '\n' | grep -m 1 -e '//127\.' -e '//\[::1\]' || setting etcd advertise-client-urls | cut -d, -f1)
    DATA_DIR=$(data_folder) || give_up "the data folder $(setting etcd data-dir) is not there" "check the disk"
    ETCDCTL_CACERT=$(setting etcd trusted-ca-file)
    pki=$(dirname "${ETCDCTL_CACERT:-/}")
    if [ -f "$pki/healthcheck-client.crt" ]; then
      ETCDCTL_CERT=$pki/healthcheck-client.crt ETCDCTL_KEY=$pki/healthcheck-client.key
    else
      ETCDCTL_CERT=$(setting etcd cert-file) ETCDCTL_KEY=$(setting etcd key-file)
    fi
  fi
  # Where etcd speaks plain HTTP, etcdctl takes a variable without a value for one that it doesn't know.
  if [ -n "$ETCDCTL_CACERT" ]; then export ETCDCTL_CACERT; else unset ETCDCTL_CACERT; fi
  if [ -n "$ETCDCTL_CERT" ]; then export ETCDCTL_CERT ETCDCTL_KEY; else unset ETCDCTL_CERT ETCDCTL_KEY; fi
}

# wait_for_machine: a machine that was read before is no reason to go back when it can't be read now, as after a person's slip of the pen or a
# power cut: it waits until that is mended.
wait_for_machine() {
  until unread=$(
    give_up() { echo "$1: $2" && exit 1; }
    read_machine
  ); do
    say_once "waiting for this: $unread"
    pause 5 || :
  done
  read_machine
  while [ -n "${DATA_DIR:-}" ] && absent=$(absent_disk) && [ -n "$absent" ]; do
    say_once "waiting for the disk at $absent"
    pause 5 || :
  done
}

has_api() {
  [ -s "$RECORD/kube-apiserver.args" ]
}

# need_space FOLDER KIBIBYTES WHAT
need_space() {
  free=$(free_kib "$1") || give_up "the free space in $1 can't be told" "look at it: stat -f $1"
  [ "${free:-0}" -gt "$2" ] || give_up "$1 has $free KiB free, and $3 needs $2 KiB" "free space there"
}

# stop_component COMPONENT GRACE: it is stopped when no process is left and nobody will start one, over a reboot, too. A graceful stop
# takes an API server 30 s; after GRACE seconds it is ended by force. Returns 2 where its processes don't end even then, 1 where something else
# is in the way.
stop_component() {
  keep_fact "$1-stopped" yes || return 1
  if ! is_static_pod "$1"; then
    hold_unit && systemctl stop "$ETCD_UNIT"
    return
  fi
  put_manifest_aside "$1" || return 1
  # A kubelet that has not seen yet that the manifest is gone would start the process once more. One that starts afterwards has never
  # seen the manifest: so it stands still until no process is left.
  systemctl stop kubelet 2>/dev/null || ! systemctl is-active --quiet kubelet || return 1
  failpoint "stopping-$1"
  end_processes "$1" "$2" || return 2
  systemctl start --no-block kubelet 2>/dev/null || :
}

# stop_or_give_up COMPONENT GRACE FIX: a disk that is full for a while is no reason to give up.
stop_or_give_up() {
  stopped=0
  stop_component "$1" "$2" || stopped=$?
  if [ "$stopped" -eq 2 ]; then give_up "the process of $1 did not end" "$3"; fi
  [ "$stopped" -eq 0 ] || { say_once "$1 can't be stopped yet: look at the space in $RECORD, and at systemctl status kubelet"; return 1; }
}

put_manifest_aside() {
  if [ -f "$MANIFESTS/$1.yaml" ]; then
    mkdir -p "$RECORD/manifests" &&
      cp -p "$MANIFESTS/$1.yaml" "$RECORD/manifests/.$1.yaml" &&
      put_in_place "$RECORD/manifests/.$1.yaml" "$RECORD/manifests/$1.yaml" || return 1
    rm -f "$MANIFESTS/$1.yaml"
  fi
  # Also when it was moved before: the power may have gone between the move and this.
  sync "$MANIFESTS"
}

# end_processes COMPONENT GRACE
end_processes() {
  ending=0
  while pids=$(processes "$1") && [ -n "$pids" ]; do
    force=-15
    [ "$ending" -lt "$2" ] || force=-9
    # shellcheck disable=SC2086 # a list of numbers
    kill $force $pids 2>/dev/null || :
    [ "$ending" -lt 120 ] || return 1
    ending=$((ending + 1))
    pause 1 || :
  done
}

# start_component COMPONENT: as it was before.
start_component() {
  if [ -f "$RECORD/manifests/$1.yaml" ]; then
    if [ -f "$MANIFESTS/$1.yaml" ]; then
      # Written again, even with the same content, it would only wake the kubelet.
      if cmp -s "$RECORD/manifests/$1.yaml" "$MANIFESTS/$1.yaml"; then return 0; fi
      if ! cmp -s "$RECORD/manifests/$1.put" "$MANIFESTS/$1.yaml"; then
        take_up_correction "$1"
        return
      fi
    fi
    cp -p "$RECORD/manifests/$1.yaml" "$RECORD/manifests/$1.put" || return 1
    # Under a name that the kubelet passes over first: it must not read half a manifest.
    cp -p "$RECORD/manifests/$1.yaml" "$MANIFESTS/.$1.yaml" &&
      put_in_place "$MANIFESTS/.$1.yaml" "$MANIFESTS/$1.yaml" || return 1
    systemctl start --no-block kubelet || :
  elif ! is_static_pod "$1"; then
    release_unit
    systemctl start --no-block "$ETCD_UNIT"
  fi
}

# take_up_correction COMPONENT: what a person has corrected in a manifest stays. A kubelet that has found no API server since it started
# doesn't put one static pod in the other's place, the API server's included: only one that starts anew does.
take_up_correction() {
  if cmp -s "$RECORD/manifests/$1.corrected" "$MANIFESTS/$1.yaml"; then return 0; fi
  say "$MANIFESTS/$1.yaml was corrected: starting the kubelet anew, which takes it up"
  cp "$MANIFESTS/$1.yaml" "$RECORD/manifests/$1.corrected" && systemctl restart --no-block kubelet
}

# hold_unit: so that a reboot doesn't start it with the old data.
hold_unit() {
  holding=$UNITS/$ETCD_UNIT.d/cdk8s-day2.conf
  mkdir -p "$UNITS/$ETCD_UNIT.d" &&
    : >"$RECORD/hold" &&
    printf '[Unit]\nConditionPathExists=!%s\n' "$RECORD/hold" >"$holding.draft" &&
    put_in_place "$holding.draft" "$holding" &&
    sync "$RECORD/hold" "$RECORD" "$UNITS" &&
    systemctl daemon-reload
}

release_unit() {
  rm -f "$RECORD/hold" "$UNITS/$ETCD_UNIT.d/cdk8s-day2.conf" "$UNITS/$ETCD_UNIT.d/cdk8s-day2.conf.draft"
  rmdir "$UNITS/$ETCD_UNIT.d" 2>/dev/null || :
  systemctl daemon-reload
}

# restart_control_plane: the caches of these are of a state that has gone. A kubelet that starts ends the pods that the state now doesn't
# know, and starts at once what it had waited with because it kept failing.
restart_control_plane() {
  for component in kube-scheduler kube-controller-manager; do
    if discover "$component"; then
      for pid in $(processes "$component"); do kill "$pid" 2>/dev/null || :; done
    fi
  done
  ! systemctl is-active --quiet kubelet || systemctl restart --no-block kubelet
}

# api_ready: whether this host's API server says so; api_says is its answer. Its own health needs no credentials, unless somebody has
# forbidden that: then it serves when it asks for them.
api_ready() {
  port=$(setting kube-apiserver secure-port)
  address=$(setting kube-apiserver bind-address)
  case $address in
    '' | 0.0.0.0 | ::) address=127.0.0.1 ;;
    *:*) address="[$address]" ;;
  esac
  url=https://$address:${port:-6443}/readyz
  if command -v curl >/dev/null; then
    # Without its milliseconds, which make the same answer a new one every time.
    api_says=$(curl -sS -k -m 5 "$url" 2>&1 | tr '\n' ' ' | sed 's/ after [0-9]* ms//') || :
  else
    api_says=$(wget -q -T 5 --no-check-certificate -O - "$url" 2>&1 | tr '\n' ' ') || :
  fi
  case $api_says in
    'ok ' | ok | *'"code": 401'* | *'HTTP/1.1 401'*) return 0 ;;
    *) api_says=$(echo "${api_says:-no answer}" | cut -c1-200) && return 1 ;;
  esac
}
