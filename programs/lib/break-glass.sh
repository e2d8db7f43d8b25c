# shellcheck shell=sh
# break-glass.sh: what a restore needs when nothing else is left, kept beside the backups.
#
#   KIT_DIGEST    8 hexadecimal digits, others when anything in the kit is another; empty for no kit
#   KIT_SOURCE    folder with program/ (restore.sh, lib/) and cluster/ (RUNBOOK.md, cluster.env)
#   BUSYBOX       the busybox of the kit, linked statically
#
#   <CLUSTER>/break-glass                    a link to the kit, replaced by one rename: whoever follows it finds all of one kit
#             .break-glass-<digest>/         a kit, complete when it has such a name: the restore program, all that it calls, and a page
#                                            that says what to type
#             .break-glass-<digest>.draft/   being written

draft=

# is_kit_name NAME: whether this is the name of a complete kit.
is_kit_name() {
  case $1 in
    .break-glass-[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]) ;;
    *) return 1 ;;
  esac
}

# keep_kit: in the cluster's folder. Silent while the kit there is the one that is wanted.
keep_kit() {
  [ -n "${KIT_DIGEST:-}" ] || return 0
  STEP=kit
  kit=.break-glass-$KIT_DIGEST
  there=$(readlink break-glass) || there=
  if [ "$there" != "$kit" ] || ! is_own_folder "$kit"; then
    if [ -e break-glass ] || [ -L break-glass ]; then
      is_kit_name "$there" || no_kit "break-glass is in its place, and not a link of this program's" "move break-glass on the volume elsewhere: this program makes its own"
    fi
    step kit "writing $kit, to restore with when the cluster is down"
    # First, so that their space is free; the one in use stays until there is another.
    sweep_kits "$there"
    write_kit 2>"$WORK/errors" || no_kit "$(tail -n 1 "$WORK/errors")" "free about 40 MB on the volume and check its health, or set breakGlassKit to false"
  fi
  sweep_kits "$kit"
}

no_kit() {
  fail "$saved, but the break-glass kit can't be written: $1" "$2"
}

# write_kit: under another name, and durable before it gets its own. By u+ and not u=, which in busybox takes from programs the x that X looks at.
write_kit() {
  draft=$kit.draft
  mkdir -m 0700 "$draft" "$draft/lib" "$draft/bin" &&
    cp "$KIT_SOURCE"/program/*.sh "$KIT_SOURCE"/cluster/* "$draft/" &&
    cp "$KIT_SOURCE"/program/lib/*.sh "$draft/lib/" &&
    cp "$BUSYBOX" "$draft/bin/busybox" &&
    copy_etcd_tools &&
    chmod -R u+rwX,go= "$draft" &&
    ln -s "$kit" "$draft/link" &&
    find "$draft" ! -type l -exec sync {} + &&
    mv -T "$draft" "$kit" &&
    draft= &&
    sync . &&
    mv -T "$kit/link" break-glass &&
    sync .
}

# Without etcdutl, etcdctl can restore by itself: an image in which neither can has been refused before.
copy_etcd_tools() {
  for tool in etcdctl etcdutl; do
    path=$(command -v "$tool") || continue
    cp "$path" "$draft/bin/$tool" || return 1
  done
}

# sweep_kits NAME: removes kits but that one, and drafts that a dead run left.
sweep_kits() {
  for name in .break-glass-*; do
    if [ "$name" = "$1" ] || ! is_kit_name "${name%.draft}" || ! is_own_folder "$name"; then continue; fi
    say "removing $name"
    rm -rf "./$name" 2>"$WORK/errors" || say "warning: $name can't be removed: $(tail -n 1 "$WORK/errors")"
  done
}

drop_draft() {
  [ -z "$draft" ] || rm -rf "./$draft" || :
}
