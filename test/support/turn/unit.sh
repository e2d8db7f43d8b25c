# The part of a unit that waits for its turn, with the programs' own functions and the identity of this node's kubelet.
# Arguments: the folder of the programs, the folder of this unit, seconds of work, its name in the log. The log has a line `in` and a line `out`.
# With a fifth argument, the work lasts until so many have been at work at once: however slow the machine is. It ends after a minute all the same.
set -eu
here=$1 home=$2 seconds=$3 name=$4 together=${5:-1}
export PROGRAM=test TURN=asked FAILPOINT= EXPIRES= ROLE=
. "$here/lib/all.sh"
. "$here/node/all.sh"
RECORD=$home/record WORK=$home/work
mkdir -p "$RECORD" "$WORK"
# The engine would begin with that step again, in a new process.
go_to() { exit 7; }
conclude() { exit 9; }
STEPS=
again() { until "$@"; do sleep 0.2; done; }
mark() { keep_fact marked yes && mark_node; }

while :; do
  again its_turn
  again mark
  if (again may_begin); then break; fi
  echo "back $name" >>"$home/../log"
done
echo "in $name" >>"$home/../log"
sleep "$seconds"
most_at_once() { awk '/^in /{ if (++now > most) most = now } /^out /{ now-- } END { print most }' "$home/../log"; }
waited=0
while [ "$(most_at_once)" -lt "$together" ] && [ "$waited" -lt 60 ]; do
  sleep 1
  waited=$((waited + 1))
done
echo "out $name" >>"$home/../log"
again unmark_node
