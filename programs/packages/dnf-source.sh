# shellcheck shell=sh
# dnf-source.sh: the host's own source of Kubernetes' packages for dnf.
#
#   TO, REPOSITORY, KEY_FINGERPRINT   see dnf.sh
#   SOURCE, SECTION   the host's file and, in it, the section of Kubernetes' repository
#   FROM              the file that is read: SOURCE, or what a host without one gets

DNF_REPOS=/etc/yum.repos.d
DNF_CONF=/etc/dnf/dnf.conf

# dnf_find_source: sets SOURCE, SECTION, and FROM. Sections that are enabled come first: others may be of old minors.
dnf_find_source() {
  local file section all='' enabled=''
  for file in "$DNF_REPOS"/*.repo; do
    [ -f "$file" ] || continue
    # shellcheck disable=SC2013 # an id has no blanks
    for section in $(sed -n 's/^\[\([^][]*\)\].*/\1/p' "$file"); do
      dnf_option "$file" "$section" baseurl | names_kubernetes | grep -q . || continue
      all="$all $file:$section"
      case $(dnf_option "$file" "$section" enabled) in
        0 | [Ff]alse | [Nn]o | [Oo]ff) ;;
        *) enabled="$enabled $file:$section" ;;
      esac
    done
  done
  all=${enabled:-$all}
  case $(count "$all") in
    0) dnf_new_source ;;
    1)
      all=${all# }
      FROM=${all%:*}
      SOURCE=$FROM
      SECTION=${all##*:}
      ;;
    *) give_up "several sections in $DNF_REPOS name repositories of Kubernetes:$all" "keep the one that is right, disable the others: enabled=0" ;;
  esac
  case $(dnf_url) in
    http://* | https://*) ;;
    *) give_up "the repository in $SOURCE is $(dnf_url_words), and only http and https are understood" "serve it by http: --repository URL" ;;
  esac
}

# dnf_new_source: a source as the official pages have it, for a host that has none.
dnf_new_source() {
  SOURCE=$DNF_REPOS/kubernetes.repo
  SECTION=kubernetes
  FROM=$WORK/new.repo
  [ -n "$REPOSITORY" ] ||
    give_up "no source in $DNF_REPOS names a repository of Kubernetes, such as https://pkgs.k8s.io/core:/stable:/v1.35/rpm/" \
      "name it: --repository https://pkgs.k8s.io/core:/stable:/v{minor}/rpm/ (PackageSource.dnf({ repository }))"
  [ ! -e "$SOURCE" ] ||
    give_up "$SOURCE names no repository of Kubernetes that is understood" "correct its baseurl, or remove it"
  printf '%s\n' '[kubernetes]' 'name=Kubernetes' "baseurl=$(repository_now)" 'enabled=1' 'gpgcheck=1' \
    "gpgkey=$(repository_now)repodata/repomd.xml.key" \
    'exclude=kubelet kubeadm kubectl cri-tools kubernetes-cni' >"$FROM"
}

# dnf_option FILE SECTION NAME: its value. A line that begins with a blank continues the one before.
dnf_option() {
  section="[$2]" name=$3 awk '
    /^[ \t]*([#;]|$)/ { next }
    /^\[/ { inside = index($0, ENVIRON["section"]) == 1; taken = 0; next }
    inside && /^[^ \t]/ {
      taken = match($0, "^" ENVIRON["name"] "[ \t]*=")
      if (taken) value = ""
      sub(/^[^=]*=/, "")
    }
    taken { sub(/^[ \t]+/, ""); value = value (value == "" ? "" : " ") $0 }
    END { print value }' "$1" 2>/dev/null
}

# dnf_setting NAME: of the section, or of dnf as a whole.
dnf_setting() {
  {
    dnf_option "$FROM" "$SECTION" "$1"
    dnf_option "$DNF_CONF" main "$1"
  } | grep -m 1 .
}

# dnf_url: the URL for TO. A source may name several.
dnf_url() {
  if [ -n "$REPOSITORY" ]; then repository_now; else dnf_option "$FROM" "$SECTION" baseurl | with_minor; fi
}

# dnf_url_words, dnf_key_url_words: the same, for a person.
dnf_url_words() {
  dnf_url | without_passwords
}

dnf_key_url_words() {
  dnf_key_url | without_passwords
}

# dnf_keys: where the source has its keys, a line each. With another repository only files stay.
dnf_keys() {
  dnf_option "$FROM" "$SECTION" gpgkey | tr -s ' ,' '\n' | with_minor |
    if [ -n "$REPOSITORY" ]; then grep '^file:'; else grep .; fi
}

# dnf_key_url: the URL of its key: as the source says, or where repositories usually have it.
dnf_key_url() {
  dnf_keys | grep -m 1 '^http' || dnf_url | sed 's/[ ,].*//; s,/*$,/repodata/repomd.xml.key,'
}

# dnf_key_file: the file of the host with the key, if the source names one.
dnf_key_file() {
  dnf_keys | sed -n 's,^file://,,p' | head -n 1
}

# dnf_verifies: whether packages have to be signed. Whoever gives a fingerprint wants that, whatever the source says.
dnf_verifies() {
  [ -z "$KEY_FINGERPRINT" ] || return 0
  case $(dnf_setting gpgcheck) in
    1 | [Tt]rue | [Yy]es | [Oo]n) return 0 ;;
  esac
  return 1
}

# dnf_source_now: the host's file as it has to be for TO, in which only the URLs of the section change.
dnf_source_now() {
  local values keys
  values="baseurl=$(dnf_url)"
  if [ -n "$(dnf_option "$FROM" "$SECTION" gpgkey)" ]; then
    keys=$(dnf_keys | paste -s -d ' ' -)
    values="$values
gpgkey=${keys:-$(dnf_key_url)}"
  fi
  dnf_with_values "$values" <"$FROM"
}

# dnf_own_source KEY: that section alone, as this operation reads it, with the key of this file.
dnf_own_source() {
  local check=gpgcheck=0
  ! dnf_verifies || check="gpgcheck=1
gpgkey=file://$1"
  section="[$SECTION]" awk '/^\[/ { inside = index($0, ENVIRON["section"]) == 1 } inside' "$FROM" |
    dnf_with_values "$(printf 'baseurl=%s\nenabled=1\nskip_if_unavailable=0\n%s' "$(dnf_url)" "$check")"
}

# dnf_with_values LINES: the file on standard input with these values in the section, in the places of the old ones.
dnf_with_values() {
  section="[$SECTION]" values=$1 awk '
    BEGIN {
      count = split(ENVIRON["values"], line, "\n")
      for (i = 1; i <= count; i++) { name = line[i]; sub(/=.*/, "", name); own[name] = line[i] }
    }
    function put_rest(  rest) { if (inside) for (rest in own) print own[rest] }
    /^\[/ { put_rest(); inside = index($0, ENVIRON["section"]) == 1; dropped = 0 }
    inside && /^[^ \t#;[]/ {
      name = $0
      sub(/[ \t]*=.*/, "", name)
      dropped = name in own
      if (dropped) { print own[name]; delete own[name]; next }
    }
    inside && dropped && /^[ \t]/ { next }
    { print }
    END { put_rest() }'
}
