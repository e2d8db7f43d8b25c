# shellcheck shell=sh
# joining.sh: tells etcd on this host to join a running cluster, by its manifest or by a drop-in of its unit.
#
#   NAME, PEER_URL, DATA_DIR   of the member on this host
#   RECORD                     folder of the operation's record

# initial_cluster: all members with their peer URLs. A joining member must be told exactly these.
initial_cluster() {
  members >"$WORK/members-now" || return 1
  awk -v name="$NAME" -v peer="$PEER_URL" '
    { printf "%s%s=%s", comma, ($3 == peer ? name : $2), $3; comma = "," }' "$WORK/members-now"
}

# tell_to_join: by the manifest, or by the unit. etcd looks at it only while its data folder is empty. What was written
# is read back, as an etcd that was not told would begin a cluster of its own.
tell_to_join() {
  local cluster listed serves
  serves=$(cluster_id "$VIA") && cluster=$(initial_cluster) && listed=$(member_here) || return 1
  case ,$cluster, in
    *",$NAME=$PEER_URL,"*) ;;
    *) return 1 ;;
  esac
  keep_fact told-cluster "$serves" && keep_fact told-id "${listed%% *}" && keep_fact told "$cluster" || return 1
  if is_static_pod etcd; then
    # What somebody has corrected or put back meanwhile stays, but for these flags.
    if [ -f "$MANIFESTS/etcd.yaml" ] && ! cmp -s "$RECORD/manifests/etcd.yaml" "$MANIFESTS/etcd.yaml"; then
      put_manifest_aside etcd && rm -f "$RECORD/etcd.yaml.before" || return 1
    fi
    if [ ! -f "$RECORD/etcd.yaml.before" ]; then
      cp -p "$RECORD/manifests/etcd.yaml" "$RECORD/.etcd.yaml.before" &&
        put_in_place "$RECORD/.etcd.yaml.before" "$RECORD/etcd.yaml.before" || return 1
    fi
    joining_manifest "$RECORD/etcd.yaml.before" "$cluster" "$RECORD/manifests/etcd.yaml.draft" || {
      say_once "$RECORD/etcd.yaml.before can't be told whom to join: $AS_KUBEADM"
      return 1
    }
    put_in_place "$RECORD/manifests/etcd.yaml.draft" "$RECORD/manifests/etcd.yaml"
  else
    tell_unit_to_join "$cluster"
  fi
}

# joining_manifest MANIFEST CLUSTER FILE: writes it with only these two flags changed. static-pod.awk, which knows
# nothing of how it was written, reads the result, and nothing else may differ.
joining_manifest() {
  local joins
  awk -v cluster="$2" '
    /^[[:space:]]*-[[:space:]]*["\047]?--initial-cluster(-state)?=/ { next }
    { print }
    /^[[:space:]]*-[[:space:]]*["\047]?([^-[:space:]][^[:space:]]*\/)?etcd["\047]?[[:space:]]*$/ {
      indent = $0; sub(/-.*/, "", indent)
      print indent "- --initial-cluster=" cluster
      print indent "- --initial-cluster-state=existing"
    }' "$1" >"$3" && chmod 0600 "$3" || return 1
  tell_pod etcd "$1" >"$WORK/before.pod" 2>/dev/null &&
    tell_pod etcd "$3" >"$WORK/joining.pod" 2>/dev/null &&
    awk -f "$here/host/settings.awk" "$WORK/before.pod" >"$WORK/before" &&
    awk -f "$here/host/settings.awk" "$WORK/joining.pod" >"$WORK/joining" || return 1
  joins='^initial-cluster\(-state\)\{0,1\}='
  [ "$(grep "$joins" "$WORK/joining" | paste -s -d ' ' -)" = "initial-cluster=$2 initial-cluster-state=existing" ] &&
    [ "$(grep -v "$joins" "$WORK/joining")" = "$(grep -v "$joins" "$WORK/before")" ] &&
    [ "$(sed "/^arg$TAB/d" "$WORK/joining.pod")" = "$(sed "/^arg$TAB/d" "$WORK/before.pod")" ]
}

# tell_unit_to_join CLUSTER: by a drop-in, which leaves the unit's own file as it is. It is written whole or not at all:
# half a drop-in would leave the unit without a command.
tell_unit_to_join() {
  local program words shown
  program=$(unit_program)
  [ -n "$program" ] || {
    say_once "the unit $ETCD_UNIT has no command that can be read: look at systemctl cat $ETCD_UNIT"
    return 1
  }
  words=$(sed -n "s/^arg$TAB//p" "$RECORD/etcd.pod" | awk '
    skip { skip = 0; if ($0 !~ /^-/) next }
    /^--?initial-cluster(-state)?=/ { next }
    /^--?initial-cluster(-state)?$/ { skip = 1; next }
    { print }' | unit_words) || return 1
  mkdir -p "$UNITS/$ETCD_UNIT.d" || return 1
  {
    echo '[Service]'
    # etcd refuses to start when both a flag and a variable say the same thing.
    echo 'UnsetEnvironment=ETCD_INITIAL_CLUSTER ETCD_INITIAL_CLUSTER_STATE'
    # Variables that a shell set before it started etcd are in no unit.
    sed -n "s/^env$TAB//p" "$RECORD/etcd.pod" | sed '/^ETCD_INITIAL_CLUSTER/d' | unit_words |
      sed 's/ $//; /./s/^/Environment=/' && echo
    echo 'ExecStart='
    printf '%s\n' "ExecStart=$program $words--initial-cluster=$1 --initial-cluster-state=existing"
  } >"$(joining_drop_in).draft" && put_in_place "$(joining_drop_in).draft" "$(joining_drop_in)" &&
    systemctl daemon-reload || return 1
  shown=$(systemctl show --property ExecStart --value "$ETCD_UNIT")
  case $shown in
    *" --initial-cluster=$1 --initial-cluster-state=existing "*) ;;
    *) say_once "the unit $ETCD_UNIT does not take up $(joining_drop_in): look at systemctl cat $ETCD_UNIT" &&
      return 1 ;;
  esac
}

