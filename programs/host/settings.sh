# shellcheck shell=sh
# settings.sh: the settings of etcd and of the control plane's other components on this host. They are read once, from
# the manifest or the unit that starts them, and compared with the process that runs (running.sh). What is not exactly
# understood is refused: not_understood.
#
#   RECORD        folder of the operation's record
#   MANIFESTS     folder of static pods; default /etc/kubernetes/manifests
#   ETCD_UNIT     the systemd unit of an etcd that is no static pod; default etcd.service
#
#   <RECORD>/<component>.pod        what static-pod.awk says of the manifest; for a unit `unit NAME` and the same lines
#           /<component>.settings   NAME=VALUE, a line a flag: the last one of a name counts

TAB=$(printf '\t')
AS_KUBEADM="write it as kubeadm does, a line '- --flag=value' for each flag"

# not_understood REASON FIX: ends the reading, which runs in a subshell (read_machine): so this exit changes nothing.
not_understood() {
  # A line each. If even that can't be written, the status says: not now.
  { printf '%s' "$1" | paste -s -d ' ' - && printf '%s' "$2" | paste -s -d ' ' -; } >"$WORK/not-understood" || exit 2
  exit 4
}

# is_static_pod COMPONENT
is_static_pod() {
  [ -f "$MANIFESTS/$1.yaml" ] || [ -f "$RECORD/manifests/$1.yaml" ]
}

# discover COMPONENT: reads its settings into the record, once, as its manifest may change later. Status 1: it is not on
# this host. 2: they can't be recorded now.
discover() {
  local manifest
  [ ! -s "$RECORD/$1.settings" ] || return 0
  manifest=$(manifest_of "$1")
  if [ -f "$manifest" ]; then
    read_manifest "$1" "$manifest" "$WORK/$1.pod"
    read_settings "$WORK/$1.pod" "$manifest" >"$WORK/$1.settings" || return 2
  elif [ "$1" = etcd ] && systemctl cat "$ETCD_UNIT" >/dev/null 2>&1; then
    read_unit "$WORK/etcd.pod"
    read_settings "$WORK/etcd.pod" "the unit $ETCD_UNIT" >"$WORK/etcd.settings" || return 2
  else
    return 1
  fi
  # The two files are one fact. The settings, which are looked for, are written last.
  cp "$WORK/$1.pod" "$RECORD/.$1.pod" && put_in_place "$RECORD/.$1.pod" "$RECORD/$1.pod" &&
    cp "$WORK/$1.settings" "$RECORD/.$1.settings" && put_in_place "$RECORD/.$1.settings" "$RECORD/$1.settings" ||
    return 2
}

