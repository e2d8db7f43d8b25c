# shellcheck shell=sh
# environment.sh: what of its environment a program leaves behind. A person's shell, a unit of systemd and a container
# have variables that change what our tools do, and nobody thinks of them at night. Sourced first.

# clean_environment PREFIXES [NAME...]: from here on the tools do the same for everybody. Variables that begin with one
# of these words go, too; NAMEs stay.
clean_environment() {
  local name names prefixes="$1"
  shift
  unset IFS
  # A shell's exported functions come along into bash: one called rm or cp would be ours then.
  unset -f awk
  names=$(awk 'BEGIN {
    for (name in ENVIRON) if (sub(/^BASH_FUNC_/, "", name) && sub(/(%%|\(\))$/, "", name)) print name
  }') || names=
  for name in $names; do unset -f "$name" 2>/dev/null || :; done
  # Names alone, whatever stands in the values. What goes by a prefix is a tool's own, a library's or systemd's, and
  # grows with their versions.
  names=$(awk -v stay=" $* " -v prefixes="$prefixes" 'BEGIN {
    gsub(/ /, "|", prefixes)
    for (name in ENVIRON)
      if (name ~ "^(" prefixes "|GRPC_|SYSTEMD_|SYSTEMCTL_|LD_)[A-Za-z0-9_]+$")
        if (!index(stay, " " name " ")) print name
  }') || names=
  for name in $names; do unset "$name"; done
  # Machines of the cluster are asked directly.
  unset http_proxy https_proxy ftp_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY FTP_PROXY ALL_PROXY NO_PROXY
  # What Go, curl and the C library take from variables: certificates, files of secrets, names of hosts.
  unset GODEBUG SSLKEYLOGFILE SSL_CERT_FILE SSL_CERT_DIR OPENSSL_CONF CURL_HOME XDG_CONFIG_HOME WGETRC SYSTEM_WGETRC
  unset HOSTALIASES LOCALDOMAIN RES_OPTIONS
  # What the usual commands print, and where a shell goes.
  unset GREP_OPTIONS GREP_COLOR GREP_COLORS TAR_OPTIONS BLOCK_SIZE BLOCKSIZE DF_BLOCK_SIZE LS_BLOCK_SIZE
  unset QUOTING_STYLE TIME_STYLE TZ
  unset POSIXLY_CORRECT _POSIX2_VERSION CDPATH ENV BASH_ENV
  # To bash, which is sh on many hosts, the end of POSIXLY_CORRECT is the end of what POSIX says of a shell.
  # shellcheck disable=SC3040 # asked before
  if (set -o posix) 2>/dev/null; then set -o posix; fi
  # curl and wget read a file of settings there.
  HOME=/dev/null LC_ALL=C
  export HOME LC_ALL
}
