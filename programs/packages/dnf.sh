# shellcheck shell=sh
# dnf.sh: Kubernetes' packages by dnf and rpm.
#
#   TO              version to which packages are taken
#   REPOSITORY      URL of the repository of a minor, with {minor} in it; by default as the host's own source has it
#   KEY_FINGERPRINT fingerprint that the repository's key must have; by default that of the key that the host has
#   RECORD          folder of the operation's record
#
#   <operation>/packages/   belongs to this operation: nothing of the host changes until all of it is there
#     repos/, cache/        dnf's own, of this one repository
#     key.asc, keys/        the repository's key, and rpm's database with nothing but it
#
# dnf does without a word what apt refuses: it downgrades, and it installs what an expired key has signed. So both are
# checked here.

DNF_LOCKS=/etc/dnf/plugins/versionlock.list
DNF5_LOCKS=/etc/dnf/versionlock.toml

dnf_folder() {
  echo "$(operation_folder)/packages"
}

# dnf_run SECONDS ARGUMENT...: dnf with the operation's own source. The host's other sources don't matter, and may be
# broken. Excludes and locks of the host don't count: they are there for upgrades that nobody asked for.
dnf_run() {
  local limit="$1" folder
  folder=$(dnf_folder)
  shift
  # Only this operation uses this cache: a lock there is of a killed run, even if its process number is in use again.
  rm -f "$folder"/cache/*_lock.pid || return 1
  own_tools "$limit" dnf --assumeyes --disableplugin=versionlock --setopt="reposdir=$folder/repos" \
    --setopt="cachedir=$folder/cache" --setopt=keepcache=1 --setopt='disable_excludes=all,*' \
    --setopt=exit_on_lock=1 --setopt=retries=2 "$@"
}

# dnf_words: what the last dnf said, for a person. It names the URLs that it asked, as they are.
dnf_words() {
  {
    sed -n '/^Error\|^RPM: error\|locked by/,$p' "$WORK/errors" | paste -s -d ' ' - | tr -s ' ' | grep . || own_words
  } | without_passwords | cut -c1-400
}

# dnf_installed PACKAGE: its version, empty if it isn't there. A killed run may have left two, with a blank between.
dnf_installed() {
  own_tools 30 rpm --query --queryformat '%{version}-%{release}\n' "$1" || return 0
  paste -s -d ' ' - <"$WORK/answer"
}

# dnf_at_target PACKAGE: whether it is there, in a package of TO.
dnf_at_target() {
  case $(dnf_installed "$1") in
    *' '*) return 1 ;;
    "$TO"-*) return 0 ;;
  esac
  return 1
}

# dnf_check: what can't be done by dnf on this host is refused here.
dnf_check() {
  local tool
  for tool in dnf rpm rpmkeys rpm2cpio gpg; do
    command -v "$tool" >/dev/null || give_up "there is no $tool" "install it, or upgrade this node by hand"
  done
  [ ! -e /run/ostree-booted ] ||
    give_up "this host's programs are in an image of ostree, which dnf can't change" "upgrade this node as it was installed"
  own_tools 60 rpm --query --all ||
    give_up "rpm's database can't be read: $(own_words)" "mend it: rpmdb --rebuilddb"
  # dnf 5 has no way around its locks.
  ! grep -q '"kube\(adm\|let\|ctl\)"' "$DNF5_LOCKS" 2>/dev/null ||
    give_up "$DNF5_LOCKS locks packages of Kubernetes" "take the lock away until the upgrade is done: dnf versionlock delete kubeadm kubelet kubectl"
  dnf_find_source
}

# dnf_fetch PACKAGE...: the key, the list and the packages of TO, and what they need. Nothing of the host changes.
dnf_fetch() {
  local folder package version wanted=
  folder=$(dnf_folder)
  dnf_find_source
  mkdir -p "$folder/repos" || return 1
  dnf_fetch_key || return 1
  dnf_own_source "$folder/key.asc" >"$folder/repos/kubernetes.repo" || return 1
  dnf_run 300 --refresh makecache || {
    say_once "the list of $(dnf_url_words) can't be had yet: $(dnf_words)"
    return 1
  }
  for package in "$@"; do
    dnf_choose "$package" || return 1
    version=$(fact "version-$package")
    case " $(dnf_installed "$package") " in
      *" $version "*) ;;
      *) wanted="$wanted $package-$version" ;;
    esac
  done
  # The signatures are looked at by dnf_verify: dnf would put the key into rpm's database of this host.
  # shellcheck disable=SC2086 # a word a package
  [ -z "$wanted" ] || dnf_run 900 --setopt='*.gpgcheck=0' install --downloadonly $wanted || {
    say_once "the packages can't be had yet: $(dnf_words)"
    return 1
  }
  dnf_verify && keep_fact packages "$*"
}

# dnf_choose PACKAGE: keeps as the fact version-PACKAGE the newest package of TO, or the one of TO that is there.
dnf_choose() {
  local version
  dnf_refuse_newer "$1" || return 1
  version=$(dnf_installed "$1" | tr ' ' '\n' | awk -v to="$TO-" 'index($0, to) == 1' | head -n 1)
  if [ -z "$version" ]; then
    dnf_query "$1" --latest-limit=1 "$1-$TO" || return 1
    version=$(grep -m 1 . "$WORK/answer") || {
      dnf_query "$1" "$1" || return 1
      give_up "$(dnf_url_words) has no $1 of $TO, but $(joined <"$WORK/answer")" \
        "choose one of these, or correct the repository"
    }
  fi
  keep_fact "version-$1" "$version"
}

# dnf_query PACKAGE ARGUMENT...: versions that the repository has.
dnf_query() {
  local package="$1"
  shift
  dnf_run 60 --cacheonly --quiet repoquery --queryformat '%{version}-%{release}\n' "$@" || {
    say_once "the versions of $package can't be listed yet: $(dnf_words)"
    return 1
  }
}

# dnf_refuse_newer PACKAGE: what is newer than TO stays: dnf would downgrade it.
dnf_refuse_newer() {
  local version
  for version in $(dnf_installed "$1"); do
    ! is_older "$TO" "$version" ||
      give_up "$1 $version is installed, which is newer than $TO: nothing is downgraded" "upgrade to a version that is not older, or remove it: dnf remove $1"
  done
}

# dnf_fetch_key: the repository's key as it is today: keys expire, and are renewed.
dnf_fetch_key() {
  local folder
  folder=$(dnf_folder)
  dnf_verifies || {
    say_once "warning: gpgcheck is off for [$SECTION] of $SOURCE: the packages are not verified"
    : >"$folder/key.asc"
    return
  }
  dnf_host_key >"$folder/host.asc" || return 1
  dnf_curl_settings >"$WORK/curl" || return 1
  if own_tools 60 curl --config "$WORK/curl" --output "$folder/key.draft" "$(dnf_key_url)"; then
    :
  elif [ -s "$folder/host.asc" ]; then
    say_once "$(dnf_key_url_words) can't be had, the key of this host is taken: $(own_words)"
    cp "$folder/host.asc" "$folder/key.draft" || return 1
  else
    say_once "$(dnf_key_url_words) can't be had yet: $(own_words)"
    return 1
  fi
  check_known_key "$folder/key.draft" "$folder/host.asc" \
    ": neither a file in $SOURCE, nor in rpm's database one that has signed the kubelet"
  mv "$folder/key.draft" "$folder/key.asc"
}

# dnf_host_key: the key of the repository that this host has: a file that its source names, or the key in rpm's database
# that has signed the kubelet.
dnf_host_key() {
  local file signer
  file=$(dnf_key_file)
  if [ -n "$file" ]; then
    cat "$file" 2>/dev/null || :
    return
  fi
  own_tools 30 rpm --query --queryformat '%{RSAHEADER:pgpsig} %{DSAHEADER:pgpsig} %{SIGPGP:pgpsig}' kubelet ||
    return 0
  signer=$(sed -n 's/.*[Kk]ey ID [0-9a-f]*\([0-9a-f]\{8\}\).*/\1/p' "$WORK/answer" | head -n 1)
  [ -n "$signer" ] && own_tools 30 rpm --query --queryformat '%{description}\n' "gpg-pubkey-$signer" || return 0
  cat "$WORK/answer"
}

