# shellcheck shell=sh
# apt-source.sh: the host's own source of Kubernetes' packages for apt. It has one of two formats: a line in
# sources.list or in a file *.list, or a stanza in a file *.sources (deb822).
#
#   TO, REPOSITORY, KEY_FINGERPRINT, APT   see apt.sh
#   SOURCE   the file of the host
#   LINE     what it says of Kubernetes' repository, as a line, whatever its format

# apt_find_source: sets SOURCE to the file of the host that names Kubernetes' repository, and LINE to its text.
apt_find_source() {
  local file found=
  for file in "$APT/sources.list" "$APT"/sources.list.d/*.list "$APT"/sources.list.d/*.sources; do
    [ -f "$file" ] || continue
    ! apt_lines_in "$file" | grep -q . || found="$found $file"
  done
  SOURCE=${found# }
  case $(count "$found") in
    0)
      [ -n "$REPOSITORY" ] ||
        give_up "no source in $APT names a repository of Kubernetes, such as https://pkgs.k8s.io/core:/stable:/v1.35/deb/" \
          "name it: --repository https://pkgs.k8s.io/core:/stable:/v{minor}/deb/ (PackageSource.apt({ repository }))"
      SOURCE=$APT/sources.list.d/kubernetes.list
      ;;
    1) ;;
    *) give_up "several files in $APT name repositories of Kubernetes:$found" "keep the one that is right" ;;
  esac
  LINE=$(apt_lines_in "$SOURCE")
  [ "$(echo "$LINE" | grep -c .)" -le 1 ] ||
    give_up \
      "$SOURCE names several repositories of Kubernetes: $(echo "$LINE" | without_passwords | paste -s -d ';' -)" \
      "keep the one that is right"
  apt_check_source
}

# apt_check_source: what could not be written anew, or names no key that could be compared, is refused now, and not when
# the node has the new version.
apt_check_source() {
  local fault key
  [ -n "$LINE" ] || {
    [ ! -e "$SOURCE" ] ||
      give_up "$SOURCE names no repository of Kubernetes that is understood" "correct it, or remove it"
    return 0
  }
  ! grep -q "$(printf '\r')" "$SOURCE" ||
    give_up "$SOURCE has line ends of Windows" "remove them: sed -i 's/\\r\$//' $SOURCE"
  fault=$(echo "$LINE" | apt_options | sed -n 's/^not-understood=//p' | tr _ ' ')
  [ -z "$fault" ] ||
    give_up "$SOURCE is not understood: $fault" \
      "write Kubernetes' repository as a stanza of its own, each field once, with the path of its key: Signed-By: $APT/keyrings/kubernetes-apt-keyring.gpg"
  key=$(apt_key_file)
  case $key in
    *,* | [!/]*) give_up "$SOURCE names its key as '$key'" "name one file by its path: signed-by=$APT/keyrings/kubernetes-apt-keyring.gpg" ;;
  esac
}

# apt_lines_in FILE: the active lines that name a repository of Kubernetes.
apt_lines_in() {
  case $1 in
    *.sources) awk -f "$here/packages/deb822.awk" "$1" ;;
    *) grep -v '^[[:blank:]]*#' "$1" ;;
  esac 2>/dev/null | names_kubernetes
}

# apt_line_now: the line that names the repository of TO: the host's own with another minor, or one for REPOSITORY.
apt_line_now() {
  if [ -n "$REPOSITORY" ]; then
    echo "deb [signed-by=$(apt_key_file)] $(repository_now) /"
  else
    echo "$LINE" | with_minor
  fi
}

# apt_verifies: whether packages have to be signed. Whoever gives a fingerprint wants that, whatever the source says.
apt_verifies() {
  [ -z "$KEY_FINGERPRINT" ] || return 0
  ! apt_line_now | apt_options | grep -qix 'trusted=\(yes\|true\|with\|on\|enable\|1\)'
}

# apt_options: those of the line on standard input, a line each.
apt_options() {
  sed -n 's/^[[:blank:]]*deb[[:blank:]]*\[\([^]]*\)\].*/\1/p' | tr -s ' \t' '\n'
}

# apt_own_line KEY: the line as this operation reads it, by the key in this file, and by no other. In a line that names
# no key, apt would take any key of this host.
apt_own_line() {
  local options
  options=$(apt_line_now | apt_options | grep . | grep -vi -e '^signed-by=' -e '^trusted=' -e '^allow-' |
    paste -s -d ' ' -)
  if apt_verifies; then options="$options signed-by=$1"; else options="$options trusted=yes"; fi
  echo "deb [${options# }] $(apt_line_now | sed 's/^[[:blank:]]*deb[[:blank:]]*\(\[[^]]*\]\)\{0,1\}[[:blank:]]*//')"
}

# apt_key_file: the file of the host with the repository's key.
apt_key_file() {
  local file
  file=$(echo "$LINE" | sed -n 's/^[^#]*\[[^]]*signed-by=\([^] ]*\).*/\1/p')
  echo "${file:-$APT/keyrings/kubernetes-apt-keyring.gpg}"
}

# apt_url: the repository's URL in the line of TO.
apt_url() {
  apt_line_now | apt_uri | sed 's,/*$,/,'
}

# apt_uri: of the line on standard input, as it is written there.
apt_uri() {
  sed 's/\[[^]]*\]//; s/^ *deb *//; s/ .*//'
}

# apt_url_words: the same, for a person.
apt_url_words() {
  apt_url | without_passwords
}

# apt_source_now LINE: the host's file as it has to be for TO. Of a stanza only these fields change.
apt_source_now() {
  local uri
  uri=$(echo "$1" | apt_uri)
  if [ -z "$LINE" ]; then
    echo "$1"
  elif [ "${SOURCE%.sources}" = "$SOURCE" ]; then
    old=$LINE new=$1 awk '{ print $0 == ENVIRON["old"] ? ENVIRON["new"] : $0 }' "$SOURCE"
  else
    {
      echo "URIs: $uri"
      [ -z "$REPOSITORY" ] || printf '%s\n' 'Suites: /' 'Components:' 'Trusted:' "Signed-By: $(apt_key_file)"
    } >"$WORK/fields"
    old=$(echo "$LINE" | apt_uri) fields=$(cat "$WORK/fields") awk -f "$here/packages/deb822.awk" "$SOURCE"
  fi
}
