# shellcheck shell=sh
# by-hand.sh: runs in a person's shell, as root, on the host: from a kit, or from a copy of one.

# begin_by_hand [OPTION]: shows the page if that is asked for. Else it checks what a start by hand needs: root, and a
# kit that belongs to root, is whole and can run.
begin_by_hand() {
  case ${1:-} in
    -h | --help | help) usage "$here/$PROGRAM" && exit 0 ;;
  esac
  forget_options
  # These may have none. A Job gives them, or lib/operation.sh.
  forget SELF DRY_RUN INSTEAD_OF EXPIRES
  take_inputs
  [ "$(id -u)" = 0 ] || refuse "this runs as user $(id -u)" "run it as root: sudo sh $(quoted "$0") …"
  check_kit
  # shellcheck source=/dev/null # the kit's own: CLUSTER and MEMBERS
  [ ! -f "$here/cluster.env" ] || . "$here/cluster.env"
  mkdir -p "$SCRATCH"
  # The dot keeps this name apart from every operation's id.
  WORK=$(mktemp -d "$SCRATCH/.by-hand-XXXXXX")
  trap forget_by_hand EXIT
  find_tools
}

# forget_by_hand: removes what this run needed only for itself.
forget_by_hand() {
  rm -rf "$WORK" ${TOOL_COPIES:+"$TOOL_COPIES"}
}

# read_options FUNCTION [WORD...]: sets the inputs whose options a person has typed, and VERB. `--to=1` is `--to 1`.
# FUNCTION takes what is no option of INPUTS, with the words after it, and sets TAKEN to how many words it has used.
read_options() {
  local function="$1" option
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --*=*)
        option=$1
        shift
        set -- "${option%%=*}" "${option#*=}" "$@"
        ;;
    esac
    TAKEN=1
    case $1 in
      --status | --abort) take_verb "$@" ;;
      *) take_option "$@" || "$function" "$@" ;;
    esac
    shift "$TAKEN"
  done
  check_inputs
}

# take_verb OPTION [ID]: sets VERB to what is done with an operation that is there, and OPERATION to its id. None is
# only enough for --status.
take_verb() {
  VERB=${1#--}
  if has_value "$@"; then
    OPERATION=$2
    TAKEN=2
  elif [ "$VERB" != status ]; then
    refuse_nameless "$1"
  fi
}

# unknown_option OPTION: names those that there are, which are all on the program's page.
unknown_option() {
  local known
  known=$(usage "$here/$PROGRAM" | grep -o -e '--[a-z][a-z-]*' | sort -u | joined)
  refuse "'$1' is not known" "give one of: $known. See: sh $(quoted "$0") --help"
}

# new_id: the id of an operation for which a person has chosen none.
new_id() {
  echo "by-hand-$(date -u +%Y%m%dt%H%M%Sz)"
}

# find_operation: loads the inputs of OPERATION, which must be on this host.
find_operation() {
  local folder
  check_operation_id "$OPERATION"
  folder=$(operation_folder)
  RECORD=$folder/record
  [ -d "$folder" ] || fail "there is no operation $OPERATION on this host" \
    "there are: $(operations_here | joined)$([ ! -d "$OPERATIONS/.draft-$OPERATION" ] || echo ". $OPERATION was interrupted before it began: type its line again")"
  [ -f "$folder/program/$PROGRAM" ] || refuse "$OPERATION is an operation of $(basename "$folder"/program/*.sh)" \
    "type the same with that one: sh $(quoted "$(echo "$folder"/program/*.sh)")"
  set -a
  # shellcheck source=/dev/null # the operation's own
  . "$folder/inputs"
  set +a
  check_format
}

# latest_operation: sets OPERATION to the latest one here, for a person who names none.
latest_operation() {
  OPERATION=$(operations_here | head -n 1)
  [ -n "$OPERATION" ] || fail "there has been no operation of $PROGRAM on this host" "nothing is under way"
  say "the latest operation here is $OPERATION, of all: $(operations_here | joined)"
}

# outcome_of ID: how an operation here has ended.
outcome_of() {
  json_string outcome <"$OPERATIONS/$1/result"
}

# see_end: where a person reads on, if an operation here has ended.
see_end() {
  local successor
  successor=$(successor_of "$OPERATION")
  echo "${successor:+$successor was begun in its place: }sh $(quoted "$0") --status ${successor:-$OPERATION}"
}

# refuse_nameless OPTION: an option that changes something needs an id. There is no default for it.
refuse_nameless() {
  refuse "$1 stands without the id of an operation" "name one of those that are under way here: $(under_way | joined)"
}

# abort_operation FUNCTION: calls it while the unit of OPERATION stands still. It says in the record where that goes on
# from here: to its end.
abort_operation() {
  # Not while another shell has stopped it to take its place.
  lock_operations
  [ ! -e "$(operation_folder)/result" ] ||
    refuse "operation $OPERATION has ended, as $(outcome_of "$OPERATION")" \
      "nothing is left to abort. $(see_end)"
  # Whatever happens here, the unit goes on by itself: back, or forward.
  trap 'systemctl start --no-block "$(operation_unit)"; forget_by_hand' EXIT
  on_signals left
  systemctl stop "$(operation_unit)" || :
  "$1"
  install_unit
  unlock_operations
  trap forget_by_hand EXIT
  follow_operation
}

by_hand_status() {
  [ -n "$OPERATION" ] || latest_operation
  find_operation
  tail -n 20 "$(operation_folder)/log"
  if [ -e "$(operation_folder)/result" ]; then
    cat "$(operation_folder)/result"
    say "operation $OPERATION has ended, as $(outcome_of "$OPERATION")"
    [ -z "$(successor_of "$OPERATION")" ] || say "$(see_end)"
  elif systemctl is-active --quiet "$(operation_unit)"; then
    say "under way, at step $(step_now)"
  else
    say "at step $(step_now), and its unit does not run: if it still doesn't in a minute, type the same again, with --id $OPERATION"
  fi
}
