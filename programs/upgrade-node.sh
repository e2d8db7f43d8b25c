#!/bin/sh
# upgrade-node.sh: upgrades Kubernetes on this node by its packages: kubeadm first, then the control plane or the
# kubelet's settings by kubeadm, then, with the node drained, the kubelet. It runs in a Job, or by hand on the node
# itself.
#
#   sh upgrade-node.sh --to VERSION    on the node; control planes first, one after the other, then the workers
#   sh upgrade-node.sh --to VERSION --plan   asks all that can be known before, says what would be done, changes nothing
#   sh upgrade-node.sh --to VERSION --replaced-by NODE   moves the pods of this worker, and leaves it cordoned
#   sh upgrade-node.sh --status [ID]   how far it is; without an ID, the latest one here
#   sh upgrade-node.sh --abort ID      ends it: until the kubelet's package is replaced the node is given back, after
#                                      that it is left as it is, cordoned
#
# Options and variables: INPUTS, below.
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
. "$here/upgrade/retire.sh"
. "$here/upgrade/steps.sh"

INPUTS='
OPERATION        -            -       --id              name of this upgrade of this node, used only once; by hand the
                                                        default is by-hand-<time>
SELF             -            -       -                 name of this node
TO               -            -       --to              version to which it is upgraded, such as 1.35.4: the next
                                                        minor, or a newer patch
PACKAGES         auto         -       -                 package manager: apt, dnf, or auto for whichever has the
                                                        kubelet
REPOSITORY       -            -       --repository      URL of the packages of a minor, with {minor} in it; without it,
                                                        as the source of this host has it
KEY_FINGERPRINT  -            -       --key-fingerprint fingerprint of the key of the repository; without it, that of
                                                        the key that this host has
REPLACED_BY      -            -       --replaced-by     node that has taken the place of this worker: this one is not
                                                        upgraded, but drained, and stays cordoned
DRAIN_TIMEOUT    3600         seconds -                 until a drain counts as stuck
ON_TIMEOUT       give-back    -       --on-timeout      when a drain takes too long: give-back, wait, or delete
                                                        (without an eviction)
EMPTY_DIR        refuse       -       --empty-dir       pods with an emptyDir: refuse, or move: they lose what is in it
UNMANAGED        refuse       -       --unmanaged       pods that no controller makes anew: refuse, or delete
HAND_MADE        refuse       -       --hand-made       what people have changed in files that kubeadm writes anew:
                                                        refuse, or drop
GRACE_PERIOD     -            seconds -                 that pods have to end; by default what each pod says
KEEP_PODS        -            -       --keep-pods       label selector of pods that the drain lets alone
IGNORE_PREFLIGHT -            -       -                 checks of kubeadm that may fail, by name, with blanks between
                                                        them
PATCHES          -            -       --patches         folder of patches for kubeadm on this host, such as
                                                        /etc/kubernetes/patches
CERTIFICATES     renew        -       --certificates    certificates that kubeadm has made: renew, or keep
ETCD             upgrade      -       --etcd            etcd as a static pod: upgrade, or keep, with its manifest as it
                                                        is
KUBEADM_TIMEOUT  1800         seconds -                 for kubeadm upgrade
READY_TIMEOUT    600          seconds -                 until a control plane that does not become healthy counts as
                                                        failed
TURN             own          -       -                 asked: a pod says when it is the turn of this node; own: at
                                                        once
PASS_ON          -            -       -                 file by which the pod says so
AT_ONCE          1            nodes   -                 how many nodes may be under way at once
DRY_RUN          -            -       --plan=1          1: say what would be done, and change nothing
EXPIRES          -            -       -                 time after which this must not begin, as 2026-11-22T00:00:00Z
MANIFESTS        /etc/kubernetes/manifests - -          folder of the static pods
KUBELET_CONF     /etc/kubernetes/kubelet.conf - -       kubeconfig of the kubelet
ETCD_UNIT        etcd.service -       -                 unit of etcd, where it is no static pod
FAILPOINT        -            -       -                 for tests, see lib/failpoint.sh
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
  # Only a Job gives these.
  forget TURN PASS_ON
  begin_by_hand "$@"
  VERB=upgrade
  read_options unknown_option "$@"
  "by_hand_$VERB"
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
