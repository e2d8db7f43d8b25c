# shellcheck shell=sh
# steps.sh: the work of a host operation, step by step, as its systemd unit does it. It can be killed anywhere and goes
# on where its record says.
#
# What a program has for it:
#
#   STEPS         lines `LIST PHASE: STEP…`: a list of steps for each role, in order, and what is true meanwhile
#   step_NAME     a function for each step. Status 0: on to the next one; 1: not yet, it is done again after a moment
#   need_tools    refuses where a tool that the work needs is not there
#   resume        takes up what a unit that was started again knew before
#   go_back       what giving up is: see give_up
#
#   ROLE          the list that is begun with

# work: from the step that the record names to the end, which is `conclude`.
work() {
  local begun list name rest
  WORK=$(scratch_folder)
  RECORD=$(operation_folder)/record
  rm -rf "$WORK"
  mkdir -p "$WORK"
  if [ -e "$(operation_folder)/result" ]; then
    forget_tools
    exit 0
  fi
  check_format
  ON_GIVE_UP=go_back
  need_tools
  [ -s "$RECORD/started" ] || keep_fact started "$(date +%s)"
  resume
  begun=
  while :; do
    list=$(list_now)
    name=$(step_now)
    if [ "$name" != "$begun" ]; then
      keep_fact at "$list $name"
      step "$name" "begins"
      begun=$name
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

# lists, steps_of LIST, phase_of LIST STEP: out of STEPS.
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

# show_steps: for tests, which have to hit each of them.
show_steps() {
  local list
  for list in $(lists); do echo "$list: $(steps_of "$list")"; done
}

# list_now, step_now: whose steps are done, and which is the next. One fact: a list and a step of another one fit
# nowhere.
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

# go_to LIST STEP: on from there, with the record of a unit that has just been started.
go_to() {
  keep_fact at "$1 $2" || exit 1
  exec sh "$here/$PROGRAM" work
}

# keep_reason REASON FIX: why it is given up. What can't be recorded can't be done either, and may be the full disk's
# doing: then from the record again, after a moment.
keep_reason() {
  if ! { keep_fact reason "$1" && keep_fact fix "$2"; }; then
    say "nothing can be recorded in $RECORD: trying again"
    pause 5 || :
    exit 1
  fi
}

# conclude STATUS OUTCOME MESSAGE FIX [FIGURES]: the end. FIGURES are further members of the JSON.
conclude() {
  say "$2: $3${4:+: $4}"
  end_operation "$1" \
    "{\"outcome\":\"$2\",\"operation\":\"$OPERATION\",\"machine\":\"${SELF:-}\",\"message\":\"$(json_text "$3")\",\"fix\":\"$(json_text "$4")\",\"seconds\":$(elapsed)${5:+,$5}}"
  exit 0
}
