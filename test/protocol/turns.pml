/* turns.pml: nodes that begin something disruptive, and know each other only by their marks. See programs/turn/ and programs/node/turn.sh.
 *
 * Each node has a unit, which marks its Node, and a pod, which reads all marks at one moment. What the pod has read is acted on at any later
 * time. A pod that is killed and begins anew is one that takes its time: it remembers nothing. An API server that is away is the same. There is no
 * clock in it.
 *
 *   NODES          how many
 *   OFF            nodes may go off for good at any time, with their mark
 *   GONE           the Node of one that is off may be deleted, with its mark
 *   TAKEN          somebody may take a mark away from a node that is marked and has not begun
 *   CARRIED_OFF    the unit of a marked node that no pod carries takes its mark away by itself
 *
 * Faulty protocols, for controls:
 *   BLIND          a marked node doesn't look again
 *   ANY_MARK       what was read for an earlier mark counts for the next one, too
 *   STUBBORN       nobody gives way
 */
#ifndef NODES
#define NODES 3
#endif

mtype = { waiting, marked, working, done, off };
mtype unit[NODES];
/* Whether the Node has the mark: also that of a node that went off with it. */
bool mark[NODES];
/* How many may be under way at once, as this node sees it. */
byte at_once[NODES];
/* What the pod has said of this mark. What it said of an earlier one is not listened to: each has its number. */
mtype = { nothing, may, go, stay, back };
mtype said[NODES];

#ifdef ANY_MARK
/* A pod read that the node may go, with an earlier mark, and says so late. */
bool late[NODES];
#endif

bool too_many;
hidden byte at_work, least, others, before, limit, each;

/* Whether more are at work than any of them allows. */
inline judge() {
  d_step {
    at_work = 0; least = NODES;
    for (each : 0 .. NODES - 1) {
      if
      :: unit[each] == working -> at_work++; if :: at_once[each] < least -> least = at_once[each] :: else fi
      :: else
      fi
    }
    if :: at_work > least -> too_many = true :: else fi
  }
  assert(!(too_many))
}

/* One look of the pod: all marks at one moment. */
inline look() {
  d_step {
    others = 0; before = 0; limit = at_once[me];
    for (each : 0 .. NODES - 1) {
      if
      :: each != me && mark[each] ->
           others++;
           if :: each < me -> before++ :: else fi;
           if :: at_once[each] < limit -> limit = at_once[each] :: else fi
      :: else
      fi
    }
    if
    :: unit[me] == waiting && others < limit -> said[me] = may
    :: unit[me] == waiting && others >= limit -> said[me] = nothing
    :: unit[me] == marked && !mark[me] -> said[me] = nothing
    :: unit[me] == marked && mark[me] && others < limit -> said[me] = go
#ifdef STUBBORN
    :: unit[me] == marked && mark[me] && others >= limit -> said[me] = stay
#else
    :: unit[me] == marked && mark[me] && others >= limit && before >= limit -> said[me] = back
    :: unit[me] == marked && mark[me] && others >= limit && before < limit -> said[me] = stay
#endif
    fi
  }
}

inline take_away() {
  atomic {
#ifdef ANY_MARK
    if :: said[me] == go -> late[me] = true :: else fi;
#endif
    mark[me] = false; unit[me] = waiting; said[me] = nothing
  }
}

proctype node(byte me) {
  do
  :: unit[me] == waiting ->
       look();
       if
       :: said[me] == may -> atomic { mark[me] = true; unit[me] = marked }
       :: else
       fi
  :: unit[me] == marked ->
       if
       :: look()
#ifdef BLIND
       :: said[me] = go
#endif
#ifdef ANY_MARK
       :: late[me] -> said[me] = go
#endif
       fi;
       if
       :: atomic { said[me] == go -> unit[me] = working; judge() }
       :: said[me] == back || (unit[me] == marked && !mark[me]) -> take_away()
       :: said[me] == stay || said[me] == nothing
#ifdef CARRIED_OFF
       :: take_away()
#endif
#ifdef OFF
       :: unit[me] = off; break
#endif
       fi
  :: unit[me] == working ->
       if
       :: atomic { unit[me] = done; mark[me] = false; break }
#ifdef OFF
       :: unit[me] = off; break
#endif
       fi
  od;
#ifdef GONE
  if
  :: unit[me] == off -> mark[me] = false
  :: true
  fi
#endif
}

#ifdef TAKEN
/* A mark that says of itself that it may be taken away: that of a node that waits. */
proctype somebody() {
  byte which;
  do
  :: select(which : 0 .. NODES - 1);
     atomic { if :: unit[which] == marked && mark[which] && said[which] != go -> mark[which] = false :: else fi }
  :: break
  od
}
#endif

#define ALL_DONE (unit[0] == done && unit[1] == done && unit[NODES - 1] == done)
#ifdef LIVENESS
ltl settles { <> ALL_DONE }
#endif

init {
  byte i;
  atomic {
    for (i : 0 .. NODES - 1) {
      unit[i] = waiting; said[i] = nothing;
      if :: at_once[i] = 1 :: at_once[i] = 2 fi
    }
    for (i : 0 .. NODES - 1) { run node(i) }
#ifdef TAKEN
    run somebody()
#endif
  }
}
