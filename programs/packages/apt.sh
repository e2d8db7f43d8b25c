# shellcheck shell=sh
# apt.sh: Kubernetes' packages by apt and dpkg.
#
#   TO              version to which packages are taken
#   REPOSITORY      URL of the repository of a minor, with {minor} in it; by default as the host's own source has it
#   KEY_FINGERPRINT fingerprint that the repository's key must have; by default that of the key that the host has
#   APT             folder of apt's settings; default /etc/apt
#   RECORD          folder of the operation's record
#
#   <operation>/packages/   belongs to this operation: nothing of the host changes until all of it is there
#     source.list, key.gpg  by which this operation reads the repository of TO, see apt-source.sh
#     lists/, archives/     apt's own, of this one repository

APT=${APT:-/etc/apt}

apt_folder() {
  echo "$(operation_folder)/packages"
}

# apt_apart SECONDS FOLDER COMMAND...: apt with lists and archives of its own in FOLDER.
apt_apart() {
  local limit="$1" folder="$2" command="$3"
  shift 3
  own_tools "$limit" "$command" -o "Dir::State::lists=$folder/lists" -o "Dir::Cache::archives=$folder/archives" \
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root -o Acquire::Retries=2 \
    -o APT::Update::Error-Mode=any -o DPkg::Lock::Timeout=60 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# apt_run SECONDS COMMAND...: apt with the operation's own source. The host's other ones don't matter, and may be
# broken.
apt_run() {
  local limit="$1" command="$2" folder
  folder=$(apt_folder)
  shift 2
  apt_apart "$limit" "$folder" "$command" -o "Dir::Etc::sourcelist=$folder/source.list" -o Dir::Etc::sourceparts=- "$@"
}

# apt_installed PACKAGE: its version, empty if it isn't there. Half installed is not there.
apt_installed() {
  # shellcheck disable=SC2016 # dpkg's own variables
  own_tools 30 dpkg-query --show --showformat '${db:Status-Status} ${Version}\n' "$1" || return 0
  sed -n 's/^installed //p' "$WORK/answer"
}

# apt_at_target PACKAGE: whether it is there, in a package of TO.
apt_at_target() {
  case $(apt_installed "$1") in
    "$TO" | "$TO"-*) return 0 ;;
  esac
  return 1
}

# apt_held PACKAGE
apt_held() {
  # shellcheck disable=SC2016 # dpkg's own variables
  own_tools 30 dpkg-query --show --showformat '${db:Status-Want}\n' "$1" && [ "$(cat "$WORK/answer")" = hold ]
}

# apt_check: what can't be done by apt on this host is refused here.
apt_check() {
  local half
  own_tools 60 dpkg --audit || return 1
  # Our own packages are finished by apt_install, as an earlier run may have been killed there.
  if grep -q '^ [a-z]' "$WORK/answer" && grep '^ [a-z]' "$WORK/answer" | grep -qv '^ kube\(adm\|let\|ctl\) '; then
    half=$(sed -n 's/^ \([a-z][^ ]*\) .*/\1/p' "$WORK/answer" | paste -s -d ' ' -)
    give_up "packages are not installed completely: $half" \
      "finish them: dpkg --configure -a, then: apt-get --fix-broken install"
  fi
  command -v gpg >/dev/null ||
    give_up "there is no gpg, by which the repository's key is looked at" "install it: apt-get install gnupg"
  apt_find_source
}

# apt_fetch PACKAGE...: the key, the list and the packages of TO, and what they need. Nothing of the host changes.
apt_fetch() {
  local folder package wanted=
  folder=$(apt_folder)
  apt_find_source
  mkdir -p "$folder/lists/partial" "$folder/archives/partial" || return 1
  apt_fetch_key || return 1
  apt_own_line "$folder/key.gpg" >"$folder/source.list" || return 1
  apt_run 300 apt-get update || {
    say_once "the list of $(apt_url_words) can't be had yet: $(own_words)"
    return 1
  }
  for package in "$@"; do
    apt_choose "$package" || return 1
    wanted="$wanted $package=$(fact "version-$package")"
  done
  # shellcheck disable=SC2086 # a word a package
  apt_run 900 apt-get install --yes --download-only --no-remove --allow-change-held-packages $wanted || {
    say_once "the packages can't be had yet: $(own_words)"
    return 1
  }
  keep_fact packages "$*"
}

