# shellcheck shell=sh
# inputs.sh: the inputs of a program, which are variables. INPUTS declares each once, in a line
# `NAME DEFAULT UNIT OPTION MEANING`, with `-` where there is none. The option is for a person: `--to` has a value, and
# `--plan=1` has none, as it always gives 1. A line that begins with a blank continues the meaning.

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

# forget VARIABLE...: empties each, whatever this shell was started with.
forget() {
  local variable
  for variable in "$@"; do eval "$variable="; done
}

# forget_options: a shell still has what was exported in it yesterday. What has an option is taken from it alone.
forget_options() {
  # shellcheck disable=SC2046 # a word a name
  forget $(echo "$INPUTS" | awk '/^[A-Z]/ && $4 != "-" { print $1 }')
}

# has_value OPTION [VALUE]: whether a value follows, and not the next option.
has_value() {
  case ${2:-} in
    '' | -*) return 1 ;;
  esac
}

# need_value OPTION [VALUE]: an option in a value's place means that the value was forgotten: `--id --dry-run` would be
# no dry run.
need_value() {
  has_value "$@" || refuse "$1 stands without its value" "give it one; see: sh $(quoted "$0") --help"
}

# take_option OPTION [VALUE]: sets the input that has this option, and TAKEN to the number of words that were used.
# Status 1: no input has it.
take_option() {
  local found
  found=$(echo "$INPUTS" |
    OPTION=$1 awk '/^[A-Z]/ && $4 != "-" && index($4 "=", ENVIRON["OPTION"] "=") == 1 { print $1, $4 }')
  case $found in
    '') return 1 ;;
    *=*) eval "${found%% *}=\${found#*=} TAKEN=1" ;;
    *)
      need_value "$@"
      eval "${found%% *}=\$2 TAKEN=2"
      ;;
  esac
}

input_names() {
  echo "$INPUTS" | awk '/^[A-Z]/ { print $1 }'
}

# show_inputs: prints them for a person: first those with an option, then those that are only variables.
show_inputs() {
  echo "$INPUTS" | awk '
    function add_row(name, text) {
      if (length(name) > 22) { rows[kind] = rows[kind] "  " name "\n"; name = "" }
      rows[kind] = rows[kind] sprintf("  %-24s%s\n", name, text)
    }
    # The row before is whole: its unit and its default stand behind all of its meaning.
    function end_row() {
      if (told != "") sub(/\n$/, " (" told ")\n", rows[kind])
      told = ""
    }
    /^[A-Z]/ {
      end_row()
      kind = $4 == "-" ? "variable" : "option"
      told = $3 == "-" ? "" : $3
      if ($2 != "-") told = told (told == "" ? "" : "; ") "default " $2
      name = $4 == "-" ? $1 : $4 " " $1
      if (split($4, flag, "=") == 2) { name = flag[1]; told = $1 "=" flag[2] }
      $1 = $2 = $3 = $4 = ""
      sub(/^ +/, "")
      add_row(name, $0)
    }
    /^ / { sub(/^ +/, ""); add_row("", $0) }
    END {
      end_row()
      if ("option" in rows) printf "Options, each with the variable that it sets\n%s\n", rows["option"]
      printf "Variables that have no option\n%s", rows["variable"]
    }'
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
  echo
  show_inputs
}
