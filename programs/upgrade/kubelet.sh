# shellcheck shell=sh
# kubelet.sh: the kubelet's new program.
#
#   KUBELET_FLAGS   kubeadm's own file of flags; default /var/lib/kubelet/kubeadm-flags.env

KUBELET_FLAGS=${KUBELET_FLAGS:-/var/lib/kubelet/kubeadm-flags.env}
# Written by kubeadm up to 1.34. A kubelet from 1.35 on does not start with it, and only kubeadm 1.35 takes it out.
OLD_FLAG=--pod-infra-container-image

# try_kubelet: the new program is asked for its version with the command line of the one that runs: it then ends at a
# flag that it doesn't know. So that is found before the node is touched.
try_kubelet() {
  local pid program word
  pid=$(processes_of_root kubelet | head -n 1)
  [ -n "$pid" ] || give_up "no kubelet runs on $SELF" "start it: systemctl start kubelet"
  program=$RECORD/kubelet
  by_manager extract kubelet usr/bin/kubelet "$program" && chmod 0700 "$program" || return 1
  tr '\000' '\n' <"/proc/$pid/cmdline" >"$WORK/words" || return 1
  set --
  while IFS= read -r word; do
    case $word in
      "$OLD_FLAG="*) ! is_old_flag_of_kubeadm || continue ;;
    esac
    set -- "$@" "$word"
  done <"$WORK/words"
  shift
  own_tools 60 "$program" "$@" --version || try_failed "$(own_words)"
  grep -q "v$TO\$" "$WORK/answer" || try_failed "it says $(tail -n 1 "$WORK/answer")"
  rm -f "$program"
}

# is_old_flag_of_kubeadm: whether that flag is in kubeadm's file, from which it will be taken, and nowhere else.
is_old_flag_of_kubeadm() {
  [ "$(minor_number "$TO")" -ge 35 ] && grep -q -e "$OLD_FLAG=" "$KUBELET_FLAGS" || return 1
  systemctl cat kubelet >"$WORK/unit" 2>/dev/null || :
  ! cat /etc/default/kubelet /etc/sysconfig/kubelet "$WORK/unit" 2>/dev/null | grep -v '^ *#' | grep -q -e "$OLD_FLAG"
}

# take_out_old_flag: removes what kubeadm has left of it.
take_out_old_flag() {
  [ "$(minor_number "$TO")" -ge 35 ] && grep -q -e "$OLD_FLAG=" "$KUBELET_FLAGS" || return 0
  cp -p "$KUBELET_FLAGS" "$RECORD/kubeadm-flags.env" || return 1
  sed "s/ *$OLD_FLAG=[^\" ]*//" "$KUBELET_FLAGS" >"$WORK/flags" && cp "$WORK/flags" "$KUBELET_FLAGS.cdk8s-day2" &&
    put_in_place "$KUBELET_FLAGS.cdk8s-day2" "$KUBELET_FLAGS" || return 1
  say "$OLD_FLAG is taken out of $KUBELET_FLAGS, which had been left by kubeadm; a copy of it is in $RECORD"
}

try_failed() {
  give_up "the kubelet $TO does not start with the flags of this node: $1" \
    "take the flag out where it is: /var/lib/kubelet/kubeadm-flags.env, /etc/default/kubelet, /etc/sysconfig/kubelet, or a drop-in (systemctl cat kubelet)"
}

# restart_kubelet: and waits until the Node says that the new one is Ready.
restart_kubelet() {
  if [ -z "$(fact restarted)" ]; then
    take_out_old_flag || return 1
    own_tools 120 systemctl daemon-reload || return 1
    own_tools 180 systemctl restart kubelet || {
      say_once "the kubelet can't be restarted yet: $(own_words)"
      return 1
    }
    keep_fact restarted "$(date +%s)" || return 1
  fi
  read_node || not_yet "the Node is read" || return 1
  if [ "$(node_says kubelet)" = "v$TO" ] && ready_since "$(fact restarted)"; then return 0; fi
  say_once "waiting until $SELF is Ready as $TO; its Node says: $(node_says kubelet), Ready $(node_says ready). See: journalctl -u kubelet"
  return 1
}
