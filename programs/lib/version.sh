# shellcheck shell=sh
# version.sh: versions of Kubernetes, such as 1.35.4.

# check_version INPUT VERSION: refuses what is no whole version. A person may have written a v before it.
check_version() {
  case $2 in
    1.*.*.* | *[!0-9.]* | *. | *..*) ;;
    1.[0-9]*.[0-9]*) return 0 ;;
  esac
  refuse "$1 is '$2'" "give a version with its patch, such as 1.35.4"
}

# minor_number VERSION: the 35 of 1.35.4.
minor_number() {
  local rest
  rest=${1#*.}
  echo "${rest%%.*}"
}

# patch_of VERSION: the 4 of 1.35.4, and of 1.35.4-1.1.
patch_of() {
  local rest
  rest=${1#*.*.}
  echo "${rest%%[!0-9]*}"
}

# is_older VERSION OTHER: by minor and patch.
is_older() {
  [ "$(minor_number "$1")" -lt "$(minor_number "$2")" ] ||
    { [ "$(minor_number "$1")" -eq "$(minor_number "$2")" ] && [ "$(patch_of "$1")" -lt "$(patch_of "$2")" ]; }
}