# apt_choose PACKAGE: keeps the newest package of TO as the fact version-PACKAGE.
apt_choose() {
  local version
  apt_run 60 apt-cache madison "$1" || {
    say_once "the versions of $1 can't be listed yet: $(own_words)"
    return 1
  }
  version=$(awk -F ' *[|] *' -v to="$TO-" '
    index($2, to) == 1 || $2 == substr(to, 1, length(to) - 1) { print $2; exit }' "$WORK/answer")
  [ -n "$version" ] ||
    give_up "$(apt_url_words) has no $1 of $TO, but $(awk -F ' *[|] *' '{ print $2 }' "$WORK/answer" | joined)" \
      "choose one of these, or correct the repository"
  keep_fact "version-$1" "$version"
}

# apt_fetch_key: the repository's key as it is today: keys expire, and are renewed.
apt_fetch_key() {
  local folder
  folder=$(apt_folder)
  apt_verifies || {
    say_once "warning: $SOURCE has trusted=yes: the packages are not verified"
    : >"$folder/key.gpg"
    return
  }
  rm -f "$folder/key.asc" || return 1
  if own_tools 60 /usr/lib/apt/apt-helper download-file "$(apt_url)Release.key" "$folder/key.asc"; then
    apt_dearmor "$folder/key.asc" "$folder/key.draft" ||
      give_up "$(apt_url_words)Release.key is no key: $(own_words)" "correct the repository"
    # Only what is in letters can be a file *.asc of the host.
    grep -q '^-----BEGIN PGP' "$folder/key.asc" || rm -f "$folder/key.asc" || return 1
  elif [ -f "$(apt_key_file)" ]; then
    say_once "$(apt_url_words)Release.key can't be had, the key of this host is taken: $(own_words)"
    apt_dearmor "$(apt_key_file)" "$folder/key.draft" || return 1
  else
    say_once "$(apt_url_words)Release.key can't be had yet: $(own_words)"
    return 1
  fi
  check_known_key "$folder/key.draft" "$(apt_key_file)" ", in $(apt_key_file)"
  mv "$folder/key.draft" "$folder/key.gpg"
}

# apt_dearmor FROM TO: apt reads a key in letters only from a file *.asc, and any other file as bytes.
apt_dearmor() {
  if grep -q '^-----BEGIN PGP' "$1"; then
    gpg_run --yes --dearmor --output "$2" "$1"
  else
    cp "$1" "$2"
  fi
}

# apt_install PACKAGE: of the version that was fetched. Done again, it changes nothing.
apt_install() {
  local held=no version
  version=$(fact "version-$1")
  # A hold is gone after an install, so it is remembered first.
  if [ -z "$(fact "held-$1")" ]; then
    ! apt_held "$1" || held=yes
    keep_fact "held-$1" "$held" || return 1
  fi
  apt_configure || return 1
  [ "$(apt_installed "$1")" = "$version" ] || apt_put "$1" "$version" || return 1
  apt_hold_again "$1"
}

# apt_configure: what a killed run has left half done. Settings that a person changed stay.
apt_configure() {
  own_tools 600 dpkg --configure --pending --force-confdef --force-confold && return
  say_once "dpkg can't finish what it has begun yet: $(own_words)"
  return 1
}

# apt_put PACKAGE VERSION
apt_put() {
  # Without --reinstall it leaves a half of this version as it is.
  apt_run 900 apt-get install --yes --reinstall --no-download --no-remove --allow-change-held-packages "$1=$2" || {
    say_once "$1 $2 is not installed yet: $(own_words)"
    return 1
  }
  [ "$(apt_installed "$1")" = "$2" ] || return 1
  say "$1 $2 is installed"
}

# apt_hold_again PACKAGE: if it was held before.
apt_hold_again() {
  [ "$(fact "held-$1")" = yes ] || return 0
  if apt_held "$1"; then return 0; fi
  # Not by apt-mark: it believes its cache, and may say of what has just lost its hold that it is held.
  # shellcheck disable=SC2016 # expanded by the shell that it starts
  if own_tools 60 sh -c 'echo "$1 hold" | dpkg --set-selections' sh "$1" && apt_held "$1"; then return 0; fi
  say_once "$1 is not held again yet: $(own_words)"
  return 1
}

# apt_give_back: what a stopped run has left half done is finished, forward, as dpkg has no way back. What was held is
# held again: no other operation knows of it. The node is not kept waiting for ever where dpkg can't do that.
apt_give_back() {
  local package
  for package in $(fact packages); do
    # Nothing was begun with it.
    [ -n "$(fact "held-$package")" ] || continue
    if apt_finish "$package" && apt_hold_again "$package"; then continue; fi
    overdue give-back-packages 600 || return 1
    say "the package $package is left as dpkg has it; finish it: dpkg --configure -a, then: apt-get --fix-broken install, apt-mark hold $package if it was held"
  done
}

# apt_finish PACKAGE: what is whole stays at its version.
apt_finish() {
  # It also fails for what is somebody else's.
  apt_configure || :
  [ -n "$(apt_installed "$1")" ] || apt_put "$1" "$(fact "version-$1")"
}

# apt_extract PACKAGE PATH FILE: one file out of a package that was fetched, or is installed already: then apt fetches
# none.
apt_extract() {
  local archive
  if [ "$(apt_installed "$1")" = "$(fact "version-$1")" ]; then
    own_tools 60 cp "/$2" "$3" || not_extracted "$1" "$2" "$3"
    return
  fi
  # A colon in a version is written as %3a in the name of a file.
  archive=$(find "$(apt_folder)/archives" -name "$1_$(fact "version-$1" | sed 's/:/%3a/')_*.deb" | head -n 1)
  [ -n "$archive" ] || give_up "$1 $(fact "version-$1") was not fetched" "try again"
  # shellcheck disable=SC2016 # expanded by the shell that it starts
  if own_tools 120 sh -c 'dpkg-deb --fsys-tarfile "$1" | tar -xO "./$2" >"$3"' sh "$archive" "$2" "$3" &&
    [ -s "$3" ]; then return 0; fi
  not_extracted "$1" "$2" "$3"
}

# apt_take_up_source: the host's own source and key become those of TO, for whoever uses apt next.
apt_take_up_source() {
  local line
  [ -z "$(fact source-taken-up)" ] || return 0
  apt_find_source
  line=$(apt_line_now)
  if ! apt_take_up_key || ! apt_source_now "$line" >"$WORK/source" || ! put_file "$WORK/source" "$SOURCE"; then
    say_once "the new source of packages can't be written to $SOURCE yet: look at the space there"
    return 1
  fi
  keep_fact source-taken-up "$line"
}

# apt_take_up_key: in the form that apt expects of a file of that name. Where the repository's key could not be had, the
# host's own stays.
apt_take_up_key() {
  local key new=key.gpg
  key=$(apt_key_file)
  case $key in *.asc) new=key.asc ;; esac
  new=$(apt_folder)/$new
  [ ! -s "$new" ] || { mkdir -p "${key%/*}" && put_file "$new" "$key"; }
}
