# shellcheck shell=sh
# steps.sh: the work of an operation on a host, step by step, as its systemd unit does it. It can be killed anywhere,
# and goes on at the step that its record names.
#
# What a program provides:
#
#   STEPS         lines `LIST PHASE: STEP…`: the steps of each role in order, and what is true while they are done
#   step_NAME     a function for each step. Status 0: go on to the next one; 1: not yet, it is done again in a moment
#   need_tools    refuses where a tool that the work needs is not there
#   resume        reads from the record what the unit knew before it was started again
#   go_back       what give_up calls during the work
#
#   ROLE          the list to begin with

# work: from the step that the record names until one of the steps calls `conclude`.
work() {
  local begun list name rest
  WORK=$(scratch_folder)
  RECORD=$(operation_folder)/record
  rm -rf "$WORK"
  mkdir -p "$WORK"
  if [ -e "$(operation_folder)/result" ]; then
    (begin_successor) || exit 1
    clean_up_operation
    exit 0
  fi
  check_format
  ON_GIVE_UP=go_back
  need_tools
  [ -s "$RECORD/started" ] || keep_fact started "$(date +%s)"
  resume
  begun=
  while :; do
    # Another operation has taken its place while it waited.
    [ ! -e "$(operation_folder)/result" ] || exec sh "$here/$PROGRAM" work
    list=$(list_now)
    name=$(step_now)
    if [ "$name" != "$begun" ]; then
      keep_fact at "$list $name"
      step "$name" "begins"
      begun=$name
    fi
    if [ -f "$RECORD/until" ] && [ "$(fact until)" = "$name" ]; then
      say_once "waiting for the pod to carry on"
      pause 1 || :
      continue
    fi
    failpoint "$name"
    if "step_$(echo "$name" | tr - _)"; then
      redo_point "$name"
      rest=" $(steps_of "$list") "
      rest=${rest#*" $name "}
      keep_fact at "$list ${rest%% *}"
    else
      pause 1 || :
    fi
  done
}

# begin_successor: the power went after another operation had taken this one's place, and before that one had a unit.
# Runs in a subshell: the other one is meant from here on.
begin_successor() {
  local successor
  successor=$(successor_of "$OPERATION")
  [ -n "$successor" ] || return 0
  OPERATION=$successor
  lock_operations || return 1
  take_up_draft "$OPERATION" || return 1
  [ ! -d "$(operation_folder)" ] || [ -e "$(operation_folder)/result" ] || install_unit
}

# lists, steps_of LIST, phase_of LIST STEP: read from STEPS.
lists() {
  echo "$STEPS" | awk 'NF && !seen[$1]++ { print $1 }'
}

steps_of() {
  echo "$STEPS" |
    awk -v list="$1" '$1 == list { for (i = 3; i <= NF; i++) printf "%s%s", (n++ ? " " : ""), $i } END { print "" }'
}

phase_of() {
  echo "$STEPS" |
    awk -v list="$1" -v name="$2" '
    $1 == list { for (i = 3; i <= NF; i++) if ($i == name) { sub(":", "", $2); print $2 } }'
}

# show_steps: for tests, which have to reach each of them.
show_steps() {
  local list
  for list in $(lists); do echo "$list: $(steps_of "$list")"; done
}

# list_now, step_now: the list whose steps are being done, and its next step. Both are one fact, as a step of another
# list would make no sense.
list_now() {
  local at
  at=$(fact at "$ROLE")
  echo "${at%% *}"
}

step_now() {
  local at
  at=$(fact at)
  if [ -n "$at" ]; then
    echo "${at#* }"
  else
    steps_of "$ROLE" | sed 's/ .*//'
  fi
}

# has_come_to STEP: whether the next step is that one, or one after it in the same list.
has_come_to() {
  local before steps
  steps=" $(steps_of "$(list_now)") "
  before=${steps%%" $1 "*}
  [ "$before" != "$steps" ] || return 1
  case "$before " in
    *" $(step_now) "*) return 1 ;;
  esac
}

# go_to LIST STEP: goes on there, in a program that is started anew and reads everything from the record.
go_to() {
  keep_fact at "$1 $2" || exit 1
  exec sh "$here/$PROGRAM" work
}

# keep_reason REASON FIX: records why the operation is given up. If that fails (the disk may be full), the unit starts
# again in a moment, at the step that its record names.
keep_reason() {
  if ! { keep_fact reason "$1" && keep_fact fix "$2"; }; then
    say "nothing can be recorded in $RECORD: trying again"
    pause 5 || :
    exit 1
  fi
}

# conclude STATUS OUTCOME MESSAGE FIX [FIGURES]: ends the operation. FIGURES are further members of the JSON.
conclude() {
  say "$2: $3${4:+: $4}"
  end_operation "$1" "$(
    printf '%s' "{\"outcome\":\"$2\",\"operation\":\"$OPERATION\",\"machine\":\"${SELF:-}\"," \
      "\"message\":\"$(json_text "$3")\",\"fix\":\"$(json_text "$4")\",\"seconds\":$(elapsed)${5:+,$5}}"
  )"
  exit 0
}
