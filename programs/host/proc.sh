# shellcheck shell=sh
# proc.sh: what the kernel says of one process.

# arguments_of PID: its arguments and its variables of etcd, in the form of static-pod.awk. Words before the first flag
# name the program, and are left out. A line's end within a word is \001 here, which settings.awk refuses: else one word
# would look like two.
arguments_of() {
  tr '\n\000' '\001\n' <"/proc/$1/environ" | sed -n "s/^ETCD_/env${TAB}ETCD_/p" || return 1
  tr '\n\000' '\001\n' <"/proc/$1/cmdline" | sed -n "/^-/,\$ s/^/arg$TAB/p"
}

# on_host_network PID: whether it is in the host's network, and not in that of some pod.
on_host_network() {
  same_file "/proc/$1/ns/net" /proc/self/ns/net
}

# users_of PID: by /proc/PID/status: the owner of /proc/PID is root for every process that wants it so. All of its
# users are printed: real, effective, saved and of its files.
users_of() {
  awk '/^Uid:/ { print $2, $3, $4, $5 }' "/proc/$1/status" 2>/dev/null
}

# processes_of_root NAME: those in the host's network that are called so and are root's. Any user can call a program so.
processes_of_root() {
  local pid
  for pid in $(pidof "$1" || :); do
    on_host_network "$pid" || continue
    case $(users_of "$pid") in
      '0 '*) echo "$pid" ;;
    esac
  done
}

# is_alive PID: whether it runs, and is no zombie.
is_alive() {
  [ -n "$(tr -d '\000' <"/proc/$1/cmdline" 2>/dev/null)" ]
}

# has_socket PID INODE
has_socket() {
  # shellcheck disable=SC2010 # where the links lead, and not their names
  ls -l "/proc/$1/fd" 2>/dev/null | grep -q "socket:\[$2\]"
}

# same_file PATH PATH: whether both are the same file or folder, whatever leads there.
same_file() {
  # shellcheck disable=SC3013 # in POSIX since 2024, and long before in dash, bash and busybox
  [ "$1" -ef "$2" ]
}

# has_open PID FILE: whether the process has this very file open, by whatever path.
has_open() {
  local file
  file=$(stat -c %d:%i "$2" 2>/dev/null) || return 1
  stat -L -c %d:%i "/proc/$1"/fd/* 2>/dev/null | grep -qx "$file"
}
