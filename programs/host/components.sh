# shellcheck shell=sh
# components.sh: the control plane's components on this host: stopping and starting them, and whether they serve.
#
#   RECORD        folder of the operation's record

LOOK_AT_PROCESS="look at ps, journalctl -u kubelet and the space on the disks; booting the machine ends a process that SIGKILL doesn't"

# stop_component COMPONENT GRACE: it is stopped when no process is left and nobody will start one, over a reboot, too. A
# graceful stop takes an API server 30 s; after GRACE seconds it is ended by force. Returns 2 where its processes don't
# end even then, 1 where something else is in the way.
stop_component() {
  keep_fact "$1-stopped" yes || return 1
  if ! is_static_pod "$1"; then
    hold_unit && systemctl stop "$ETCD_UNIT"
    return
  fi
  put_manifest_aside "$1" || return 1
  # A kubelet that has not seen yet that the manifest is gone would start the process once more. One that starts
  # afterwards has never seen the manifest: so it stands still until no process is left.
  systemctl stop kubelet 2>/dev/null || ! systemctl is-active --quiet kubelet || return 1
  failpoint "stopping-$1" || return 1
  end_processes "$1" "$2" || return 2
  systemctl start --no-block kubelet 2>/dev/null || :
}

# stop_or_give_up COMPONENT GRACE FIX: a disk that is full for a while is no reason to give up.
stop_or_give_up() {
  local stopped
  stopped=0
  stop_component "$1" "$2" || stopped=$?
  if [ "$stopped" -eq 2 ]; then give_up "the process of $1 did not end" "$3"; fi
  [ "$stopped" -eq 0 ] || {
    say_once "$1 can't be stopped yet: look at the space in $RECORD, and at systemctl status kubelet"
    return 1
  }
}

put_manifest_aside() {
  if [ -f "$MANIFESTS/$1.yaml" ]; then
    mkdir -p "$RECORD/manifests" &&
      cp -p "$MANIFESTS/$1.yaml" "$RECORD/manifests/.$1.yaml" &&
      put_in_place "$RECORD/manifests/.$1.yaml" "$RECORD/manifests/$1.yaml" || return 1
    rm -f "$MANIFESTS/$1.yaml" || return 1
  fi
  # Also when it was moved before: the power may have gone between the move and this.
  sync "$MANIFESTS"
}

# end_processes COMPONENT GRACE: until none is left, and nobody serves its ports any more: what was not seen may serve
# on.
end_processes() {
  local ending=0 force pids
  while pids=$(processes "$1") && [ -n "$pids$(listeners "$1")" ]; do
    force=-15
    [ "$ending" -lt "$2" ] || force=-9
    # shellcheck disable=SC2086 # a list of numbers
    [ -z "$pids" ] || kill $force $pids 2>/dev/null || :
    [ "$ending" -lt 120 ] || return 1
    ending=$((ending + 1))
    pause 1 || :
  done
}

# start_component COMPONENT: as it was before.
start_component() {
  if [ -f "$RECORD/manifests/$1.yaml" ]; then
    if [ -f "$MANIFESTS/$1.yaml" ]; then
      # Written again, even with the same content, it would only wake the kubelet.
      if cmp -s "$RECORD/manifests/$1.yaml" "$MANIFESTS/$1.yaml"; then return 0; fi
      if ! cmp -s "$RECORD/manifests/$1.put" "$MANIFESTS/$1.yaml"; then
        take_up_correction "$1"
        return
      fi
    fi
    cp -p "$RECORD/manifests/$1.yaml" "$RECORD/manifests/$1.put" || return 1
    # Under a name that the kubelet passes over first: it must not read half a manifest.
    cp -p "$RECORD/manifests/$1.yaml" "$MANIFESTS/.$1.yaml" &&
      put_in_place "$MANIFESTS/.$1.yaml" "$MANIFESTS/$1.yaml" || return 1
    systemctl start --no-block kubelet || :
  elif ! is_static_pod "$1"; then
    release_unit || return 1
    systemctl start --no-block "$ETCD_UNIT"
  fi
}

# take_up_correction COMPONENT: what a person has corrected in a manifest stays. A kubelet that has found no API server
# since it started doesn't put one static pod in the other's place, the API server's included: only one that starts anew
# does.
take_up_correction() {
  if cmp -s "$RECORD/manifests/$1.corrected" "$MANIFESTS/$1.yaml"; then return 0; fi
  say "$MANIFESTS/$1.yaml was corrected: starting the kubelet anew, which takes it up"
  cp "$MANIFESTS/$1.yaml" "$RECORD/manifests/$1.corrected" && systemctl restart --no-block kubelet
}

# hold_unit: so that a reboot doesn't start it with the old data.
hold_unit() {
  local holding
  holding=$UNITS/$ETCD_UNIT.d/cdk8s-day2.conf
  mkdir -p "$UNITS/$ETCD_UNIT.d" &&
    : >"$RECORD/hold" &&
    printf '[Unit]\nConditionPathExists=!%s\n' "$RECORD/hold" >"$holding.draft" &&
    put_in_place "$holding.draft" "$holding" &&
    sync "$RECORD/hold" "$RECORD" "$UNITS" &&
    systemctl daemon-reload
}

release_unit() {
  rm -f "$RECORD/hold" "$UNITS/$ETCD_UNIT.d/cdk8s-day2.conf" "$UNITS/$ETCD_UNIT.d/cdk8s-day2.conf.draft" || return 1
  rmdir "$UNITS/$ETCD_UNIT.d" 2>/dev/null || :
  systemctl daemon-reload
}

# restart_control_plane: the caches of these are of a state that has gone. A kubelet that starts ends the pods that the
# state now doesn't know, and starts at once what it had waited with because it kept failing.
restart_control_plane() {
  local component pid
  for component in kube-scheduler kube-controller-manager; do
    # One that can't be read is left alone: it reads everything anew by itself, only later.
    if (ON_GIVE_UP=: && discover "$component"); then
      for pid in $(processes "$component"); do kill "$pid" 2>/dev/null || :; done
    fi
  done
  ! systemctl is-active --quiet kubelet || systemctl restart --no-block kubelet
}