# dnf_curl_settings: for curl, the way to the repository as dnf has it.
dnf_curl_settings() {
  local pair value
  printf '%s\n' fail location silent show-error 'max-time = 50'
  for pair in proxy:proxy sslcacert:cacert sslclientcert:cert sslclientkey:key; do
    value=$(dnf_setting "${pair%:*}")
    case $value in '' | _none_) ;; *) dnf_curl_line "${pair#*:}" "$value" ;; esac
  done
  value=$(dnf_setting proxy_username)
  [ -z "$value" ] || dnf_curl_line proxy-user "$value:$(dnf_setting proxy_password)"
  value=$(dnf_setting username)
  [ -z "$value" ] || dnf_curl_line user "$value:$(dnf_setting password)"
  case $(dnf_setting sslverify) in 0 | [Ff]alse | [Nn]o | [Oo]ff) echo insecure ;; esac
}

# dnf_curl_line NAME VALUE
dnf_curl_line() {
  printf '%s = "%s"\n' "$1" "$(printf '%s' "$2" | sed 's/[\\"]/\\&/g')"
}

# dnf_verify: the key has signed all that was fetched.
dnf_verify() {
  local folder file
  folder=$(dnf_folder)
  [ -s "$folder/key.asc" ] || return 0
  rm -rf "$folder/keys" && mkdir "$folder/keys" || return 1
  own_tools 60 rpmkeys --dbpath "$folder/keys" --import "$folder/key.asc" ||
    give_up "rpm does not take $(dnf_key_url_words) as a key: $(own_words)" "correct the repository"
  find "$folder/cache" -name '*.rpm' >"$WORK/files" || return 1
  while IFS= read -r file; do
    ! dnf_signed "$file" --dbpath "$folder/keys" || continue
    rm -f "$file" || return 1
    give_up "${file##*/} is damaged, or not signed by the repository's key: $(sed 's/.*: //' "$WORK/answer")" \
      "correct the repository; a mirror may have fetched it incompletely"
  done <"$WORK/files"
}

