#!/bin/sh
# upgrade-node.sh: upgrades Kubernetes on this node by its packages: kubeadm first, then the control plane or the
# kubelet's settings by kubeadm, then, with the node drained, the kubelet. It runs in a Job, or by hand on the node
# itself.
#
#   sh upgrade-node.sh --to VERSION    on the node; control planes first, one after the other, then the workers
#   sh upgrade-node.sh --to VERSION --plan   asks all that can be known before, says what would be done, changes nothing
#   sh upgrade-node.sh --status [ID]   how far it is; without an ID, the latest one here
#   sh upgrade-node.sh --abort ID      ends it: until the kubelet's package is replaced the node is given back, after
#                                      that it is left as it is, cordoned
#
# Options
#   --to VERSION             such as 1.35.4: the next minor, or a newer patch
#   --id ID                  name of this upgrade of this node, used only once; default: by-hand-<time>
#   --repository URL         of the packages of a minor, with {minor} in it; default: as this host's source has it
#   --key-fingerprint TEXT   of the repository's key; default: that of the key that this host has
#   --empty-dir move         pods with an emptyDir are moved, and lose what is in it
#   --unmanaged delete       pods that no controller makes anew are deleted
#   --hand-made drop         what people have changed in files that kubeadm writes anew may be gone
#   --patches FOLDER         of kubeadm's patches on this host
#   --certificates keep      certificates that kubeadm has made are not renewed
#   --etcd keep              etcd and its manifest stay as they are
#   --on-timeout WHAT        when a drain takes too long: give-back, wait, or delete (without an eviction)
#   --keep-pods SELECTOR     labels of pods that are let alone by the drain
#
# Exit status: 0 upgraded (or done before); 1 not upgraded, and the node serves as it says; 2 an input is wrong; in a
# Job's pod also 3, it could not begin, and another try may help.

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
export PROGRAM=upgrade-node.sh
. "$here/lib/all.sh"
. "$here/host/all.sh"
. "$here/etcd/all.sh"
. "$here/packages/all.sh"
. "$here/node/all.sh"
. "$here/upgrade/choices.sh"
. "$here/upgrade/check.sh"
. "$here/upgrade/control-plane.sh"
. "$here/upgrade/hand-made.sh"
. "$here/upgrade/kubeadm.sh"
. "$here/upgrade/kubelet.sh"
. "$here/upgrade/trials.sh"
. "$here/upgrade/steps.sh"

INPUTS='
SELF             -             -        name of this node
TO               -             -        version to which it is upgraded, such as 1.35.4
PACKAGES         auto          -        package manager: apt, dnf, or auto for whichever has the kubelet
REPOSITORY       -             -        URL of the packages of a minor, with {minor} in it
KEY_FINGERPRINT  -             -        fingerprint of the key of the repository
DRAIN_TIMEOUT    3600          seconds  until a drain counts as stuck
WHEN_STUCK       give-back     -        what follows then: give-back, wait, or delete
EMPTY_DIR        refuse        -        pods with an emptyDir: refuse, or move
UNMANAGED        refuse        -        pods that no controller makes anew: refuse, or delete
HAND_MADE        refuse        -        what people have changed in files that kubeadm writes anew: refuse, or drop
GRACE            -             seconds  that pods have to end; by default what each pod says
KEEP_PODS        -             -        label selector of pods that are let alone
IGNORE_PREFLIGHT -             -        checks of kubeadm that may fail, by name, with blanks between them
PATCHES          -             -        folder of patches for kubeadm on this host, such as /etc/kubernetes/patches
CERTIFICATES     renew         -        certificates that kubeadm has made: renew, or keep
ETCD             upgrade       -        etcd as a static pod: upgrade, or keep, with its manifest as it is
KUBEADM_TIMEOUT  1800          seconds  for kubeadm upgrade
READY_TIMEOUT    600           seconds  until a control plane that does not become healthy counts as failed
TURN             own           -        asked: a pod says when it is the turn of this node; own: at once
PASS_ON          -             -        file by which the pod says so
AT_ONCE          1             nodes    how many nodes may be under way at once
DRY_RUN          -             -        1: say what would be done, and change nothing
EXPIRES          -             -        time after which this must not begin, as 2026-11-22T00:00:00Z
MANIFESTS        /etc/kubernetes/manifests    -  folder of the static pods
KUBELET_CONF     /etc/kubernetes/kubelet.conf -  kubeconfig of the kubelet
ETCD_UNIT        etcd.service  -        unit of etcd, where it is no static pod
FAILPOINT        -             -        for tests, see lib/failpoint.sh
'

# The programs of the control plane are only tried.
TOOLS='kubectl etcdctl kube-apiserver kube-controller-manager kube-scheduler'
# A node goes to one version: the latest that was asked for.
WAITS=latest

# resume: the unit was started again, after a kill or a boot.
resume() {
  :
}

need_tools() {
  need_kubectl
}

by_hand() {
  forget SELF TO
  begin_by_hand "$@"
  VERB=upgrade
  while [ $# -gt 0 ]; do
    case $1 in
      --id | --to | --repository | --key-fingerprint | --empty-dir | --unmanaged | --hand-made | --on-timeout | \
        --keep-pods | --patches | --certificates | --etcd)
        need_value "$@"
        take_option "$1" "$2"
        shift
        ;;
      --plan) DRY_RUN=1 ;;
      --status | --abort)
        if take_verb "$@"; then shift; fi
        ;;
      *) unknown_option "$1" ;;
    esac
    shift
  done
  "by_hand_$VERB"
}

# take_option OPTION VALUE
take_option() {
  case $1 in
    --id) OPERATION=$2 ;;
    --to) TO=${2#v} ;;
    --repository) REPOSITORY=$2 ;;
    --key-fingerprint) KEY_FINGERPRINT=$2 ;;
    --hand-made) HAND_MADE=$2 ;;
    --patches) PATCHES=$2 ;;
    --certificates) CERTIFICATES=$2 ;;
    --etcd) ETCD=$2 ;;
    *) take_drain_option "$1" "$2" ;;
  esac
}

by_hand_upgrade() {
  OPERATION=${OPERATION:-$(new_id)}
  check_operation_id "$OPERATION"
  [ -n "$TO" ] || refuse "the version is missing" "name it: --to 1.35.4"
  check_choices
  need_tools
  SELF=$(node_name)
  [ -z "$DRY_RUN" ] || OPERATION=${OPERATION%.dry-run}.dry-run
  step by-hand "${DRY_RUN:+plan of the }upgrade $OPERATION of $SELF to $TO; it goes on when this shell ends, see: sh $(quoted "$0") --status $OPERATION"
  begin_operation stage_program
  follow_operation
}

# The role is known when the node was looked at: see choose_role.
ROLE=node
take_inputs
run_program stage_program "$@"
