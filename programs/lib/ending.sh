# shellcheck shell=sh
# ending.sh: how an operation ends: in its unit, or in the shell that begins another in its place.

# end_operation STATUS SUMMARY: called by the unit at its end. The result is written first: a unit that is killed after
# that finds it, and cleans up again.
end_operation() {
  # It has one already where another operation has taken its place just now.
  if [ ! -e "$(operation_folder)/result" ] && ! write_result "$(operation_folder)" "$1" "$2"; then
    say "the result can't be written to $(operation_folder): trying again"
    pause 5 || :
    exit 1
  fi
  clean_up_operation
}

# successor_of ID: the operation that has taken its place, if one has.
successor_of() {
  [ ! -f "$OPERATIONS/$1/result" ] || json_string successor <"$OPERATIONS/$1/result"
}

# write_result FOLDER STATUS SUMMARY
write_result() {
  echo "$2" >"$1/status" &&
    sync "$1/status" &&
    printf '%s\n' "$3" >"$1/result.draft" &&
    put_in_place "$1/result.draft" "$1/result"
}

# forget_unit ID
forget_unit() {
  on_host systemctl disable --quiet "$(operation_unit "$1")" 2>/dev/null || :
  on_host rm -f "$UNITS/$(operation_unit "$1")" || :
  on_host systemctl daemon-reload || :
}

# clean_up_operation: removes the unit, and what takes space. The record and the program stay, for --status. bin/ goes
# last, as the shell that runs this is in it.
clean_up_operation() {
  local folder
  forget_unit "$OPERATION"
  folder=$(operation_folder)
  rm -rf "$(scratch_folder)" "${folder:?}/snapshot" "${folder:?}/bin" || :
}
