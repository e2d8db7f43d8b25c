# shellcheck shell=sh
# manager.sh: the package manager of this host. Each has the same functions, after its name.
#
#   PACKAGES   apt, dnf or auto

# find_manager: keeps it as the fact `manager`.
find_manager() {
  local found
  [ -z "$(fact manager)" ] || return 0
  # shellcheck disable=SC2153 # an input
  found=$PACKAGES
  [ "$found" != auto ] || found=$(managers_of_kubelet)
  case $found in
    apt | dnf) keep_fact manager "$found" ;;
    '') give_up "no package manager of this host has the kubelet, but $(command -v kubelet || echo nobody) is there" \
      "upgrade this node as it was installed, or install the packages kubelet and kubeadm first" ;;
    'apt dnf') give_up "both dpkg and rpm have the package kubelet on this host" \
      "say whose is right: PackageSource.apt() or PackageSource.dnf(), by hand PACKAGES=apt or PACKAGES=dnf before the line" ;;
    *) refuse "PACKAGES is '$found'" "set it to apt, dnf or auto" ;;
  esac
}

# managers_of_kubelet: those that have installed the kubelet. A machine may have the programs of both.
managers_of_kubelet() {
  {
    [ -z "$(apt_installed kubelet)" ] || echo apt
    [ -z "$(dnf_installed kubelet)" ] || echo dnf
  } | paste -s -d ' ' -
}

# by_manager FUNCTION ARGUMENT...: calls apt_FUNCTION, or dnf_FUNCTION.
by_manager() {
  local function
  function=$(fact manager)_$1
  shift
  "$function" "$@"
}
