# shellcheck shell=sh
# components.sh: the control plane's components on this host: stopping and starting them, and whether they serve.
#
#   RECORD        folder of the operation's record

# shellcheck disable=SC2034 # callers print it
LOOK_AT_PROCESS="look at ps, ss -ltnp, journalctl -u kubelet and the space on the disks; booting the machine ends a process that SIGKILL doesn't"

# stop_component COMPONENT GRACE: it is stopped when no process is left and none will be started, not even by a reboot.
# A graceful stop takes an API server 30 s; after GRACE seconds it is ended by force. Returns 2 if its processes don't
# end even then, 1 if something else is in the way.
stop_component() {
  keep_fact "$1-stopped" yes || return 1
  if ! is_static_pod "$1"; then
    hold_unit && failpoint "stopping-$1" && systemctl stop "$ETCD_UNIT" || return 1
    # One of the same settings that somebody has started outside of the unit would go on serving.
    end_processes "$1" "$2" || return 2
    return 0
  fi
  put_manifest_aside "$1" || return 1
  # A kubelet that has not seen yet that the manifest is gone would start the process once more. So the kubelet is
  # stopped until no process is left: when it starts again, it has never seen the manifest.
  systemctl stop kubelet 2>/dev/null || ! systemctl is-active --quiet kubelet || return 1
  failpoint "stopping-$1" || return 1
  end_processes "$1" "$2" || return 2
  systemctl start --no-block kubelet 2>/dev/null || :
}

# keep_stopped COMPONENT: ends it again if somebody has started it meanwhile, as configuration management does that puts
# manifests back.
keep_stopped() {
  [ -n "$(processes "$1")$(listeners "$1")" ] || return 0
  say "somebody has started $1 again: ending it"
  stop_component "$1" 1 || {
    say_once "$1 is not stopped yet: $(not_ended "$1"): $LOOK_AT_PROCESS"
    return 1
  }
}

# not_ended COMPONENT: what is left of it, or where it serves.
not_ended() {
  if [ -n "$(processes "$1")" ] || [ -z "$(listeners "$1")" ]; then
    echo "the process of $1 did not end"
  else
    served_by_another "$1"
  fi
}

# stop_or_give_up COMPONENT GRACE FIX: gives up only if the process doesn't end. A disk that is full for a while is no
# reason to.
stop_or_give_up() {
  local stopped
  stopped=0
  stop_component "$1" "$2" || stopped=$?
  if [ "$stopped" -eq 2 ]; then give_up "$(not_ended "$1")" "$3"; fi
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
  # Also when it was moved before: a power cut may have come between that move and its sync.
  sync "$MANIFESTS"
}

# end_processes COMPONENT GRACE: until no process is left, and nothing listens on its ports: a process that was not
# recognized may go on serving.
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

# start_component COMPONENT: starts it again as it was before stop_component. The kubelet, which that one stops for a
# moment, is started also where somebody has put the manifest back.
start_component() {
  if [ -f "$RECORD/manifests/$1.yaml" ]; then
    put_manifest_back "$1" || return 1
    systemctl start --no-block kubelet || :
  elif ! is_static_pod "$1"; then
    release_unit || return 1
    systemctl start --no-block "$ETCD_UNIT"
  fi
}

put_manifest_back() {
  if [ -f "$MANIFESTS/$1.yaml" ]; then
    # The same content isn't written again: that would only wake the kubelet.
    if cmp -s "$RECORD/manifests/$1.yaml" "$MANIFESTS/$1.yaml"; then return 0; fi
    if ! cmp -s "$RECORD/manifests/$1.put" "$MANIFESTS/$1.yaml"; then
      take_up_correction "$1"
      return
    fi
  fi
  cp -p "$RECORD/manifests/$1.yaml" "$RECORD/manifests/$1.put" || return 1
  # First under a name that the kubelet ignores: it must not read half a manifest.
  cp -p "$RECORD/manifests/$1.yaml" "$MANIFESTS/.$1.yaml" && put_in_place "$MANIFESTS/.$1.yaml" "$MANIFESTS/$1.yaml"
}

# take_up_correction COMPONENT: what a person has corrected in a manifest stays. A kubelet that has not reached an API
# server since it started doesn't replace a static pod by its new version, not even the API server's: only a restarted
# kubelet does.
take_up_correction() {
  if cmp -s "$RECORD/manifests/$1.corrected" "$MANIFESTS/$1.yaml"; then return 0; fi
  say "$MANIFESTS/$1.yaml was corrected: starting the kubelet anew, which takes it up"
  cp "$MANIFESTS/$1.yaml" "$RECORD/manifests/$1.corrected" && systemctl restart --no-block kubelet
}

# hold_unit: keeps a reboot from starting etcd's unit with the old data.
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

is_unit_held() {
  [ -f "$UNITS/$ETCD_UNIT.d/cdk8s-day2.conf" ]
}

release_unit() {
  rm -f "$RECORD/hold" "$UNITS/$ETCD_UNIT.d/cdk8s-day2.conf" "$UNITS/$ETCD_UNIT.d/cdk8s-day2.conf.draft" || return 1
  rmdir "$UNITS/$ETCD_UNIT.d" 2>/dev/null || :
  systemctl daemon-reload
}

# restart_control_plane: these components have cached a state that is gone. A restarted kubelet ends the pods that the
# present state doesn't know, and starts at once those whose start it had delayed because they kept failing.
restart_control_plane() {
  local component pid
  for component in kube-scheduler kube-controller-manager; do
    # A component whose settings can't be read is left alone: it reads everything anew by itself, only later.
    if (ON_GIVE_UP=: && discover "$component"); then
      for pid in $(processes "$component"); do kill "$pid" 2>/dev/null || :; done
    fi
  done
  ! systemctl is-active --quiet kubelet || systemctl restart --no-block kubelet
}
