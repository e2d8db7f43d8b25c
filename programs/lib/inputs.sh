# shellcheck shell=sh
# inputs.sh: the inputs of a program, which are variables. INPUTS declares each once, in a line `NAME DEFAULT UNIT
# MEANING`, with `-` where there is no default or no unit. A line that begins with a blank continues the meaning.

# take_inputs: sets each input that is unset or empty to its default, or to nothing.
take_inputs() {
  local settings
  settings=$(echo "$INPUTS" | awk '/^[A-Z]/ { print $1 "=${" $1 ":-" ($2 == "-" ? "" : $2) "}" }') ||
    fail "the defaults of the inputs can't be read" "look at the memory and the disk of this machine, then try again"
  eval "$settings"
}

# check_inputs: refuses what has a unit and is no whole number. `10m` for seconds would be a time that never ends.
check_inputs() {
  local name value
  for name in $(echo "$INPUTS" | awk '/^[A-Z]/ && $3 != "-" { print $1 }'); do
    eval "value=\${$name:-}"
    case $value in
      '') ;;
      0* | *[!0-9]* | ????????????????*) refuse "$name is '$value'" "set it to a whole number of at least 1" ;;
    esac
  done
}

# check_choice INPUT VALUE WORD...
check_choice() {
  local input="$1" value="$2" word
  shift 2
  for word in "$@"; do
    [ "$value" != "$word" ] || return 0
  done
  refuse "$input is '$value'" "give one of: $*"
}

input_names() {
  echo "$INPUTS" | awk '/^[A-Z]/ { print $1 }'
}

# show_inputs: prints them for a person.
show_inputs() {
  echo "$INPUTS" | awk '
    /^[A-Z]/ {
      printf "  %-24s", $1
      told = ($3 == "-" ? "" : $3) ($2 == "-" ? "" : ($3 == "-" ? "" : "; ") "default " $2)
      $1 = $2 = $3 = ""
      sub(/^ +/, "")
      print $0 (told == "" ? "" : " (" told ")")
    }
    /^ / { sub(/^ +/, ""); printf "  %-24s%s\n", "", $0 }'
}

# write_inputs FILE NAME...: so that a shell can source them. Empty ones are left out.
write_inputs() {
  local file="$1" name value
  shift
  for name in "$@"; do
    eval "value=\${$name:-}"
    [ -z "$value" ] || printf "%s='%s'\n" "$name" "$(printf '%s' "$value" | sed "s/'/'\\\\''/g")"
  done >"$file"
}

# usage FILE: prints the page at a program's head, and its inputs.
usage() {
  sed -n '1d; /^#/!q; s/^# \{0,1\}//p' "$1"
  printf '\n%s\n' "Variables; a person who types options needs none of them:"
  show_inputs
}
