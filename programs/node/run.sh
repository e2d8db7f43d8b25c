# shellcheck shell=sh
# run.sh: the run of a schedule that an operation belongs to.
#
#   OPERATION   its id. That of a run is the name of a Job of a CronJob: it ends in the minutes since 1970
#   SERIES      name of the schedule; all nodes of it run at the same time

# run_time: the time, in seconds, for which the run was planned. Empty if a person has begun this under a name of their
# own: a number that is no time of the last year belongs to such a name.
run_time() {
  # shellcheck disable=SC2153 # an input
  local minutes="${OPERATION##*-}" now planned
  case $minutes in
    [1-9]???????) ;;
    *) return 0 ;;
  esac
  case $minutes in *[!0-9]*) return 0 ;; esac
  now=$(date +%s)
  planned=$((minutes * 60))
  if [ "$planned" -lt $((now + 86400)) ] && [ "$planned" -gt $((now - 366 * 86400)) ]; then echo "$planned"; fi
}

# run_name: the same as text, for people and for the Node. A later run has the greater name.
run_name() {
  local planned
  planned=$(run_time)
  if [ -n "$SERIES" ] && [ -n "$planned" ]; then date -u -d "@$planned" +%Y%m%dT%H%MZ; fi
}
