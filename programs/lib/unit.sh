# shellcheck shell=sh
# unit.sh: the systemd unit of an operation, on the host itself.
#
#   IN_POD   not empty: this shell is in a pod, and the host is reached through its namespaces

# on_host COMMAND...: runs it on the host itself, also from a pod, which is in the host's PID namespace.
on_host() {
  if [ -n "$IN_POD" ]; then
    nsenter -t 1 -m -u -i -n -p -- "$@"
  else
    "$@"
  fi
}

write_unit() {
  cat <<UNIT
[Unit]
Description=cdk8s-day2 operation $OPERATION
After=network-online.target
Wants=network-online.target
RequiresMountsFor=$OPERATIONS
StartLimitIntervalSec=0

[Service]
ExecStart=/bin/sh $(operation_folder)/start
# Killed or cut off from power, it goes on where its record says.
Restart=on-failure
RestartForceExitStatus=SIGHUP SIGINT SIGPIPE SIGTERM
RestartSec=2
KillMode=control-group

[Install]
WantedBy=multi-user.target
UNIT
}

# write_start: the script that the unit runs with the host's shell. It puts the operation's own tools first on the PATH.
write_start() {
  cat <<START
cd '$(operation_folder)' || exit 1
PATH=\$PWD/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
set -a
. ./inputs
set +a
exec sh program/$PROGRAM work >>log 2>&1
START
}

install_unit() {
  # Synced, as a power cut may leave an empty file, which would be a unit that never starts.
  on_host /bin/sh -c "cp '$(operation_folder)/unit' '$UNITS/$(operation_unit)' &&
    sync '$UNITS/$(operation_unit)' && systemctl daemon-reload &&
    systemctl enable --quiet --now '$(operation_unit)' && { sync '$UNITS' '$UNITS/multi-user.target.wants' || :; }" ||
    fail "can't start the unit $(operation_unit)" "look at: journalctl -u $(operation_unit)"
}
