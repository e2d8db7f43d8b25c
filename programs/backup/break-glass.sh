# shellcheck shell=sh
# break-glass.sh: the kit: what a restore needs when nothing else is left, kept beside the backups.
#
#   KIT_DIGEST    8 hexadecimal digits, which change when anything in the kit does; empty for no kit
#   KIT_SOURCE    folder with program/ (restore.sh, its folders) and cluster/ (RUNBOOK.md, cluster.env)
#   BUSYBOX       the busybox of the kit, linked statically
#
#   <CLUSTER>/break-glass                    a link to the kit, replaced by one rename: it always leads to a whole kit
#             .break-glass-<digest>/         a kit, complete when it has such a name: the programs, their tools, a page
#                                            that says what to type, and SHA256SUMS of all of it
#             .break-glass-<digest>.2/       the same, written anew beside one that was changed
#             .break-glass-<digest>.draft/   being written

# The kit's tools beside busybox, if the image has them.
KIT_TOOLS='etcd etcdctl etcdutl'
DRAFT=
# What was wrong with a kit that had to be written anew.
KIT_FAULT=

# is_kit_name NAME: whether this is the name of a complete kit.
is_kit_name() {
  case ${1%.2} in
    .break-glass-[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]) ;;
    *) return 1 ;;
  esac
}

# keep_kit: sees that the cluster's folder has the kit that is wanted, as it was written. Says nothing if it has.
keep_kit() {
  local there
  [ -n "${KIT_DIGEST:-}" ] || return 0
  STEP=kit
  KIT=.break-glass-$KIT_DIGEST
  there=$(readlink break-glass) || there=
  wanted_sums >"$WORK/wanted" 2>"$WORK/errors" ||
    no_kit "$(tail -n 1 "$WORK/errors")" "check the pod's volumes: they have to bring the kit's files"
  if [ "${there%.2}" = "$KIT" ] && is_own_folder "$there"; then
    KIT_FAULT=$(differences "$there")
    if [ -z "$KIT_FAULT" ]; then
      sweep_kits "$there"
      return
    fi
    say "warning: the kit in $there is not as it was written: $KIT_FAULT. The volume's disk is failing, or somebody has changed it"
    # The new kit is written beside it, so that the link leads to a kit at any moment.
    [ "$there" != "$KIT" ] || KIT=$KIT.2
  fi
  if [ -e break-glass ] || [ -L break-glass ]; then
    is_kit_name "$there" ||
      no_kit "break-glass is in its place, and not a link of this program's" \
        "move break-glass on the volume elsewhere: this program makes its own"
  fi
  step kit "writing $KIT, to restore with when the cluster is down"
  # Older kits go first, so that their space is free; the one in use stays until there is another.
  sweep_kits "$there"
  write_kit 2>"$WORK/errors" ||
    no_kit "$(tail -n 1 "$WORK/errors")" \
      "free about 70 MB on the volume and check its health, or set breakGlassKit to false"
  sweep_kits "$KIT"
}

no_kit() {
  fail "$SAVED, but the break-glass kit can't be written: $1" "$2"
}

# kit_files: a line `NAME FILE` for each file of the kit: its name there, and where it comes from. etcd is for the trial
# of a restore. Without etcdutl, etcdctl restores by itself: an image in which neither can has been refused before.
kit_files() {
  local file tool
  (cd "$KIT_SOURCE/program" && find . -type f) >"$WORK/found" || return 1
  sed "s,^\./\(.*\),\1 $KIT_SOURCE/program/\1," "$WORK/found" || return 1
  for file in "$KIT_SOURCE"/cluster/*; do echo "${file##*/} $file"; done
  echo "bin/busybox $BUSYBOX"
  for tool in $KIT_TOOLS; do
    if file=$(command -v "$tool"); then echo "bin/$tool $file"; fi
  done
}

# wanted_sums: SHA256SUMS as it has to be.
wanted_sums() {
  kit_files >"$WORK/kit-files" &&
    cut -d' ' -f2 "$WORK/kit-files" | xargs sha256sum >"$WORK/sums" || return 1
  awk 'FILENAME == ARGV[1] { sum[FNR] = $1; next } { print sum[FNR] "  " $1 }' "$WORK/sums" "$WORK/kit-files"
}

# differences KIT: how its files differ from those that it has to have, in words.
differences() {
  (
    cd "$1" || exit 0
    find . -type f ! -path ./SHA256SUMS -exec sha256sum {} + | sed 's,  \./,  ,'
    find . ! -type f ! -type d | sed 's,^\./,strange  ,'
  ) >"$WORK/there" 2>"$WORK/errors" || :
  {
    cmp -s "$WORK/wanted" "$1/SHA256SUMS" || echo "SHA256SUMS is changed"
    awk 'FILENAME == ARGV[1] { wanted[$2] = $1; next }
      { name = substr($0, index($0, "  ") + 2); seen[name] = 1
        if (!(name in wanted)) print name " is no part of it"
        else if (wanted[name] != $1) print name " is changed" }
      END { for (name in wanted) if (!(name in seen)) print name " is missing" }' "$WORK/wanted" "$WORK/there" | sort
  } | head -n 8 | paste -s -d ',' - | sed 's/,/, /g'
}

# write_kit: under a draft's name, and synced before it gets its own. chmod has u+ and not u=: busybox with u= takes the
# x from programs before X looks at it.
write_kit() {
  DRAFT=.break-glass-$KIT_DIGEST.draft
  mkdir -m 0700 "$DRAFT" &&
    copy_kit &&
    cp "$WORK/wanted" "$DRAFT/SHA256SUMS" &&
    (cd "$DRAFT" && sha256sum -c SHA256SUMS >/dev/null) &&
    chmod -R u+rwX,go= "$DRAFT" &&
    ln -s "$KIT" "$DRAFT/link" &&
    find "$DRAFT" ! -type l -exec sync {} + &&
    mv -T "$DRAFT" "$KIT" &&
    DRAFT= &&
    sync . &&
    mv -T "$KIT/link" break-glass &&
    sync .
}

copy_kit() {
  local tool file
  # By the real files: in a pod they are behind links.
  cp -RL "$KIT_SOURCE"/program/. "$DRAFT" && cp -L "$KIT_SOURCE"/cluster/* "$DRAFT" &&
    mkdir "$DRAFT/bin" && cp "$BUSYBOX" "$DRAFT/bin/busybox" || return 1
  for tool in $KIT_TOOLS; do
    file=$(command -v "$tool") || continue
    cp "$file" "$DRAFT/bin/$tool" || return 1
  done
}

# sweep_kits NAME: removes all other kits, and drafts that a dead run left.
sweep_kits() {
  local name
  for name in .break-glass-*; do
    if [ "$name" = "$1" ] || ! is_kit_name "${name%.draft}" || ! is_own_folder "$name"; then continue; fi
    say "removing $name"
    rm -rf "./$name" 2>"$WORK/errors" || say "warning: $name can't be removed: $(tail -n 1 "$WORK/errors")"
  done
}

drop_draft() {
  [ -z "$DRAFT" ] || rm -rf "./$DRAFT" || :
}
