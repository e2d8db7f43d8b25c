# shellcheck shell=sh
# node.sh: etcd and the control plane's other processes on this host: what they were told, stopping and starting them.
#
#   RECORD        folder of the operation's record
#   MANIFESTS     folder of static pods; default /etc/kubernetes/manifests
#   ETCD_UNIT     the systemd unit of an etcd that is no static pod; default etcd.service

MANIFESTS=${MANIFESTS:-/etc/kubernetes/manifests}
ETCD_UNIT=${ETCD_UNIT:-etcd.service}

# discover COMPONENT: what it was told, an argument a line without the dashes, into the record. Once: later its manifest may stand aside.
discover() {
  [ ! -s "$RECORD/$1.args" ] || return 0
  if [ -f "$MANIFESTS/$1.yaml" ]; then
    # Arguments of the command's list, as kubeadm writes them and as people edit them: quoted or not, in one word or two.
    sed -n "s/^[[:space:]]*-[[:space:]]*[\"']\{0,1\}--\([^\"']*\)[\"']\{0,1\}[[:space:]]*$/\1/p" "$MANIFESTS/$1.yaml" >"$RECORD/$1.draft"
  elif [ "$1" = etcd ] && systemctl cat "$ETCD_UNIT" >/dev/null 2>&1; then
    unit_arguments >"$RECORD/$1.draft"
  else
    return 1
  fi
  mv "$RECORD/$1.draft" "$RECORD/$1.args"
  [ -s "$RECORD/$1.args" ]
}

# unit_arguments: of the running process, environment included, else of the unit's command line.
unit_arguments() {
  pid=$(systemctl show --property MainPID --value "$ETCD_UNIT")
  if [ "${pid:-0}" != 0 ]; then
    tr '\000' '\n' <"/proc/$pid/environ" | sed -n 's/^ETCD_\([A-Z_]*\)=\(.*\)/\1 \2/p' | while read -r variable setting; do
      echo "$(echo "$variable" | tr 'A-Z_' 'a-z-')=$setting"
    done
    tr '\000' '\n' <"/proc/$pid/cmdline"
  else
    systemctl show --property ExecStart --value "$ETCD_UNIT" | sed -n 's/.*argv\[\]=\([^;]*\);.*/\1/p' | tr ' ' '\n'
  fi | awk '
    /^--?[a-z]/ { flush(); sub(/^--?/, ""); if (index($0, "=")) print; else name = $0; next }
    name { print name "=" $0; name = ""; next }
    /^[a-z-]+=/ { print }
    function flush() { if (name) print name "=true"; name = "" }
    END { flush() }'
}

# setting COMPONENT NAME: what it was told under that flag; the last word counts, as for the flags themselves.
setting() {
  sed -n "s/^$2=//p" "$RECORD/$1.args" | tail -n 1
}

is_static_pod() {
  [ -f "$MANIFESTS/$1.yaml" ] || [ -f "$RECORD/manifests/$1.yaml" ]
}

# processes COMPONENT: the ids of the processes that were started with these very arguments, and not of some other pod's etcd.
processes() {
  for pid in $(pidof "$1" || :); do
    tr '\000' '\n' <"/proc/$pid/cmdline" 2>/dev/null | sed 's/^--*//' >"$RECORD/cmdline" || continue
    grep -q . "$RECORD/cmdline" || continue
    grep -vxFf "$RECORD/cmdline" "$RECORD/$1.args" >/dev/null || echo "$pid"
  done
}

# stop_component COMPONENT GRACE: it is stopped when no process is left, and stays stopped over a reboot. A graceful stop takes an API
# server 30 s; after GRACE seconds it is ended by force.
stop_component() {
  if is_static_pod "$1"; then
    mkdir -p "$RECORD/manifests"
    if [ -f "$MANIFESTS/$1.yaml" ]; then
      cp -p "$MANIFESTS/$1.yaml" "$RECORD/manifests/.$1.yaml"
      sync "$RECORD/manifests/.$1.yaml"
      mv "$RECORD/manifests/.$1.yaml" "$RECORD/manifests/$1.yaml"
      rm -f "$MANIFESTS/$1.yaml"
      sync "$MANIFESTS" "$RECORD/manifests"
    fi
  else
    hold_unit
    systemctl stop --no-block "$ETCD_UNIT"
  fi
  stop_waited=0
  absent=0
  # Gone twice in a row: the kubelet may not have seen yet that the manifest is gone, and start the process once more.
  while [ "$absent" -lt 2 ]; do
    pids=$(processes "$1")
    if [ -z "$pids" ]; then
      absent=$((absent + 1))
    else
      absent=0
      # shellcheck disable=SC2086 # a list of numbers
      [ "$stop_waited" -lt "$2" ] || kill -9 $pids 2>/dev/null || :
    fi
    [ "$stop_waited" -lt 120 ] || return 1
    stop_waited=$((stop_waited + 1))
    pause 1 || :
  done
}

# start_component COMPONENT: as it was before.
start_component() {
  if [ -f "$RECORD/manifests/$1.yaml" ]; then
    # Written again, even with the same content, it would only wake the kubelet.
    ! cmp -s "$RECORD/manifests/$1.yaml" "$MANIFESTS/$1.yaml" || return 0
    # Under a name that the kubelet passes over first: it must not read half a manifest.
    cp -p "$RECORD/manifests/$1.yaml" "$MANIFESTS/.$1.yaml"
    sync "$MANIFESTS/.$1.yaml"
    mv "$MANIFESTS/.$1.yaml" "$MANIFESTS/$1.yaml"
    sync "$MANIFESTS"
    systemctl is-active --quiet kubelet || systemctl start --no-block kubelet || :
  elif ! is_static_pod "$1"; then
    release_unit
    systemctl start --no-block "$ETCD_UNIT"
  fi
}

# hold_unit: so that a reboot doesn't start it with the old data.
hold_unit() {
  mkdir -p "/etc/systemd/system/$ETCD_UNIT.d"
  printf '[Unit]\nConditionPathExists=!%s\n' "$RECORD/hold" >"/etc/systemd/system/$ETCD_UNIT.d/cdk8s-day2.conf"
  : >"$RECORD/hold"
  sync "$RECORD/hold" "/etc/systemd/system/$ETCD_UNIT.d/cdk8s-day2.conf"
  systemctl daemon-reload
}

release_unit() {
  rm -f "$RECORD/hold" "/etc/systemd/system/$ETCD_UNIT.d/cdk8s-day2.conf"
  rmdir "/etc/systemd/system/$ETCD_UNIT.d" 2>/dev/null || :
  systemctl daemon-reload
}

# api_ready: whether this host's API server says so. Its own health needs no credentials.
api_ready() {
  port=$(setting kube-apiserver secure-port)
  url=https://127.0.0.1:${port:-6443}/readyz
  if command -v curl >/dev/null; then
    [ "$(curl -sk -m 5 "$url" 2>/dev/null)" = ok ]
  else
    [ "$(wget -q -T 5 --no-check-certificate -O - "$url" 2>/dev/null)" = ok ]
  fi
}
