/*
 * The protocol of a restore: see README.md beside this file.
 *
 * MEMBERS, MAY_BE_LOST    how many members, and how many machines may be lost for good at any time
 * EXTERNAL                etcd and the API server on different machines
 * BREAK_GLASS             the old etcd has no quorum: persons carry the words
 * The other names that can be defined are faults in the protocol, each of which the checker has to find.
 */
#include "state.pml"
#include "unit.pml"
#include "world.pml"

/* Once faults end, everything ends well, or where only a person could help. */
#ifdef LIVENESS
ltl settles { [] (calm -> <> SETTLED) }
#endif
