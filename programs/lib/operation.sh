# shellcheck shell=sh
# operation.sh: work on a host that outlives whoever started it: a pod that its own work kills, an ssh session, a power
# cut. The work is a systemd unit; its record is a folder. It happens once for an id, whatever is applied, restarted or
# restored again.
#
#   OPERATION     id of the operation
#   PROGRAM       file in program/ that does the work, called with the argument `work`
#   TOOLS         what the program needs besides busybox
#   OPERATIONS    folder of all records; default /var/lib/cdk8s-day2/operations
#   UNITS         folder of systemd's units; default /etc/systemd/system
#
#   <OPERATIONS>/<id>/   root's alone
#     bin/       busybox and its applets, and the program's tools: so the host needs only systemd and a shell
#     program/   the program and what it uses
#     inputs     the program's inputs
#     record/    what the work has done so far
#     log        what it said
#     result     its summary, there exactly when it has ended; the exit status stands in `status`
#   /run/cdk8s-day2/<id>/   what commands print

OPERATIONS=${OPERATIONS:-/var/lib/cdk8s-day2/operations}
UNITS=${UNITS:-/etc/systemd/system}
# In memory: on a full disk half an answer would count as a whole one. By a person's hand, too: the disk may be full
# then.
SCRATCH=/run/cdk8s-day2
# In a pod, see carry; and who reads the log.
IN_POD=
READER=
RECORDS_KEPT=20
# Raised when a record that an older program has written can't be gone on with.
RECORD_FORMAT=1

# check_format: before a record is gone on with, which another version of this program may have begun.
check_format() {
  [ "$(fact format 1)" -le "$RECORD_FORMAT" ] 2>/dev/null ||
    fail "the record of $OPERATION has the format $(fact format), and this program knows those up to $RECORD_FORMAT" \
      "use the program that began it: sh $(quoted "$(operation_folder)/program/$PROGRAM")"
}

# on_host COMMAND...: on the host itself, also from a pod in its PID namespace.
on_host() {
  if [ -n "$IN_POD" ]; then
    nsenter -t 1 -m -u -i -n -p -- "$@"
  else
    "$@"
  fi
}

operation_folder() {
  echo "$OPERATIONS/$OPERATION"
}

scratch_folder() {
  echo "$SCRATCH/$OPERATION"
}

# operation_unit [ID]
operation_unit() {
  echo "cdk8s-day2-${1:-$OPERATION}.service"
}

check_operation_id() {
  case $1 in
    '' | [!a-z0-9]* | *[!a-z0-9.-]*)
      refuse "the operation's id is '$1'" "use lower-case letters, digits, hyphens and dots, with a letter or digit first"
      ;;
  esac
  [ "${#1}" -le 72 ] || refuse "the operation's id has ${#1} characters" "use at most 63"
}

# make_operations_folder: root's alone, all the way, so that nobody can stand something in its place.
make_operations_folder() {
  local folder
  for folder in "$(dirname "$OPERATIONS")" "$OPERATIONS"; do
    # Only below what was looked at: through a link it would be made elsewhere.
    [ -e "$folder" ] || [ -L "$folder" ] || mkdir -p "$folder"
    if [ -L "$folder" ] || [ "$(stat -c %u "$folder")" != 0 ]; then
      refuse "$folder is a link or does not belong to root" "remove it: this program makes its own"
    fi
    chmod 0700 "$folder"
  done
}

