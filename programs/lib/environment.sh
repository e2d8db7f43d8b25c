# shellcheck shell=sh
# environment.sh: removes from a program's environment what would change its tools. A person's shell, a unit of systemd
# and a container have such variables, and nobody thinks of them at night. Sourced first.

# clean_environment PREFIXES [NAME...]: from here on the tools do the same for everybody. Variables whose names begin
# with one of PREFIXES are unset, too, except NAMEs.
clean_environment() {
  local name names prefixes="$1"
  shift
  unset IFS
  # bash takes over functions that another shell exported: one called rm or cp would replace ours.
  unset -f awk
  names=$(awk 'BEGIN {
    for (name in ENVIRON) if (sub(/^BASH_FUNC_/, "", name) && sub(/(%%|\(\))$/, "", name)) print name
  }') || names=
  for name in $names; do unset -f "$name" 2>/dev/null || :; done
  # Only names are printed, so values can contain anything. Variables that go by their prefix belong to a tool, a
  # library or systemd, and new versions bring new ones.
  names=$(awk -v stay=" $* " -v prefixes="$prefixes" 'BEGIN {
    gsub(/ /, "|", prefixes)
    for (name in ENVIRON)
      if (name ~ "^(" prefixes "|GRPC_|SYSTEMD_|SYSTEMCTL_|LD_)[A-Za-z0-9_]+$")
        if (!index(stay, " " name " ")) print name
  }') || names=
  for name in $names; do unset "$name"; done
  # No proxy: the cluster's machines are asked directly.
  unset http_proxy https_proxy ftp_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY FTP_PROXY ALL_PROXY NO_PROXY
  # What Go, curl and the C library take from variables: certificates, files of secrets, names of hosts.
  unset GODEBUG SSLKEYLOGFILE SSL_CERT_FILE SSL_CERT_DIR OPENSSL_CONF CURL_HOME XDG_CONFIG_HOME WGETRC SYSTEM_WGETRC
  unset HOSTALIASES LOCALDOMAIN RES_OPTIONS
  # What changes the output of the usual commands, where `cd` goes, and what a shell sources at its start.
  unset GREP_OPTIONS GREP_COLOR GREP_COLORS TAR_OPTIONS BLOCK_SIZE BLOCKSIZE DF_BLOCK_SIZE LS_BLOCK_SIZE
  unset QUOTING_STYLE TIME_STYLE TZ
  unset POSIXLY_CORRECT _POSIX2_VERSION CDPATH ENV BASH_ENV
  # bash, which is sh on many hosts, leaves its POSIX mode when POSIXLY_CORRECT is unset.
  # shellcheck disable=SC3040 # asked before
  if (set -o posix) 2>/dev/null; then set -o posix; fi
  # curl and wget read a file of settings in HOME.
  HOME=/dev/null LC_ALL=C
  export HOME LC_ALL
}
