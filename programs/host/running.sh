# shellcheck shell=sh
# running.sh: the processes of this machine's components, as the kernel tells of them, which can't be mistaken about
# what it runs. A process counts as a component's by what only root can give it, never by its name alone: anybody can
# call a program etcd.

# settings_of PID: the settings that it was started with.
settings_of() {
  arguments_of "$1" 2>/dev/null | awk -f "$here/host/settings.awk"
}

# flag_of PID FLAG: what it was told. The last one of a name counts.
flag_of() {
  settings_of "$1" | sed -n "s/^$2=//p" | tail -n 1
}

# identity COMPONENT: the flag that must differ between two of them on one host. After a manifest was edited, its other
# flags may differ from those of the process.
identity() {
  case $1 in
    etcd) echo data-dir ;;
    kube-apiserver) echo secure-port ;;
  esac
}

# processes COMPONENT: its processes on this host: in the host's network, of its user, and started with the same
# settings.
processes() {
  local pid user flag
  user=$(user_of "$1")
  flag=$(identity "$1")
  for pid in $(pidof "$1" || :); do
    on_host_network "$pid" || continue
    [ "$(users_of "$pid")" = "$user $user $user $user" ] || continue
    if [ -n "$flag" ]; then
      [ "$(flag_of "$pid" "$flag")" = "$(setting "$1" "$flag")" ] || continue
      if [ "$1" = etcd ] && is_another_etcd "$pid"; then continue; fi
    else
      [ "$(settings_of "$pid")" = "$(cat "$RECORD/$1.settings")" ] || continue
    fi
    echo "$pid"
  done
}

# is_another_etcd PID: whether it has another folder on this host than DATA_DIR, and serves elsewhere. The etcd of a
# network plugin, say, may have the same --data-dir in its own container. Only the folder or only the URLs may differ
# after the manifest was edited: such a process is looked at, and refused, by check_running.
is_another_etcd() {
  local flag
  [ -n "${DATA_DIR:-}" ] && ! same_file "/proc/$1/root$(setting etcd data-dir)" "$DATA_DIR" || return 1
  for flag in listen-client-urls listen-peer-urls; do
    [ "$(flag_of "$1" "$flag")" != "$(setting etcd "$flag")" ] || return 1
  done
}

# places_of COMPONENT: where it serves, each on a line `ADDRESS PORT`.
places_of() {
  case $1 in
    etcd) setting etcd listen-client-urls | tr ',' '\n' | sed -n 's|^https*://\(.*\):\([0-9][0-9]*\)$|\1 \2|p' |
      sort -u ;;
    kube-apiserver) echo \
      "$(setting kube-apiserver bind-address | grep . || echo 0.0.0.0)" \
      "$(setting kube-apiserver secure-port | grep . || echo 6443)" ;;
  esac
}

# listeners COMPONENT: the sockets (inodes) on this host that listen where it serves, whichever process has them. The
# kernel writes an IPv4 address in the machine's own byte order, so both orders are looked for; for IPv6 any address
# counts.
listeners() {
  local address port
  places_of "$1" | while read -r address port; do
    awk -v address="$address" -v port="$(printf '%04X' "$port")" '
      BEGIN {
        if (split(address, part, ".") == 4) {
          one = sprintf("%02X%02X%02X%02X", part[4], part[3], part[2], part[1])
          other = sprintf("%02X%02X%02X%02X", part[1], part[2], part[3], part[4])
        }
        any = one == "" || one == "00000000"
      }
      $4 == "0A" {
        split($2, place, ":")
        here = any || length(place[1]) > 8 || place[1] == one || place[1] == other || place[1] == "00000000"
        if (place[2] == port && here) print $10
      }' /proc/net/tcp /proc/net/tcp6 2>/dev/null || :
  done
}