# joining_drop_in: its path. systemd reads drop-ins in the order of their names, and the last command counts: so this
# name comes after override.conf, which `systemctl edit` writes.
joining_drop_in() {
  echo "$UNITS/$ETCD_UNIT.d/zz-cdk8s-day2-join.conf"
}

# later_command: a drop-in of the unit, in whichever folder, whose command would count more than that one's.
later_command() {
  local file
  for file in $(unit_says DropInPaths); do
    # The names alone are compared, in the order of their bytes.
    printf '%s\n' "$(basename "$(joining_drop_in)")" "$(basename "$file")" | LC_ALL=C sort -c 2>/dev/null || continue
    ! grep -q '^[[:space:]]*ExecStart[[:space:]]*=' "$file" || echo "$file"
  done
}

# unit_program: the path of etcd's program, if it is known.
unit_program() {
  sed -n "s/^program$TAB//p" "$RECORD/etcd.pod" | grep '^/'
}

# unit_words: writes lines as words of a unit, as systemd reads them back.
unit_words() {
  # Character by character: awks differ in what gsub makes of backslashes.
  awk '{
    word = ""
    for (i = 1; i <= length($0); i++) {
      c = substr($0, i, 1)
      if (c == "\\" || c == "\"") word = word "\\"
      if (c == "%" || c == "$") word = word c
      word = word c
    }
    printf "%s ", ($0 ~ /^[A-Za-z0-9_.,:=@\/+-]+$/ ? word : "\"" word "\"")
  }'
}

# rehearse_join: gives up if this machine could not be told to join later, while nothing is stopped yet.
rehearse_join() {
  local manifest later
  [ -z "$(setting etcd discovery)$(setting etcd discovery-srv)$(setting etcd discovery-endpoints)" ] ||
    give_up "etcd finds its first members by --discovery…, which can't stand beside --initial-cluster" \
      "take these flags out: etcd needs them only at its first start"
  if ! is_static_pod etcd; then
    [ -n "$(unit_program)" ] ||
      give_up "the command of the unit $ETCD_UNIT can't be replaced: the path of etcd's program is not known" \
        "start etcd by its absolute path (systemctl cat $ETCD_UNIT)"
    later=$(later_command)
    [ -z "$later" ] ||
      give_up "the command of the unit $ETCD_UNIT can't be replaced: that of $later would count more" \
        "give that file a name that comes before zz, such as override.conf, and run systemctl daemon-reload"
    return 0
  fi
  manifest=$(manifest_of etcd)
  if grep -q "^env${TAB}ETCD_INITIAL_CLUSTER" "$RECORD/etcd.pod"; then
    give_up "$manifest says by variables whom etcd joins" \
      "write --initial-cluster and --initial-cluster-state as flags in their place"
  fi
  joining_manifest "$manifest" "$NAME=$PEER_URL,a=https://b:1" "$WORK/etcd.yaml" ||
    give_up "$manifest can't be told whom etcd joins" \
      "write its command as kubeadm does: '- etcd', and a line '- --flag=value' for each flag"
}

