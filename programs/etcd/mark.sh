# shellcheck shell=sh
# mark.sh: the marks of restores in etcd: each says which cluster a restore of ours has made. They are passed on: by a
# snapshot, and by a restore in place of what runs.
#
#   MADE_BY   the restore that has made a cluster

MARKS=/cdk8s-day2/restores

# made_by URL CLUSTER: the id of the restore that has made this cluster, as the member at URL knows; nothing if none
# has. It asks that member alone, as the quorum may be lost. Status 1: it does not answer.
made_by() {
  ask "$1" 5 get --prefix "$MARKS/" --print-value-only --consistency=s || return 1
  grep -F "\"cluster\":\"$2\"" "$WORK/answer" | json_string id
}

# is_restored URL CLUSTER OTHER: whether a restore of ours has made the cluster that the member at URL serves, and the
# other cluster, at OTHER, doesn't know of it. So that one is no later restore: it is what was there before. Status 2:
# it can't be told.
is_restored() {
  local known
  MADE_BY=$(made_by "$1" "$2") || return 2
  [ -n "$MADE_BY" ] || return 1
  known=$(made_by "$3" "$2") || return 2
  [ -z "$known" ]
}
