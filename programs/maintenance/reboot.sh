# shellcheck shell=sh
# reboot.sh: whether this host asks for a reboot, and exactly one reboot.
#
#   REBOOT           asked, always or never
#   BOOT             folder of the kernels; default /boot
#   BOOT_ID          file with the id of this boot; default that of the kernel
#   PROC_STAT        file with the time of this boot; default that of the kernel
#   REBOOT_REQUIRED  the file by which Debian's and Ubuntu's packages ask for a reboot; default /run/reboot-required

BOOT=${BOOT:-/boot}
BOOT_ID=${BOOT_ID:-/proc/sys/kernel/random/boot_id}
PROC_STAT=${PROC_STAT:-/proc/stat}
REBOOT_REQUIRED=${REBOOT_REQUIRED:-/run/reboot-required}

# Input: the running kernel, then the installed ones. Prints the newest of the same flavour if it is newer, else none;
# nothing if the running kernel is not installed.
# 6.1.0-18-cloud-amd64 has the flavour cloud-amd64; 5.14.0-427.13.1.el9_4.x86_64 has none, and numbers up to el9.
# shellcheck disable=SC2016 # awk's own
NEWER_KERNELS='
  function flavour(name) { return match(name, /-[A-Za-z].*/) ? substr(name, RSTART) : "" }
  function numbers(name, into) {
    sub(/-[A-Za-z].*/, "", name)
    sub(/\.(el|fc|amzn)[0-9].*/, "", name)
    return split(name, into, /[^0-9]+/)
  }
  function newer(name, than,   a, b, count, i) {
    count = numbers(name, a)
    if (numbers(than, b) > count) count = numbers(than, b)
    for (i = 1; i <= count; i++) if (a[i] + 0 != b[i] + 0) return a[i] + 0 > b[i] + 0
    return 0
  }
  NR == 1 { running = $0; next }
  $0 == running { there = 1; next }
  flavour($0) == flavour(running) && newer($0, running) && (newest == "" || newer($0, newest)) { newest = $0 }
  END { if (there) print (newest == "" ? "none" : newest) }'

# newest_kernel: one that is installed and newer than the one that runs, or "none". Empty if it can't be told: the
# kernel that runs is not among those that are installed.
newest_kernel() {
  { uname -r && find "$BOOT" -name 'vmlinuz-*' 2>/dev/null | sed 's,.*/vmlinuz-,,'; } | awk "$NEWER_KERNELS"
}

# booted_at: in seconds since 1970. The kernel counts back from its clock: one that was wrong at the boot does no harm.
booted_at() {
  awk '$1 == "btime" { print $2 }' "$PROC_STAT"
}

# kernel_replaced: whether the file of the kernel that runs was put there since the boot. Debian does that with security
# updates that keep the name of a kernel. Compares the file's ctime, since dpkg sets mtime to the package's date. A boot
# is later than that ctime, so one file asks for one reboot. The versions that the kernel and the package tell are not
# compared: if they differ for good, each maintenance would reboot.
kernel_replaced() {
  local changed booted
  changed=$(stat -L -c %Z "$BOOT/vmlinuz-$(uname -r)" 2>/dev/null) || return 1
  booted=$(booted_at) || return 1
  [ "$changed" -gt "${booted:-$changed}" ]
}

# reboot_asked: whether the host asks for a reboot. Status 1: it doesn't; 2: it can't be told. WHY has the reason.
reboot_asked() {
  local kernel
  WHY="$REBOOT_REQUIRED is there$(sed 's/^/, for /; q' "$REBOOT_REQUIRED.pkgs" 2>/dev/null || :)"
  if [ -e "$REBOOT_REQUIRED" ]; then return 0; fi
  kernel=$(newest_kernel) || return 2
  case $kernel in
    none)
      kernel_replaced || return 1
      WHY="the kernel $(uname -r) was replaced in $BOOT since it was booted"
      ;;
    '') WHY="no kernel in $BOOT is the one that runs, $(uname -r), and there is no $REBOOT_REQUIRED" && return 2 ;;
    *) WHY="the kernel $kernel is installed, and $(uname -r) runs" ;;
  esac
}

# wants_reboot: whether this maintenance reboots the host. Status 1: it doesn't.
wants_reboot() {
  local status=0
  case $REBOOT in
    always) WHY="it was told to" ;;
    never) return 1 ;;
    *) reboot_asked || status=$? ;;
  esac
  [ "$status" -ne 2 ] ||
    give_up "it can't be told whether $SELF asks for a reboot: $WHY" \
      "choose: --reboot always or --reboot never (RebootPolicy)"
  return "$status"
}

boot_id() {
  cat "$BOOT_ID"
}

# reboot_host: until the id of the boot is another one than that in the record, which was written before the drain. So a
# reboot by anybody else, or by a power cut, counts, too.
reboot_host() {
  if [ "$(boot_id)" != "$(fact boot-id)" ]; then return 0; fi
  keep_fact reboot-at "$(date +%s)" || return 1
  # The unit is stopped with the host. Until then nobody may unpack anything.
  while_locked 300 systemctl reboot || say_once "it can't be rebooted yet: $(tail -n 1 "$WORK/errors")"
  return 1
}

# while_locked SECONDS COMMAND...: while no package can be installed, on a host that has a package manager.
while_locked() {
  if [ "$(fact manager)" != none ]; then
    by_manager while_locked "$@"
    return
  fi
  shift
  run 60 "$@" >"$WORK/answer" 2>"$WORK/errors" && pause 300
}

# back_again: whether the Node is Ready by what its kubelet has said since the boot.
back_again() {
  local since
  read_node || not_yet "the Node is read" || return 1
  since=$(booted_at)
  # A container's boot is not that of the kernel.
  [ "$since" -ge "$(fact reboot-at 0)" ] || since=$(fact reboot-at)
  if ready_since "$since"; then return 0; fi
  say_once "waiting until $SELF is Ready again after its boot; its Node says: Ready $(node_says ready). See: journalctl -u kubelet"
  return 1
}