# begin_operation FUNCTION: stages and starts the operation, or finds the one with this id that was started before.
# FUNCTION puts program/ and inputs into the folder it is in.
begin_operation() {
  local draft folder staged
  check_operation_id "$OPERATION"
  make_operations_folder
  folder=$(operation_folder)
  exec 8>>"$OPERATIONS/.lock"
  flock 8
  if [ -L "$folder" ] || { [ -e "$folder" ] && [ ! -d "$folder" ]; }; then
    refuse "$folder is not a folder" "remove it, or choose another id"
  fi
  # A dry run is worth its last outcome only.
  [ -z "${DRY_RUN:-}" ] || [ ! -e "$folder/result" ] || rm -rf "$folder"
  if [ -d "$folder" ]; then
    if [ -e "$folder/result" ]; then
      say "operation $OPERATION has ended before, on $(date -u -r "$folder/result" +%Y-%m-%dT%H:%M:%SZ): this is what it said"
    else
      say "operation $OPERATION was begun before, this run attaches to it"
    fi
  else
    # Trying stops nothing, and so is in nobody's way.
    [ -n "${DRY_RUN:-}" ] || check_for_others_work
    forget_old_operations
    # What a killed one left may be as large as a backup.
    rm -rf "$OPERATIONS"/.draft-*
    draft=$OPERATIONS/.draft-$OPERATION
    mkdir -m 0700 "$draft"
    mkdir -m 0700 "$draft/bin" "$draft/program" "$draft/record"
    hold_superseded
    # Who refuses in there has said why.
    staged=0
    (cd "$draft" && "$1" && stage_tools) || staged=$?
    [ "$staged" -eq 0 ] || {
      rm -rf "$draft"
      release_superseded
    }
    [ "$staged" -ne 2 ] || exit 2
    [ "$staged" -eq 0 ] ||
      fail "can't stage the operation in $draft" "check the space and the mode of $OPERATIONS on the host"
    write_unit >"$draft/unit"
    write_start >"$draft/start"
    : >"$draft/log"
    find "$draft" -exec sync {} +
    end_superseded
    mv "$draft" "$folder"
    sync "$OPERATIONS"
  fi
  if [ ! -e "$folder/result" ]; then
    install_unit
  fi
  exec 8>&-
}

