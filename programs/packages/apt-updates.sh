# shellcheck shell=sh
# apt-updates.sh: updates of the system by apt, from the host's own sources.
#
#   OS_PACKAGES, RUNTIME   see updates.sh
#   RECORD             folder of the operation's record
#
#   <operation>/updates/   belongs to this operation, and goes with its end
#     lists/, archives/    apt's own: what is listed is what is installed, whatever apt-daily does in between
#     preferences          which versions count
#   record/updates         a line for each package: NAME=VERSION
#   record/automatic       those of them that were installed for others, and stay so

apt_update_folder() {
  echo "$(operation_folder)/updates"
}

# apt_update_run SECONDS COMMAND...
apt_update_run() {
  local limit="$1" command="$2"
  shift 2
  apt_apart "$limit" "$(apt_update_folder)" "$command" -o "Dir::Etc::preferences=$(apt_update_folder)/preferences" "$@"
}

# apt_update_check: refuses a host on which another installation was not finished.
apt_update_check() {
  local half
  # shellcheck disable=SC2016 # dpkg's own variables
  own_tools 60 dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' || return 1
  half=$(awk '$1 ~ /^(half|unpacked)/ { print $2 }' "$WORK/answer" | joined)
  [ "$half" = none ] ||
    give_up "packages are not installed completely: $half" \
      "finish them: dpkg --configure -a, then: apt-get --fix-broken install"
}

# apt_update_fetch: lists the updates and loads them. Nothing of the host changes.
apt_update_fetch() {
  local folder
  folder=$(apt_update_folder)
  mkdir -p "$folder/lists/partial" "$folder/archives/partial" || return 1
  apt_preferences >"$folder/preferences" || return 1
  apt_update_run 600 apt-get update || {
    say_once "the lists of packages can't be had yet: $(own_words)"
    return 1
  }
  apt_list_updates || return 1
  # shellcheck disable=SC2046 # a word a package
  set -- $(apt_updated_names)
  [ $# -gt 0 ] || return 0
  apt_update_run 120 apt-get --simulate install --only-upgrade --no-remove "$@" ||
    give_up "these updates can't be installed together: $(own_words)" "see what apt says: apt-get --simulate upgrade"
  apt_update_run 3600 apt-get install --yes --download-only --only-upgrade --no-remove "$@" || {
    say_once "the packages can't be had yet: $(own_words)"
    return 1
  }
}

# apt_preferences: those of this operation come first, and so are stronger than the host's own. What is held out has no
# version at all. Of a package that has a security update, this one counts, even if a newer version is elsewhere.
apt_preferences() {
  printf 'Package: %s\nPin: release *\nPin-Priority: -1\n\n' "$(held_out)"
  [ "$OS_PACKAGES" != security ] || printf 'Package: *\nPin: release a=*-security\nPin-Priority: 990\n\n'
  cat "$APT/preferences" 2>/dev/null || :
}

# apt_list_updates: what `apt upgrade` would do, or of that the security updates, in record/updates.
apt_list_updates() {
  if [ "$OS_PACKAGES" = security ]; then
    apt_update_run 60 apt-cache policy || return 1
    grep -q 'release .*a=[^,]*-security' "$WORK/answer" ||
      give_up "no source of this host has security updates: none is of a suite that ends in -security" \
        "add such a source in $APT, or take all updates: --packages all (OsPackages.all())"
  fi
  apt_update_run 120 apt-get --simulate upgrade --with-new-pkgs || {
    say_once "the updates can't be listed yet: $(own_words)"
    return 1
  }
  # `Inst NAME [OLD] (NEW ORIGINS [ARCHITECTURE])`, an origin being LABEL:VERSION/SUITE or LABEL:SUITE. One without OLD
  # is new: it comes as the dependency of another one.
  awk -v updates="$OS_PACKAGES" '
    $1 == "Inst" && $3 ~ /^\[/ && (updates == "all" || /[:\/][^ ,:\/]*-security[ ,]/) { print $2 "=" substr($4, 2) }' \
    "$WORK/answer" >"$RECORD/.updates" && put_in_place "$RECORD/.updates" "$RECORD/updates" || return 1
  own_tools 60 apt-mark showauto || return 1
  apt_updated_names | grep -Fx -f "$WORK/answer" >"$WORK/automatic" || :
  cp "$WORK/automatic" "$RECORD/.automatic" && put_in_place "$RECORD/.automatic" "$RECORD/automatic"
}

# apt_updated_names: without their versions, as somebody may install newer ones while this waits for its turn. By the
# operation's own lists apt takes the same ones, and never goes back.
apt_updated_names() {
  sed 's/=.*//' "$RECORD/updates"
}

# apt_update_install: what was fetched. Done again, it changes nothing.
apt_update_install() {
  # shellcheck disable=SC2046 # a word a package
  set -- $(apt_updated_names)
  [ $# -gt 0 ] || return 0
  # First what a killed run has left half done. Settings that a person changed stay.
  own_tools 1800 dpkg --configure --pending --force-confdef --force-confold || :
  if ! apt_update_run 3600 apt-get install --yes --fix-broken --no-remove ||
    ! apt_update_run 3600 apt-get install --yes --only-upgrade --no-remove "$@"; then
    say_once "the packages are not installed yet: $(own_words)"
    return 1
  fi
  # Named, they count as wanted by a person, and old kernels would never go.
  # shellcheck disable=SC2046 # a word a package
  set -- $(cat "$RECORD/automatic")
  [ $# -eq 0 ] || own_tools 60 apt-mark auto "$@" || {
    say_once "packages can't be marked as installed for others yet: $(own_words)"
    return 1
  }
}

apt_update_forget() {
  rm -rf "$(apt_update_folder)"
}

# Takes dpkg's locks as dpkg itself takes them, which flock can't, then does what it is told. It keeps them for a while,
# as `systemctl reboot` returns at once.
# shellcheck disable=SC2016 # perl's own
WHILE_LOCKED='
  use Fcntl qw(:DEFAULT :seek);
  my @locks;
  for my $file (split /:/, shift) {
    sysopen(my $lock, $file, O_RDWR | O_CREAT, 0640) or die "$file: $!\n";
    my $whole = pack("s s x4 q q i x4", F_WRLCK, SEEK_SET, 0, 0, 0);
    fcntl($lock, F_SETLK, $whole) or die "$file is locked\n";
    push @locks, $lock;
  }
  my $keep = shift;
  system(@ARGV) == 0 or die "$ARGV[0] failed\n";
  sleep $keep;
'

# apt_while_locked SECONDS COMMAND...: does it while nobody can install anything, and keeps that for so many seconds.
apt_while_locked() {
  local keep="$1"
  shift
  # Not by own_tools: the command is one of the unit.
  run $((keep + 60)) perl -e "$WHILE_LOCKED" \
    "${DPKG_LOCKS:-/var/lib/dpkg/lock-frontend:/var/lib/dpkg/lock}" "$keep" "$@" \
    >"$WORK/answer" 2>"$WORK/errors"
}
