# shellcheck shell=sh
# source.sh: the source of packages that a host has, in whatever format.
#
#   TO           version to which packages are taken
#   REPOSITORY   URL of the repository of a minor, with {minor} in it; by default as the host's own source has it

# names_kubernetes: the lines on standard input that name a repository of Kubernetes, pkgs.k8s.io or a mirror.
names_kubernetes() {
  repository=${REPOSITORY%%\{minor\}*} awk '
    /core:?\/stable:?\/v1\.[0-9]+\// { print; next }
    ENVIRON["repository"] != "" && index($0, ENVIRON["repository"]) { print }'
}

# with_minor: standard input with the minor of TO in its URLs.
with_minor() {
  sed "s,/v1\.[0-9][0-9]*/,/v1.$(minor_number "$TO")/,g"
}

# repository_now: the URL of REPOSITORY for TO.
repository_now() {
  echo "$REPOSITORY" | sed "s,{minor},1.$(minor_number "$TO"),g; s,/*\$,/,"
}

# without_passwords: standard input with *** in the place of users and passwords in its URLs. What is said is in logs,
# in termination messages, and in events, which many may read.
without_passwords() {
  sed 's,://[^/[:blank:]]*@,://***@,g'
}

# not_extracted PACKAGE PATH FILE: says why a file of the package isn't at FILE yet, such as for lack of space. What is
# there of it goes: no log could be written on a full disk. Status 1.
not_extracted() {
  local why
  why=$(own_words)
  rm -f "$3" || return 1
  say_once "$2 of the package $1 can't be put at $3 yet: $why"
  return 1
}

# put_file FROM TO: TO keeps its owner and its mode, as a source may have a password in it. A new file can be read by
# all, since apt reads as a user of its own.
put_file() {
  local draft="$2.cdk8s-day2"
  if [ -e "$2" ]; then
    cp -p "$2" "$draft" && cat "$1" >"$draft" || return 1
  else
    cp "$1" "$draft" && chmod 0644 "$draft" || return 1
  fi
  put_in_place "$draft" "$2"
}
