# shellcheck shell=sh
# key.sh: the keys by which packages are signed.
#
#   KEY_FINGERPRINT   of the key of the repository, if it is pinned

# gpg_run ARGUMENT...: without anybody's keyring.
gpg_run() {
  own_tools 30 gpg --homedir "$WORK" --batch --no-default-keyring "$@"
}

# fingerprints_in FILE: of the primary keys in it, a line each.
fingerprints_in() {
  gpg_run --show-keys --with-colons "$1" || return 0
  awk -F : '
    $1 == "pub" { primary = 1 }
    $1 == "sub" { primary = 0 }
    $1 == "fpr" && primary { print $10; primary = 0 }' "$WORK/answer"
}

# check_known_key FILE HOST_KEY WHERE: the keys in the file have to be the one that was pinned, or else the one that
# this host has. WHERE says where that was looked for.
check_known_key() {
  local known="$KEY_FINGERPRINT"
  [ -n "$known" ] || known=$(fingerprints_in "$2")
  [ -n "$known" ] ||
    give_up "this host has no key of the repository to compare the new one with$3" \
      "pin it: --key-fingerprint FINGERPRINT (PackageSource.$(fact manager)({ keyFingerprint }))"
  check_key "$1" "$known"
}

# check_key FILE KNOWN: the keys in the file have to be among those that are known, and one has to be valid now. Nobody
# else looks whether a key has expired: dnf installs what it has signed.
check_key() {
  local fingerprint expires ends=
  for fingerprint in $(fingerprints_in "$1"); do
    printf '%s\n' "$2" | tr -d ' ' | tr 'a-f' 'A-F' | grep -qx "$fingerprint" ||
      give_up "the repository's key has the fingerprint $fingerprint, and not $(echo "$2" | paste -s -d ' ' -)" \
        "see at https://kubernetes.io/docs whether the key was replaced, then pin the new one: --key-fingerprint"
  done
  gpg_run --show-keys --with-colons "$1" || return 1
  ends=$(awk -F : '$1 == "pub" { print $7 == "" ? "never" : $7 }' "$WORK/answer")
  [ -n "$ends" ] || give_up "there is no key in what the repository has as its key" "correct the repository"
  for expires in $ends; do
    if [ "$expires" = never ] || [ "$expires" -gt "$(date +%s)" ]; then return 0; fi
  done
  give_up "the repository's key has expired, on $(date -u -d "@$(echo "$ends" | tail -n 1)" +%Y-%m-%dT%H:%M:%SZ)" \
    "use a repository whose Release.key was renewed; a mirror may have an old one"
}
