# shellcheck shell=sh
# kubectl.sh: how the API server is asked.

# by_kubectl ARGUMENT...: its output goes to $WORK/answer and $WORK/errors.
by_kubectl() {
  # kubectl reads settings in HOME, which is not a folder for every user.
  run 30 env "HOME=$WORK" kubectl --cache-dir "$WORK/kubectl" --request-timeout=10s "$@" \
    >"$WORK/answer" 2>"$WORK/errors" </dev/null
}

# api_words: why the last call failed.
api_words() {
  { grep -v '^E[0-9]* ' "$WORK/errors" || cat "$WORK/errors"; } | tail -n 1 | cut -c1-300
}

need_kubectl() {
  command -v kubectl >/dev/null ||
    refuse "there is no kubectl" "install the package kubectl"
}
