# shellcheck shell=sh
# staging.sh: what an operation takes along: its program, its tools and its inputs, put into the working directory.
# They stay as they are, whatever becomes of the pod, the kit or the shell that began it.

# stage_program: copies this program with all that it uses, and writes its inputs as they are now.
stage_program() {
  local room
  cp "$here/$PROGRAM" program/ || return 1
  for room in $(rooms); do
    cp -RL "$here/$room" program/ || return 1
  done
  # shellcheck disable=SC2046 # a word a name
  write_inputs inputs OPERATIONS UNITS PROGRAM $(input_names) || return 1
  echo "$RECORD_FORMAT" >record/format || return 1
  [ -z "$WAITS" ] || echo yes >record/waits || return 1
  # Before the unit starts: it might be past that step at once.
  [ -z "$UNTIL" ] || echo "$UNTIL" >record/until
}

# rooms: the folders beside the program that have files which it can use. The tools are in bin/.
rooms() {
  local file
  for file in "$here"/*/*.sh; do
    file=${file%/*}
    echo "${file##*/}"
  done | uniq
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

# remount: says what to type when programs can't run in OPERATIONS.
remount() {
  printf '%s' "if $OPERATIONS is mounted noexec, on the host: mount -o remount,exec \"\$(findmnt -n -o TARGET -T"
  printf ' %s' "$(quoted "$OPERATIONS"))\", and the same in /etc/fstab: the work goes on after a boot"
}
