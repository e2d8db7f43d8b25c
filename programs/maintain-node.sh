#!/bin/sh
# maintain-node.sh: updates the packages of this node's operating system, or does a command, and reboots it where that
# is asked for: cordoned, drained, and uncordoned again. It runs in a Job, or by hand on the node itself.
#
#   sh maintain-node.sh --packages security   on the node; one node after the other
#   sh maintain-node.sh --status [ID]         how far it is; without an ID, the latest one here
#   sh maintain-node.sh --abort ID            ends it: until the reboot the node is given back, after that it is left as
#                                             it is, cordoned
#
# Options and variables: INPUTS, below.
#
# Exit status: 0 maintained, or it was too late for today; 1 not maintained, and the node serves as it says; 2 an input
# is wrong; in a Job's pod also 3, it could not begin, and another try may help.

set -eu
umask 077
# By hand, only programs of the system and of the kit may run, as a person's PATH may lead to anybody's. In the pod and
# in the unit the PATH is ours.
case ${1:-} in
  carry | work) ;;
  *) PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin && export PATH ;;
esac
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib/environment.sh"
clean_environment 'ETCD_ ETCDCTL_ ETCDUTL_ KUBE' KUBELET_CONF ETCD_UNIT
export PROGRAM=maintain-node.sh
. "$here/lib/all.sh"
. "$here/host/all.sh"
. "$here/etcd/all.sh"
. "$here/packages/all.sh"
. "$here/node/all.sh"
. "$here/maintenance/choices.sh"
. "$here/maintenance/work.sh"
. "$here/maintenance/window.sh"
. "$here/maintenance/reboot.sh"
. "$here/maintenance/steps.sh"

INPUTS='
OPERATION        -            -       --id                name of this maintenance of this node, used only once; by
                                                          hand the default is by-hand-<time>
SELF             -            -       -                   name of this node
OS_PACKAGES      security     -       --packages          packages that are updated: security, all or none; never those
                                                          of Kubernetes. By hand it has to be said
RUNTIME          keep         -       --container-runtime packages of the container runtime: keep, or update
COMMAND          -            -       --command           line for sh, done as root after the packages
COMMAND_TIMEOUT  1800         seconds -                   for the command
PACKAGES_TIMEOUT 3600         seconds -                   until packages that cannot be fetched or installed count as
                                                          failed
REBOOT           asked        -       --reboot            whether the host is rebooted: asked (by itself), always or
                                                          never
SERIES           -            -       -                   name of the schedule that this is a run of
WINDOW           -            seconds -                   that the window is open, from the time of the run on; without
                                                          it, always
EXPECTED         1800         seconds -                   that are left of the window when this node begins
DRAIN_TIMEOUT    3600         seconds -                   until a drain counts as stuck
ON_TIMEOUT       give-back    -       --on-timeout        when a drain takes too long: give-back, wait, or delete
                                                          (without an eviction)
EMPTY_DIR        refuse       -       --empty-dir         pods with an emptyDir: refuse, or move: they lose what is in
                                                          it
UNMANAGED        refuse       -       --unmanaged         pods that no controller makes anew: refuse, or delete
GRACE_PERIOD     -            seconds -                   that pods have to end; by default what each pod says
KEEP_PODS        -            -       --keep-pods         label selector of pods that the drain lets alone
READY_TIMEOUT    600          seconds -                   until etcd or an API server that does not become healthy
                                                          counts as failed
TURN             own          -       -                   asked: a pod says when it is the turn of this node; own: at
                                                          once
PASS_ON          -            -       -                   file by which the pod says so
AT_ONCE          1            nodes   -                   how many nodes may be under way at once
EXPIRES          -            -       -                   time after which this must not begin, as 2026-11-22T00:00:00Z
MANIFESTS        /etc/kubernetes/manifests - -            folder of the static pods
KUBELET_CONF     /etc/kubernetes/kubelet.conf - -         kubeconfig of the kubelet
ETCD_UNIT        etcd.service -       -                   unit of etcd, where it is no static pod
FAILPOINT        -            -       -                   for tests, see lib/failpoint.sh
'

TOOLS='kubectl etcdctl'
WAITS=all

# resume: the unit was started again, after a kill or a boot.
resume() {
  :
}

need_tools() {
  need_kubectl
}

by_hand() {
  # Only a Job gives these.
  forget SERIES WINDOW TURN PASS_ON
  begin_by_hand "$@"
  # A person says each time what is updated.
  forget OS_PACKAGES
  VERB=maintenance
  read_options unknown_option "$@"
  "by_hand_$VERB"
}

by_hand_maintenance() {
  OPERATION=${OPERATION:-$(new_id)}
  check_operation_id "$OPERATION"
  [ -n "$OS_PACKAGES" ] || refuse "it is not said which packages are updated" "say it: --packages security, all or none"
  check_choices
  need_tools
  SELF=$(node_name)
  step by-hand "maintenance $OPERATION of $SELF; it goes on when this shell ends, see: sh $(quoted "$0") --status $OPERATION"
  begin_operation stage_program
  follow_operation
}

ROLE=node
take_inputs
run_program stage_program "$@"
