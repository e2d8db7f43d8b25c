# shellcheck shell=sh
# marks.sh: at how many nodes something is under way. A node is marked first, and then all marks are read: of two that
# begin at once, at least one sees the other. So no lock is needed that somebody could delete, that a dead holder could
# keep, or that would end by time. Only a node's own kubelet marks it.
#
#   AT_ONCE    how many nodes may be marked at once, this one included. Of all marked nodes, the least number counts
#   OPERATION  id of the operation on this node

# shellcheck disable=SC2016 # the template's own
MARKS='{{range .items}}{{.metadata.name}} {{index .metadata.labels "cdk8s-day2/operation"}} {{/*
*/}}{{or (index .metadata.labels "cdk8s-day2/at-once") "1"}} {{or (index .metadata.labels "cdk8s-day2/mark") "0"}}
{{end}}whole
'

# read_marks: a line for each marked node, into $WORK/marks: NODE OPERATION AT_ONCE MARK. Status 1: it can't be asked.
read_marks() {
  if ! by_kubectl get nodes --selector cdk8s-day2/operation --output "go-template=$MARKS" ||
    [ "$(tail -n 1 "$WORK/answer")" != whole ]; then
    WHY="the marks of nodes, which can't be read: $(api_words)"
    return 1
  fi
  grep -v '^whole$' "$WORK/answer" >"$WORK/marks" || :
}

# own_mark: the mark of this operation on this node, empty if there is none.
# shellcheck disable=SC2153 # an input
own_mark() {
  awk -v self="$SELF" -v id="$OPERATION" '$1 == self && $2 == id { print $4 }' "$WORK/marks"
}

# marks_allow: whether this node may be marked beside the others that are.
marks_allow() {
  local count least
  count=$(other_marks | wc -l)
  least=$(least_at_once)
  if [ "$count" -lt "$least" ]; then return 0; fi
  WHY="$(other_marks | awk '{ print $1 " (" $2 ")" }' | joined), as not more than $least may be under way at once"
  return 1
}

other_marks() {
  awk -v self="$SELF" '$1 != self' "$WORK/marks"
}

least_at_once() {
  other_marks | awk -v least="$AT_ONCE" '
    { given = $3 + 0 < 1 ? 1 : $3 + 0; if (given < least) least = given }
    END { print least }'
}

# must_give_way: whether so many of the others come first, by name, that this node has to take its mark away. If it
# only had to wait, two that are marked could wait for each other. The first one by name never gives way.
must_give_way() {
  [ "$(other_marks | awk -v self="$SELF" '$1 "" < self ""' | wc -l)" -ge "$(least_at_once)" ]
}
