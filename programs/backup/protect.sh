# shellcheck shell=sh
# protect.sh: what a backup has beside the snapshot: the PKI, and fingerprints of what must be unchanged at a restore.

# protect: adds what else a restore needs, and fingerprints of what must be unchanged then. The snapshot is worth having
# without them: what can't be read is left out, and the run fails at its end.
protect() {
  local file
  FINGERPRINTS_TAKEN=
  for file in ${FINGERPRINTS:+"$FINGERPRINTS"/*}; do
    # An empty folder.
    [ "$file" != "$FINGERPRINTS/*" ] || continue
    if run "$SNAPSHOT_TIMEOUT" sha256sum "$file" >"$WORK/sum" 2>"$WORK/errors"; then
      FINGERPRINTS_TAKEN="$FINGERPRINTS_TAKEN${FINGERPRINTS_TAKEN:+,}$(
        printf '"%s":"%s"' "$(json_text "$(basename "$file")")" "$(cut -c1-64 "$WORK/sum")"
      )"
    else
      leave_out "fingerprints/$(basename "$file")" "$file can't be read"
    fi
  done
  [ -n "${PKI:-}" ] || return 0
  step protect "the PKI in $PKI, private keys included"
  if ! { run "$SNAPSHOT_TIMEOUT" cp -RL "$PKI" "$INCOMPLETE/pki" &&
    chmod -R u=rwX,go= "$INCOMPLETE/pki"; } 2>"$WORK/errors"; then
    # Half a PKI would be taken for the whole.
    leave_out pki "the PKI can't be copied"
    rm -rf "./$INCOMPLETE/pki" 2>"$WORK/errors" ||
      fail "can't remove the half-copied PKI: $(tail -n 1 "$WORK/errors")" \
        "check the volume's health (dmesg on the node)"
  fi
}

# leave_out WHAT WHY: the backup is saved without it. Only the first reason is kept, with its fix.
leave_out() {
  local cause
  cause=$(tail -n 1 "$WORK/errors")
  say "warning: $2: ${cause:-no answer within $SNAPSHOT_TIMEOUT s}"
  MISSING="$MISSING${MISSING:+,}\"$(json_text "$1")\""
  SAVED_WITHOUT="$SAVED_WITHOUT${SAVED_WITHOUT:+, }$1"
  [ -z "$MISSING_WHY" ] || return 0
  MISSING_WHY="$2: ${cause:-no answer within $SNAPSHOT_TIMEOUT s}"
  case $cause in
    *[Pp]ermission*)
      MISSING_FIX="user $(id -u) may not read it here. With includePki the pod needs the capability DAC_READ_SEARCH, which the chart of this version gives; without includePki, the file has to belong to user $(id -u) or be readable by all"
      ;;
    *[Nn]'o space'*) MISSING_FIX="free space on the volume: it has to hold the PKI beside the snapshot" ;;
    *[Nn]'o such file'*) MISSING_FIX="on the node, mend or remove what leads to nothing there" ;;
    *) MISSING_FIX="look at this file on the node" ;;
  esac
}