# dnf_signed FILE OPTION...: whether a key of rpm's database has signed it. Without a signature the status is 0, too.
dnf_signed() {
  local file="$1"
  shift
  own_tools 120 rpmkeys "$@" --checksig "$file" && grep -q 'signatures OK$' "$WORK/answer"
}

# dnf_archive PACKAGE: the file that was fetched.
dnf_archive() {
  find "$(dnf_folder)/cache" -name "$1-$(fact "version-$1").*.rpm" | head -n 1
}

# dnf_install PACKAGE: of the version that was fetched. Done again, it changes nothing.
dnf_install() {
  local version old
  version=$(fact "version-$1")
  case " $(dnf_installed "$1") " in
    *" $version "*)
      # What a killed run has left: the new one is there, and the old one not yet gone. Files of both are the new one's.
      for old in $(dnf_installed "$1"); do
        [ "$old" = "$version" ] || own_tools 300 rpm --erase --nodeps "$1-$old" || {
          say_once "$1 $old is not removed yet: $(own_words)"
          return 1
        }
      done
      ;;
    *)
      dnf_refuse_newer "$1" || return 1
      dnf_renew_key "$1" || return 1
      dnf_run 900 --cacheonly install "$1-$version" || {
        say_once "$1 $version is not installed yet: $(dnf_words)"
        return 1
      }
      [ "$(dnf_installed "$1")" = "$version" ] || return 1
      say "$1 $version is installed"
      ;;
  esac
  dnf_lock "$1" "$version"
}

# dnf_give_back: where a stopped run has put the new package beside the old one, the old one goes. The node is not kept
# waiting for ever where that can't be done.
dnf_give_back() {
  local package
  for package in $(fact packages); do
    case " $(dnf_installed "$package") " in
      *" $(fact "version-$package") "*) ;;
      *) continue ;;
    esac
    if dnf_install "$package"; then continue; fi
    overdue give-back-packages 600 || return 1
    say "the package $package is left as rpm has it; finish it: dnf remove --duplicates"
  done
}

# dnf_renew_key PACKAGE: rpm keeps a key that has expired as it is, and newer ones then refuse what the renewed one has
# signed. So the old one has to go: dnf takes the new one from its source, which is this operation's.
dnf_renew_key() {
  local fingerprint key
  [ -s "$(dnf_folder)/key.asc" ] && ! dnf_signed "$(dnf_archive "$1")" || return 0
  for fingerprint in $(fingerprints_in "$(dnf_folder)/key.asc"); do
    key=gpg-pubkey-$(echo "$fingerprint" | sed 's/.*\(........\)$/\1/' | tr 'A-F' 'a-f')
    ! own_tools 30 rpm --query "$key" || own_tools 60 rpm --erase --allmatches "$key" || {
      say_once "the old key $key is not removed from rpm's database yet: $(own_words)"
      return 1
    }
  done
}

# dnf_lock PACKAGE VERSION: a lock of the old version becomes one of the new.
dnf_lock() {
  [ -f "$DNF_LOCKS" ] && grep -q "^$1-[0-9]*:" "$DNF_LOCKS" || return 0
  ! grep -q "^$1-[0-9]*:$2\.\*\$" "$DNF_LOCKS" || return 0
  sed "s/^\($1-[0-9]*:\).*/\1$2.*/" "$DNF_LOCKS" >"$WORK/locks" && put_file "$WORK/locks" "$DNF_LOCKS"
}

# dnf_extract PACKAGE PATH FILE: one file out of a package that was fetched, or is installed already.
dnf_extract() {
  local archive
  case " $(dnf_installed "$1") " in
    *" $(fact "version-$1") "*)
      own_tools 60 cp "/$2" "$3" || not_extracted "$1" "$2" "$3"
      return
      ;;
  esac
  archive=$(dnf_archive "$1")
  [ -n "$archive" ] || give_up "$1 $(fact "version-$1") was not fetched" "try again"
  # The operation's own cpio, as a host may have none.
  # shellcheck disable=SC2016 # expanded by the shell that it starts
  if own_tools 120 sh -c 'rpm2cpio "$1" | "$4" -i --to-stdout "./$2" >"$3"' sh "$archive" "$2" "$3" \
    "$(command -v cpio)" && [ -s "$3" ]; then return 0; fi
  not_extracted "$1" "$2" "$3"
}

# dnf_take_up_source: the host's own source, and a key that it has as a file, become those of TO, for whoever uses dnf
# next.
dnf_take_up_source() {
  local key
  [ -z "$(fact source-taken-up)" ] || return 0
  dnf_find_source
  key=$(dnf_key_file)
  if [ -n "$key" ] && [ -s "$(dnf_folder)/key.asc" ]; then
    mkdir -p "${key%/*}" && put_file "$(dnf_folder)/key.asc" "$key" || return 1
  fi
  dnf_source_now >"$WORK/source" && put_file "$WORK/source" "$SOURCE" || return 1
  keep_fact source-taken-up "$(dnf_url)"
}