# forget_settings: what was read of components that somebody has just written anew.
forget_settings() {
  rm -f "$RECORD"/*.settings "$RECORD"/*.pod
}

# manifest_of COMPONENT: its path; while the component is stopped, that is in the record.
manifest_of() {
  if [ -f "$MANIFESTS/$1.yaml" ]; then echo "$MANIFESTS/$1.yaml"; else echo "$RECORD/manifests/$1.yaml"; fi
}

# tell_pod COMPONENT MANIFEST: prints what the manifest tells the component; see host/static-pod.awk.
tell_pod() {
  awk -v component="$1" -f "$here/host/yaml.awk" -f "$here/host/static-pod.awk" "$2"
}

# read_manifest COMPONENT MANIFEST FILE
read_manifest() {
  local status=0
  tell_pod "$1" "$2" >"$3" 2>"$WORK/errors" || status=$?
  case $status in
    0) ;;
    1) not_understood "$2, line $(cut -f 2 "$3" | tail -n 1): $(cut -f 3- "$3" | tail -n 1)" "$AS_KUBEADM" ;;
    3) not_understood "$2 starts no $1" "put its manifest back, or remove this one" ;;
    *) not_understood "$2 can't be read: $(tail -n 1 "$WORK/errors")" "look at that file" ;;
  esac
}

# read_settings FILE SOURCE: the settings in the words and variables in FILE.
read_settings() {
  local settings
  settings=$(awk -f "$here/host/settings.awk" "$1") ||
    not_understood "$2: $(echo "$settings" | tail -n 1 | cut -f 3-)" "$AS_KUBEADM"
  [ -n "$settings" ] || not_understood "no flags can be read in $2" "$AS_KUBEADM"
  ! printf '%s\n' "$settings" | grep -q '^\(name\|data-dir\)=$' ||
    not_understood "$2 has --name or --data-dir without a value" "$AS_KUBEADM"
  printf '%s\n' "$settings"
}

# refuse_second_manifest COMPONENT: it would start the component when the first manifest no longer does. The kubelet
# runs every file that doesn't begin with a dot.
refuse_second_manifest() {
  local other status
  for other in "$MANIFESTS"/*; do
    if [ "$other" = "$MANIFESTS/$1.yaml" ] || [ ! -f "$other" ]; then continue; fi
    status=0
    tell_pod "$1" "$other" >"$WORK/other" 2>/dev/null || status=$?
    # A file that can't be read, and doesn't have the component's name in it, is of something else.
    if [ "$status" -eq 3 ] || { [ "$status" -ne 0 ] && ! grep -q -e "$1" "$other"; }; then continue; fi
    [ "$status" -ne 0 ] ||
      not_understood "$other is a second manifest of $1: the kubelet runs every file of that folder" \
        "move it out of $MANIFESTS"
    not_understood \
      "$other can't be read (line $(tail -n 1 "$WORK/other" | cut -f 2): $(tail -n 1 "$WORK/other" | cut -f 3-)), and has the name $1 in it: whether it starts one can't be told" \
      "the kubelet runs every file of that folder: if it is a copy, move it out of $MANIFESTS; else write that line as kubeadm does"
  done
}

# setting COMPONENT NAME: the value of that flag; the last one counts. It is asked for hundreds of times, so the shell
# itself reads the file.
setting() {
  local line value
  value=''
  [ -f "$RECORD/$1.settings" ] || return 0
  while IFS= read -r line; do
    case $line in
      "$2="*) value=${line#*=} ;;
    esac
  done <"$RECORD/$1.settings"
  printf '%s\n' "$value"
}

# host_path COMPONENT PATH: where the component's path is on this host. Status 1: not on this host.
host_path() {
  case $2 in
    '') return 0 ;;
    /*) ;;
    *) return 1 ;;
  esac
  if grep -q "^unit$TAB" "$RECORD/$1.pod"; then
    echo "$2"
    return
  fi
  path=$2 awk -F "$TAB" '
    BEGIN { path = ENVIRON["path"]; best = -1 }
    $1 == "mount" {
      place = $2
      sub(/\/$/, "", place)
      if (index(path "/", place "/") == 1 && length(place) > best) { best = length(place); host = $3 }
    }
    END {
      if (host == "") exit 1
      sub(/\/$/, "", host)
      path = host substr(path, best + 1)
      gsub(/\/\/+/, "/", path)
      if (path != "/") sub(/\/$/, "", path)
      if (path == "") path = "/"
      print path
    }' "$RECORD/$1.pod"
}

# file_of COMPONENT FLAG: the file or folder on this host that the flag names; nothing where there is no such flag.
file_of() {
  local told
  told=$(setting "$1" "$2")
  host_path "$1" "$told" ||
    not_understood "$1 has --$2=$told, which is on no volume of the host" \
      "mount a folder of the host there, by hostPath"
}

# unit_says PROPERTY: what systemd says of etcd's unit. Status 1: it does not answer, and nothing is known.
unit_says() {
  systemctl show --property "$1" --value "$ETCD_UNIT" 2>"$WORK/errors"
}

systemd_is_silent() {
  not_understood "systemd says nothing of the unit $ETCD_UNIT: $(tail -n 1 "$WORK/errors")" \
    "see that it answers: systemctl status $ETCD_UNIT. Then try again"
}

# user_of COMPONENT: the user that it runs as, a number.
user_of() {
  sed -n "s/^user$TAB//p" "$RECORD/$1.pod"
}

# read_unit FILE: the unit's text, by which etcd will be started the next time; check_running compares the process with
# it. If only systemd or a shell understands the text, the process is read, if one runs.
read_unit() {
  local number pid program user
  refuse_own_folders
  user=$(unit_says User) || systemd_is_silent
  case ${user:-0} in
    *[!0-9]*)
      number=$(id -u "$user") ||
        not_understood "the unit $ETCD_UNIT has User=$user, and there is no such user" \
          "create it, or correct the unit (systemctl cat $ETCD_UNIT)"
      ;;
    *) number=${user:-0} ;;
  esac
  printf 'unit\t%s\nuser\t%s\n' "$ETCD_UNIT" "$number" >"$1" || return 1
  if (words_of_unit >"$WORK/unit.words"); then
    cat "$WORK/unit.words" >>"$1"
    return
  fi
  pid=$(unit_says MainPID) || systemd_is_silent
  program=$(tr '\000' '\n' <"/proc/${pid:-0}/cmdline" 2>/dev/null | head -n 1) || program=
  # words_of_unit has said why it was not understood.
  [ -n "$program" ] || exit 4
  [ "$(basename "$program")" = etcd ] ||
    not_understood "the unit $ETCD_UNIT runs $program, and not etcd itself" \
      "give the unit etcd as its command, or do this by hand"
  # The program's own path: a shell can put any name before the words.
  if { printf 'program\t%s\n' "$(readlink -f "/proc/$pid/exe")" && arguments_of "$pid"; } >>"$1" &&
    is_alive "$pid"; then return; fi
  not_understood "etcd's process $pid has ended while it was read" "look at systemctl status $ETCD_UNIT, and try again"
}

# refuse_own_folders: refuses a unit that sees other folders at its paths than the host does.
refuse_own_folders() {
  local property value
  for property in RootDirectory RootImage BindPaths BindReadOnlyPaths TemporaryFileSystem DynamicUser; do
    value=$(unit_says "$property") || systemd_is_silent
    case $value in
      '' | no) ;;
      *) not_understood "the unit $ETCD_UNIT has $property=$value: its folders are not the host's" \
        "give etcd a unit without it, or do this by hand" ;;
    esac
  done
}

# words_of_unit: reads the unit's text, with its variables replaced as systemd does. Quotes are not understood.
words_of_unit() {
  local command
  command=$(unit_says ExecStart) || systemd_is_silent
  command=$(echo "$command" | sed -n 's/.*argv\[\]=\(.*\) ; ignore_errors=.*/\1/p' | sed 's/ *$//')
  case $command in
    '' | *[\"\'\\]*) not_understood "the command of the unit $ETCD_UNIT can't be read while etcd does not run: $command" \
      "start etcd, or write ExecStart without quotes (systemctl cat $ETCD_UNIT)" ;;
  esac
  [ "$(basename "${command%% *}")" = etcd ] ||
    not_understood "the unit $ETCD_UNIT starts ${command%% *}, and not etcd itself" \
      "give the unit etcd as its command, or do this by hand"
  [ "$(head -c 2 "${command%% *}" 2>/dev/null | tr -d '\000')" != '#!' ] ||
    not_understood "the unit $ETCD_UNIT starts ${command%% *}, which is a script" \
      "give the unit etcd as its command, or do this by hand"
  printf 'program\t%s\n' "${command%% *}"
  variables_of_unit >"$WORK/variables" || not_understood "the variables of the unit $ETCD_UNIT are not understood" \
    "write them as NAME=VALUE, without backslashes (systemctl cat $ETCD_UNIT)"
  grep "^env${TAB}ETCD_" "$WORK/variables" || :
  command=$command awk -F "$TAB" '
    { at = index($2, "="); known[substr($2, 1, at - 1)] = substr($2, at + 1) }
    END {
      count = split(ENVIRON["command"], word, " ")
      for (i = 2; i <= count; i++) {
        if (word[i] ~ /^[$][A-Za-z_][A-Za-z0-9_]*$/) {
          parts = split(known[substr(word[i], 2)], part, " ")
          for (j = 1; j <= parts; j++) tell(part[j])
        } else {
          tell(replaced(word[i]))
        }
      }
    }
    function replaced(text,    done) {
      done = ""
      while (match(text, /[$][{][A-Za-z_][A-Za-z0-9_]*[}]|[$][$]/)) {
        value = substr(text, RSTART, 2) == "$$" ? "$" : known[substr(text, RSTART + 2, RLENGTH - 3)]
        done = done substr(text, 1, RSTART - 1) value
        text = substr(text, RSTART + RLENGTH)
      }
      return done text
    }
    function tell(text) { if (text ~ /["\047\\]/) exit 1; print "arg\t" text }' "$WORK/variables" ||
    not_understood "the command of the unit $ETCD_UNIT has variables with quotes: $command" \
      "write the values into ExecStart (systemctl cat $ETCD_UNIT)"
}

# variables_of_unit: in the form of static-pod.awk. Those of files come last, and win.
variables_of_unit() {
  local file
  unit_says Environment >"$WORK/unit-environment" || systemd_is_silent
  unit_says EnvironmentFiles >"$WORK/unit-files" || systemd_is_silent
  awk '
    # Words; one with a blank is in quotes, and one with a quote, a backslash or a dollar has backslashes in it.
    /\\/ { exit 1 }
    {
      while ($0 != "") {
        sub(/^ +/, "")
        if (match($0, /^"[^"]*"/)) word = substr($0, 2, RLENGTH - 2)
        else { match($0, /^[^ ]*/); word = substr($0, 1, RLENGTH) }
        $0 = substr($0, RLENGTH + 1)
        if (word != "") print "env\t" word
      }
    }' "$WORK/unit-environment" || return 1
  sed -n 's/ (ignore_errors=.*//p' "$WORK/unit-files" |
    while IFS= read -r file; do
      variables_of_file "$file" || exit 1
    done
}

# variables_of_file FILE: as systemd reads it.
variables_of_file() {
  [ -f "$1" ] || return 0
  awk '
    # A carriage return ends a line, too.
    { sub(/\r$/, "") }
    /\r/ { exit 1 }
    # A backslash may end a comment: not every systemd then reads on in the next line.
    /\\$/ { exit 1 }
    /^[ \t]*([#;]|$)/ { next }
    /\\/ { exit 1 }
    /^[ \t]*[A-Za-z_][A-Za-z0-9_]*[ \t]*=/ {
      name = $0; sub(/[ \t]*=.*/, "", name); sub(/^[ \t]*/, "", name)
      value = $0; sub(/^[^=]*=[ \t]*/, "", value); sub(/[ \t]+$/, "", value)
      quote = substr(value, 1, 1)
      if (quote == "\"" || quote == "\047") {
        if (substr(value, length(value)) != quote || length(value) < 2) exit 1
        value = substr(value, 2, length(value) - 2)
        if (index(value, quote)) exit 1
      }
      print "env\t" name "=" value
    }' "$1"
}
