# shellcheck shell=sh
# updates.sh: updates of the operating system's packages. Each package manager has the same functions, after its name.
#
#   OS_PACKAGES   security, all or none
#   RUNTIME   keep or update: the packages of the container runtime

# What no update of the system may take to another version: an upgrade of Kubernetes does that.
KUBERNETES_PACKAGES='kubeadm kubelet kubectl kubernetes-cni cri-tools'
RUNTIME_PACKAGES='containerd containerd.io runc cri-o cri-o-runc docker.io docker-ce docker-ce-cli'

# find_update_manager: keeps the system's own package manager as the fact `manager`, or `none`: a machine may have the
# programs of several, and only one has packages.
find_update_manager() {
  [ -z "$(fact manager)" ] || return 0
  if own_tools 30 dpkg-query --show dpkg; then
    keep_fact manager apt
  elif [ "$OS_PACKAGES" = none ]; then
    keep_fact manager none
  else
    give_up "the packages of this host are not apt's, and no other package manager is known" \
      "choose no packages, and update them by a command: --packages none --command TEXT (OsPackages.none(), command)"
  fi
}

# held_out: the packages that stay as they are, with blanks between them.
held_out() {
  if [ "$RUNTIME" = update ]; then echo "$KUBERNETES_PACKAGES"; else echo "$KUBERNETES_PACKAGES $RUNTIME_PACKAGES"; fi
}