# serving COMPONENT: its process that serves its ports. Status 1: nothing listens there; 2: another process does.
serving() {
  local sockets pids pid socket server
  sockets=$(listeners "$1")
  [ -n "$sockets" ] || return 1
  pids=$(processes "$1")
  for socket in $sockets; do
    server=
    for pid in $pids; do
      ! has_socket "$pid" "$socket" || server=$pid
    done
    [ -n "$server" ] || return 2
  done
  echo "$server"
}

# served_by_another COMPONENT: in words, for a person.
served_by_another() {
  echo "something serves at $(places_of "$1" | tr ' ' : | paste -s -d ' ' -) on this machine that is not $1 as $(source_of "$1") has it"
}

# settings_that_matter COMPONENT
settings_that_matter() {
  case $1 in
    etcd)
      echo name data-dir wal-dir config-file listen-client-urls advertise-client-urls initial-advertise-peer-urls \
        trusted-ca-file cert-file key-file quota-backend-bytes
      ;;
    kube-apiserver)
      echo secure-port bind-address etcd-servers etcd-prefix etcd-cafile etcd-certfile etcd-keyfile client-ca-file \
        service-account-key-file encryption-provider-config
      ;;
  esac
}

# check_running COMPONENT [DATA_DIR]: the settings of the process have to be those that were read. If no process runs
# there is nothing to compare.
check_running() {
  local pid status tries=0 flag runs
  # A component that this operation has stopped may be in any state.
  [ ! -s "$RECORD/$1-stopped" ] || return 0
  while :; do
    status=0
    pid=$(serving "$1") || status=$?
    # A process that is just starting or ending is looked at again.
    if [ "$status" -ne 2 ] || [ "$tries" -ge 3 ]; then break; fi
    tries=$((tries + 1))
    pause 1 || :
  done
  if [ "$status" -eq 2 ]; then
    not_understood "$(served_by_another "$1")" \
      "see what it is: ss -ltnp. If $1 was started from an older text, have it started anew (kubelet, or systemctl restart $ETCD_UNIT)"
  fi
  [ "$status" -eq 0 ] || pid=$(processes "$1" | head -n 1)
  [ -n "$pid" ] || return 0
  settings_of "$pid" >"$WORK/$1.told" || :
  for flag in $(settings_that_matter "$1"); do
    runs=$(sed -n "s/^$flag=//p" "$WORK/$1.told" | tail -n 1)
    if [ "$runs" = "$(setting "$1" "$flag")" ]; then continue; fi
    # A process that keeps failing may be gone before it has been read.
    is_alive "$pid" || return 0
    not_understood "$1 runs with --$flag=$runs, and $(source_of "$1") says '$(setting "$1" "$flag")'" \
      "find out which is right, and have $1 started anew with it (kubelet, or systemctl restart $ETCD_UNIT)"
  done
  [ "$1" != etcd ] || check_running_data "$pid" "$2"
}

# check_running_data PID DATA_DIR: the running etcd has the folder that was found, and nothing is mounted below it.
check_running_data() {
  local given below
  given=$(setting etcd data-dir)
  if ! same_file "/proc/$1/root$given" "$2"; then
    is_alive "$1" || return 0
    not_understood "the etcd that runs (process $1) has another folder at $given than $2" \
      "see where its data is: ls -l /proc/$1/fd | grep snap/db"
  fi
  below=$(given=$(printf '%s' "${given%/}" | sed 's/ /\\040/g') awk '
    index($5, ENVIRON["given"] "/") == 1 { print $5 }' "/proc/$1/mountinfo" 2>/dev/null) || below=
  [ -z "$below" ] ||
    not_understood "etcd has mounts below its data folder, which can't be swapped: $below" \
      "have all of $given on one volume, or do this by hand"
}

# source_of COMPONENT: where its settings are, for a person.
source_of() {
  if is_static_pod "$1"; then echo "$MANIFESTS/$1.yaml"; else echo "the unit $ETCD_UNIT"; fi
}
