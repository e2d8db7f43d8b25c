# shellcheck shell=sh
# carry.sh: runs in a Job's pod, as root, in the host's namespaces where it says so. The pod only carries the work to
# the host.

# carry FUNCTION: in a Job's pod: stages by FUNCTION, starts and follows. EXPIRES is the time after which it must not
# begin. Exit status: the operation's own; 3 where it could not begin, and another pod may try.
carry() {
  IN_POD=1
  # Another pod may have more luck.
  FAIL_STATUS=3
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  step carry "$PROGRAM $OPERATION on $SELF${ROLE:+, as $ROLE}"
  check_operation_id "$OPERATION"
  if [ -n "${EXPIRES:-}" ] && [ ! -d "$(operation_folder)" ]; then
    [ "$(date -u +%Y%m%d%H%M%S)" -lt "$(echo "$EXPIRES" | tr -cd '0-9')" ] ||
      refuse "$OPERATION expired at $EXPIRES" "take the Job out of the chart; to do it again choose another id and time"
  fi
  need_tools
  begin_operation "$1"
  follow_operation
}
