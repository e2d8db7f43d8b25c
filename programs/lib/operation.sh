# shellcheck shell=sh
# operation.sh: an operation on a host. It outlives the pod that started it, which its own work may kill, an ssh
# session, and a power cut. Its work is a systemd unit; its record is a folder. An id is used once, whatever is applied,
# restarted or restored again.
#
#   OPERATION     id of the operation
#   PROGRAM       file in program/ that does the work, called with the argument `work`
#   TOOLS         what the program needs besides busybox
#   INSTEAD_OF    id of the operation whose place this one takes, if any
#   DRY_RUN       1: the operation changes nothing, and may be done again by the same id

# IN_POD, UNTIL: set by carry. READER: the process that shows the log.
IN_POD=
UNTIL=
READER=
RECORDS_KEPT=20
# Raised when an older program could not go on with the records of this one: see check_format.
RECORD_FORMAT=1

# check_format: refuses a record that a newer version of this program has begun in a format that this one doesn't know.
check_format() {
  [ "$(fact format 1)" -le "$RECORD_FORMAT" ] 2>/dev/null ||
    fail "the record of $OPERATION has the format $(fact format), and this program knows those up to $RECORD_FORMAT" \
      "use the program that began it: sh $(quoted "$(operation_folder)/program/$PROGRAM")"
}

# on_host COMMAND...: runs it on the host itself, also from a pod, which is in the host's PID namespace.
on_host() {
  if [ -n "$IN_POD" ]; then
    nsenter -t 1 -m -u -i -n -p -- "$@"
  else
    "$@"
  fi
}

# begin_operation FUNCTION: stages and starts the operation, or attaches to the one with this id that was started
# before. FUNCTION puts program/ and inputs into its working directory.
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
  # A dry run can be done again under the same id: only its last outcome counts.
  [ -z "${DRY_RUN:-}" ] || [ ! -e "$folder/result" ] || rm -rf "$folder"
  if [ -d "$folder" ]; then
    [ -f "$folder/program/$PROGRAM" ] ||
      refuse "the id $OPERATION is that of another program's operation, $(basename "$folder"/program/*.sh)" "choose another id"
    if [ -e "$folder/result" ]; then
      say "operation $OPERATION has ended before, on $(date -u -r "$folder/result" +%Y-%m-%dT%H:%M:%SZ): this is what it said"
    else
      say "operation $OPERATION was begun before, this run attaches to it"
    fi
  else
    # A dry run stops nothing, so it may run beside another operation.
    [ -n "${DRY_RUN:-}" ] || check_for_others_work
    forget_old_operations
    # A draft that a killed run left may be as large as a backup.
    rm -rf "$OPERATIONS"/.draft-*
    draft=$OPERATIONS/.draft-$OPERATION
    mkdir -m 0700 "$draft"
    mkdir -m 0700 "$draft/bin" "$draft/program" "$draft/record"
    hold_superseded
    # Status 2: the function refused, and has said why.
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

# superseded: whether this operation ends another one that is under way, INSTEAD_OF.
superseded() {
  [ -n "${INSTEAD_OF:-}" ] && [ -z "${DRY_RUN:-}" ] && [ -d "$OPERATIONS/$INSTEAD_OF" ] &&
    [ ! -e "$OPERATIONS/$INSTEAD_OF/result" ]
}

# hold_superseded: stops the other one's unit while this one takes over its manifests. release_superseded: starts it
# again, if this one can't begin.
hold_superseded() {
  if superseded; then systemctl stop "$(operation_unit "$INSTEAD_OF")" 2>/dev/null || :; fi
}

release_superseded() {
  if superseded; then systemctl start --no-block "$(operation_unit "$INSTEAD_OF")" 2>/dev/null || :; fi
}

# end_superseded: before this operation's folder is there, so that never two are under way.
end_superseded() {
  superseded || return 0
  forget_unit "$INSTEAD_OF"
  write_result "$OPERATIONS/$INSTEAD_OF" 1 \
    "{\"outcome\":\"superseded\",\"operation\":\"$INSTEAD_OF\",\"message\":\"$OPERATION was begun in its place\",\"fix\":\"\"}" ||
    fail "the result of $INSTEAD_OF can't be written to $OPERATIONS/$INSTEAD_OF" \
      "check the space and the mode of $OPERATIONS"
}

# stage_tools: copies busybox under all its names, and those of TOOLS that this image or kit has.
stage_tools() {
  local applet busybox tool
  # By hand busybox is on the PATH, from the kit; in a pod this shell is busybox.
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
  on_host /bin/sh -c "cp '$(operation_folder)/unit' '$UNITS/$(operation_unit)' && sync '$UNITS/$(operation_unit)' && systemctl daemon-reload &&
    systemctl enable --quiet --now '$(operation_unit)' && { sync '$UNITS' '$UNITS/multi-user.target.wants' || :; }" ||
    fail "can't start the unit $(operation_unit)" "look at: journalctl -u $(operation_unit)"
}

# forget_old_operations: of the operations that have ended, the newest stay. A forgotten id could run again here; then
# the restored etcd stops it, or the date after which a Job must not run.
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

# rooms: the folders beside the program that have files which it can use. The tools are in bin/.
rooms() {
  local file
  for file in "$here"/*/*.sh; do
    file=${file%/*}
    echo "${file##*/}"
  done | uniq
}

# stage_program: copies this program with all that it uses, and writes its inputs as they are now.
stage_program() {
  local room
  cp "$here/$PROGRAM" program/ || return 1
  for room in $(rooms); do
    cp -RL "$here/$room" program/ || return 1
  done
  # shellcheck disable=SC2046 # a word a name
  write_inputs inputs OPERATION OPERATIONS UNITS PROGRAM $(input_names) || return 1
  echo "$RECORD_FORMAT" >record/format || return 1
  # Before the unit starts: it might be past that step at once.
  [ -z "$UNTIL" ] || echo "$UNTIL" >record/until
}

# remount: says what to type when programs can't run in OPERATIONS.
remount() {
  printf '%s' "if $OPERATIONS is mounted noexec, on the host: mount -o remount,exec \"\$(findmnt -n -o TARGET -T"
  printf ' %s' "$(quoted "$OPERATIONS"))\", and the same in /etc/fstab: the work goes on after a boot"
}