# check_for_others_work: two operations on one host would each undo what the other does.
check_for_others_work() {
  local fix id other program
  for other in "$OPERATIONS"/*; do
    id=$(basename "$other")
    if [ ! -d "$other" ] || [ -e "$other/result" ] || [ "$id" != "${id%.dry-run}" ] ||
      [ "$id" = "${INSTEAD_OF:-}" ]; then continue; fi
    program=$(echo "$other"/program/*.sh)
    fix="Let it end"
    ! grep -q '^#.* --abort ' "$program" || fix="$fix, or end it: sh $(quoted "$program") --abort $id"
    ! grep -q '^#.* --instead-of ' "$program" ||
      fix="$fix. If it can go neither on nor back, begin this one by hand, with --instead-of $id"
    refuse "operation $id is under way on this machine" \
      "see how far it is: sh $(quoted "$program") --status $id. $fix"
  done
}

# superseded: whether this one ends another, INSTEAD_OF.
superseded() {
  [ -n "${INSTEAD_OF:-}" ] && [ -z "${DRY_RUN:-}" ] && [ -d "$OPERATIONS/$INSTEAD_OF" ] &&
    [ ! -e "$OPERATIONS/$INSTEAD_OF/result" ]
}

# hold_superseded, release_superseded: it stands still while this one takes over what it has, and goes on if this one
# can't begin.
hold_superseded() {
  if superseded; then systemctl stop "$(operation_unit "$INSTEAD_OF")" 2>/dev/null || :; fi
}

release_superseded() {
  if superseded; then systemctl start --no-block "$(operation_unit "$INSTEAD_OF")" 2>/dev/null || :; fi
}

# end_superseded: before this one is there, so that never both are.
end_superseded() {
  superseded || return 0
  forget_unit "$INSTEAD_OF"
  write_result "$OPERATIONS/$INSTEAD_OF" 1 \
    "{\"outcome\":\"superseded\",\"operation\":\"$INSTEAD_OF\",\"message\":\"$OPERATION was begun in its place\",\"fix\":\"\"}" ||
    fail "the result of $INSTEAD_OF can't be written to $OPERATIONS/$INSTEAD_OF" \
      "check the space and the mode of $OPERATIONS"
}

# stage_tools: busybox under all its names, and the program's own TOOLS, as far as this very image or kit has them.
stage_tools() {
  local applet busybox tool
  # In a pod this very shell is busybox; by hand it is in the kit.
  busybox=$(command -v busybox || readlink "/proc/$$/exe")
  "$busybox" --list >/dev/null 2>&1 ||
    refuse "there is no busybox" "take the kit with its bin/, or put busybox on the PATH"
  cp "$busybox" bin/busybox && chmod 0700 bin/busybox || return 1
  bin/busybox true 2>"$WORK/errors" ||
    refuse "what lies in $OPERATIONS can't be run: $(tail -n 1 "$WORK/errors")" "$(remount)"
  bin/busybox --install bin 2>/dev/null || for applet in $(bin/busybox --list); do
    [ -e "bin/$applet" ] || ln -s busybox "bin/$applet"
  done
  for tool in $TOOLS; do
    if command -v "$tool" >/dev/null; then cp "$(command -v "$tool")" "bin/$tool" || return 1; fi
  done
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

# write_start: what the unit runs, with the host's shell; from there on the operation's own tools come first.
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
  # An empty file in its place, as a power cut leaves it, would be a unit that never starts.
  on_host /bin/sh -c "cp '$(operation_folder)/unit' '$UNITS/$(operation_unit)' && sync '$UNITS/$(operation_unit)' && systemctl daemon-reload &&
    systemctl enable --quiet --now '$(operation_unit)' && { sync '$UNITS' '$UNITS/multi-user.target.wants' || :; }" ||
    fail "can't start the unit $(operation_unit)" "look at: journalctl -u $(operation_unit)"
}

# end_operation STATUS SUMMARY: by the unit itself, at its end. The result first: whoever comes later finds it, and the
# unit cleans up again.
end_operation() {
  if ! write_result "$(operation_folder)" "$1" "$2"; then
    say "the result can't be written to $(operation_folder): trying again"
    pause 5 || :
    exit 1
  fi
  forget_tools
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
  systemctl disable --quiet "$(operation_unit "$1")" 2>/dev/null || :
  rm -f "$UNITS/$(operation_unit "$1")" || :
  systemctl daemon-reload || :
}

# forget_tools: the unit, and what takes space. The record stays, and the program, for --status. The shell that runs
# this is one of the tools.
forget_tools() {
  local folder
  forget_unit "$OPERATION"
  folder=$(operation_folder)
  rm -rf "$(scratch_folder)" "${folder:?}/snapshot" "${folder:?}/bin"
}

# forget_old_operations: of those that have ended, the newest stay. An id that is forgotten here could run again: the
# restored etcd and the date after which a Job must not run are what stops it then.
forget_old_operations() {
  local ended name
  ended=0
  # shellcheck disable=SC2012 # by time, and the names are ours
  ls -t "$OPERATIONS" | while read -r name; do
    [ -e "$OPERATIONS/$name/result" ] || continue
    ended=$((ended + 1))
    [ "$ended" -lt "$RECORDS_KEPT" ] || rm -rf "${OPERATIONS:?}/$name"
  done
}

# stage_program: this program with all that it uses, and its inputs as they are.
stage_program() {
  local room
  cp "$here/$PROGRAM" program/ || return 1
  for room in $ROOMS; do
    # A pod brings only what its own program uses.
    [ ! -d "$here/$room" ] || cp -RL "$here/$room" program/ || return 1
  done
  # shellcheck disable=SC2046 # a word a name
  write_inputs inputs OPERATION OPERATIONS UNITS PROGRAM $(input_names) || return 1
  echo "$RECORD_FORMAT" >record/format
}

# remount: what to type where programs can't be run beside the operations' records.
remount() {
  printf '%s' "if $OPERATIONS is mounted noexec, on the host: mount -o remount,exec \"\$(findmnt -n -o TARGET -T"
  printf ' %s' "$(quoted "$OPERATIONS"))\", and the same in /etc/fstab: the work goes on after a boot"
}