# not_joining_yet: the data folder has no data of the cluster that is to be joined.
not_joining_yet() {
  rm -f "$RECORD/joining"
}

# has_joined: it has a log. What an etcd leaves that could not join is an empty database.
has_joined() {
  [ -d "$DATA_DIR/member/wal" ]
}

# is_member_by_now: it was told to join, and has. Until then it has to be told by the cluster at VIA.
is_member_by_now() {
  [ -s "$RECORD/joining" ] && has_joined
}

# start_joining: starts etcd as a new member. It is told to join only while it has no data. An etcd that somebody has
# started meanwhile, and that was not told, has begun a cluster of its own: its data is set aside.
start_joining() {
  if [ ! -s "$RECORD/joining" ]; then
    keep_stopped etcd && set_data_aside "stray-$OPERATION" && tell_to_join && keep_fact joining yes || return 1
  elif ! has_joined; then
    tell_to_join || return 1
  fi
  start_component etcd
}

# is_removed: whether the cluster that this member was told to join lists it no more, neither by its id nor by its peer
# URL. Who does not answer, or has no quorum, says nothing.
is_removed() {
  local cluster
  cluster=$(cluster_id "$VIA") && [ "$cluster" = "$(fact told-cluster)" ] && members >"$WORK/members-now" || return 1
  awk -v id="$(fact told-id)" -v peer="$PEER_URL" '$1 == id || $3 == peer { exit 1 }' "$WORK/members-now"
}

# rejoin_if_removed STEP: a learner that somebody has removed, as it seemed to hang, joins anew, from STEP on. What it
# has received is set aside. That may be a vote which the cluster needs: so it is asked twice. Status 0: it is not known
# to be removed.
rejoin_if_removed() {
  is_removed && pause 2 && is_removed || return 0
  say "the cluster does not list this member any more, somebody has removed it: it joins anew"
  stop_component etcd 5 && abandon_data && make_data_folder && not_joining_yet || return 1
  go_to "$(list_now)" "$1"
}

# retell_if_changed: an etcd that is told other members than the cluster has by now can't join, and ends. That is so
# where another member was removed at the same time.
retell_if_changed() {
  local now told
  if has_joined; then return 0; fi
  now=$(initial_cluster) || return 0
  told=$(fact told)
  case ,$now, in
    *",$NAME=$PEER_URL,"*) ;;
    *) return 0 ;;
  esac
  [ "$now" != "$told" ] || return 0
  say "the members have changed since etcd on $SELF was told whom to join: it is told anew"
  stop_component etcd 5 || return 1
  go_to "$(list_now)" start-etcd
}

# rejoin_if_stray STEP: an etcd that was started while it was not told whom to join has begun a cluster of its own. It
# shows by its id: the one that was added has another. It joins anew, from STEP on; start_joining sets its data aside.
# Status 0: it is none, or it does not answer.
rejoin_if_stray() {
  local found serves
  found=$(member_here) && [ -n "$found" ] && serves=$(serving_id) || return 0
  [ "$serves" != "${found%% *}" ] || return 0
  say "etcd on $SELF has begun a cluster of its own, as it was started by another text than this program's: it joins anew"
  not_joining_yet || return 1
  go_to "$(list_now)" "$1"
}

# forget_joining: gives the unit its own command line back. A manifest keeps these flags, which etcd doesn't look at any
# more.
forget_joining() {
  [ -f "$(joining_drop_in)" ] || return 0
  rm -f "$(joining_drop_in)" "$(joining_drop_in).draft" || return 1
  rmdir "$UNITS/$ETCD_UNIT.d" 2>/dev/null || :
  systemctl daemon-reload
}
