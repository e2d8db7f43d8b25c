# shellcheck shell=sh
# carry.sh: runs in a Job's pod, as root; what goes by on_host runs in the host's namespaces. The pod only carries the
# work to the host.

# carry FUNCTION [until STEP]: stages the operation by FUNCTION, starts it and follows it. It does not begin after
# EXPIRES. Exit status: the operation's own; 3 when it could not begin and another pod may try. With `until` it also
# ends when the unit has come to STEP, with status 0: the unit waits there until the pod's next part carries it on.
carry() {
  UNTIL=${3:-}
  IN_POD=1
  # Another pod may have more luck.
  FAIL_STATUS=3
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  step carry "$PROGRAM $OPERATION on $SELF${ROLE:+, as $ROLE}"
  check_inputs
  check_operation_id "$OPERATION"
  if is_expired && [ ! -d "$(operation_folder)" ]; then
    refuse "$OPERATION expired at $EXPIRES" "take the Job out of the chart; to do it again choose another id and time"
  fi
  need_tools
  begin_operation "$1"
  RECORD=$(operation_folder)/record
  if [ -n "$UNTIL" ]; then keep_fact until "$UNTIL"; else rm -f "$RECORD/until"; fi
  follow_operation "$UNTIL"
}

# is_expired: whether EXPIRES is given, and over.
is_expired() {
  [ -n "${EXPIRES:-}" ] && [ "$(date -u +%Y%m%d%H%M%S)" -ge "$(echo "$EXPIRES" | tr -cd '0-9')" ]
}
