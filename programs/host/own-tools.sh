# shellcheck shell=sh
# own-tools.sh: the host's own programs, as an administrator runs them. Those of the operation, which come first on its
# PATH, would be found by the scripts of packages, too; and files of packages must not get its umask.
#
#   WORK   folder for the output of commands

# own_tools SECONDS COMMAND...: its output goes to $WORK/answer and $WORK/errors.
own_tools() {
  local limit="$1"
  shift
  # No questions, and no service is restarted beside what the operation itself restarts.
  # shellcheck disable=SC2016 # expanded by the shell that it starts
  run "$limit" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none NEEDRESTART_SUSPEND=1 \
    sh -c 'umask 022; exec "$@"' sh "$@" </dev/null >"$WORK/answer" 2>"$WORK/errors"
}

# own_words: what the last own_tools said, for a person.
own_words() {
  {
    grep -h -e '^E: ' -e '^error' -e '^Error' "$WORK/errors" || tail -n 3 "$WORK/errors" | grep . ||
      tail -n 1 "$WORK/answer"
  } | paste -s -d ' ' - | cut -c1-400
}
