# shellcheck shell=sh
# membership.sh: who is a member of a cluster, and how one comes into it while it runs. The same for a restore's followers and for a
# member that is replaced.
#
#   NAME, PEER_URL, DATA_DIR   of the member on this host
#   MEMBERS                    members as this program knows them, NAME=CLIENT_URL
#   VIA                        client URL of a member of the running cluster
#   RECORD                     folder of the operation's record

count() {
  echo "$1" | wc -w
}

# url_of MEMBER
url_of() {
  echo "$MEMBERS" | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# listed_by URL: the members that have started once, as that one lists them, in the form of MEMBERS.
listed_by() {
  ask "$1" 5 member list --write-out=simple || return 1
  awk -F', ' '$3 != "" { sub(",.*", "", $5); printf "%s%s=%s", space, $3, $5; space = " " }' "$WORK/answer"
}

# all_healthy URL...: whether each of them answers, which it does only with a quorum.
all_healthy() {
  for url in "$@"; do
    ask "$url" 5 endpoint health || return 1
  done
}

# cluster_id URL: of the cluster that this member serves, which needs its quorum.
cluster_id() {
  ask "$1" 5 get / --write-out=json && json_number cluster_id <"$WORK/answer"
}

# members: a line `ID NAME PEER_URL CLIENT_URL learner|voter` for each; name and client URL are - before the member has started.
members() {
  ask "$VIA" 5 member list --write-out=simple || return 1
  awk -F', ' '{
    sub(",.*", "", $5)
    print $1, ($3 == "" ? "-" : $3), $4, ($5 == "" ? "-" : $5), ($6 == "true" ? "learner" : "voter")
  }' "$WORK/answer"
}

member_here() {
  members | awk -v peer="$PEER_URL" '$3 == peer'
}

# add_learner: one at a time is all that etcd allows, and for some seconds after a promotion it refuses: try again.
add_learner() {
  [ -z "$(member_here)" ] || return 0
  ask "$VIA" 10 member add "$NAME" --learner --peer-urls="$PEER_URL"
}

# initial_cluster: all members with their peer URLs, which a joining member must be told exactly.
initial_cluster() {
  members | awk -v name="$NAME" -v peer="$PEER_URL" '{ printf "%s%s=%s", comma, ($3 == peer ? name : $2), $3; comma = "," }'
}

# tell_to_join: the manifest, or the unit, says so. etcd looks at it only while its data folder is empty.
tell_to_join() {
  cluster=$(initial_cluster)
  [ -n "$cluster" ] || return 1
  if is_static_pod etcd; then
    manifest=$RECORD/manifests/etcd.yaml
    if [ ! -f "$RECORD/etcd.yaml.before" ]; then
      cp -p "$manifest" "$RECORD/.etcd.yaml.before" && put_in_place "$RECORD/.etcd.yaml.before" "$RECORD/etcd.yaml.before" || return 1
    fi
    awk -v cluster="$cluster" '
      /^[[:space:]]*-[[:space:]]*["\047]?--initial-cluster(-state)?=/ { next }
      { print }
      /^[[:space:]]*-[[:space:]]*["\047]?etcd["\047]?[[:space:]]*$/ {
        indent = $0; sub(/-.*/, "", indent)
        print indent "- --initial-cluster=" cluster
        print indent "- --initial-cluster-state=existing"
      }' "$RECORD/etcd.yaml.before" >"$manifest.draft" &&
      chmod 0600 "$manifest.draft" &&
      put_in_place "$manifest.draft" "$manifest"
  else
    # A drop-in leaves the unit's own file as it is. Whole or not at all: half of one would leave the unit without a command.
    command=$(systemctl show --property ExecStart --value "$ETCD_UNIT" | sed -n 's/.*argv\[\]=\([^;]*\);.*/\1/p' | awk '{
      for (i = 1; i <= NF; i++) if ($i !~ /^--initial-cluster(-state)?=/) printf "%s ", $i
    }')
    [ -n "$command" ] || { say_once "the unit $ETCD_UNIT has no command that can be read: look at systemctl cat $ETCD_UNIT"; return 1; }
    joining=$UNITS/$ETCD_UNIT.d/cdk8s-day2-join.conf
    mkdir -p "$UNITS/$ETCD_UNIT.d"
    {
      echo '[Service]'
      # etcd refuses to start where a flag and a variable say the same thing differently.
      echo 'UnsetEnvironment=ETCD_INITIAL_CLUSTER ETCD_INITIAL_CLUSTER_STATE'
      echo 'ExecStart='
      echo "ExecStart=$command--initial-cluster=$cluster --initial-cluster-state=existing"
    } >"$joining.draft" && put_in_place "$joining.draft" "$joining" || return 1
    systemctl daemon-reload
  fi
}

# start_joining: etcd as a new member, which it is told only while it has no data.
start_joining() {
  [ -d "$DATA_DIR/member" ] || tell_to_join || return 1
  start_component etcd
}

# forget_joining: the unit's command line is its own again; a manifest keeps what etcd doesn't look at any more.
forget_joining() {
  [ -f "$UNITS/$ETCD_UNIT.d/cdk8s-day2-join.conf" ] || return 0
  rm -f "$UNITS/$ETCD_UNIT.d/cdk8s-day2-join.conf" "$UNITS/$ETCD_UNIT.d/cdk8s-day2-join.conf.draft"
  rmdir "$UNITS/$ETCD_UNIT.d" 2>/dev/null || :
  systemctl daemon-reload
}

# promote: in sync it becomes a voter; until then etcd refuses.
promote() {
  found=$(member_here) || return 1
  case $found in
    *' voter') return 0 ;;
    *' learner') ask "$VIA" 10 member promote "${found%% *}" ;;
    *) return 1 ;;
  esac
}
