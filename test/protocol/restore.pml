/*
 * The protocol of a restore: see README.md beside this file.
 *
 * MEMBERS, MAY_BE_LOST    how many members, and how many machines may be lost for good at any time
 * EXTERNAL                etcd and the API server on different machines
 * BREAK_GLASS             the old etcd has no quorum: persons carry the words
 * KUBELET_LAGS            the kubelet acts on what it saw of the manifests folder earlier
 * NO_OLD_DATA             the holder has no data of etcd to begin with
 * IMAGED_ANEW             one machine may lose its record after the end
 * NO_CUTS, POWER_CUTS      fewer faults, so that more members can be explored: no network cuts; at most so many power cuts
 * ONLY_SAFETY             don't ask how runs end
 * REACHES                 a state that the checker is to show
 * The other names that can be defined are faults in the protocol, each of which the checker has to find.
 */
#include "state.pml"
#include "properties.pml"
#include "unit.pml"
#include "world.pml"

/* Once faults end, every run ends well, or where only a person can help. */
#ifdef LIVENESS
ltl settles { [] (calm -> <> SETTLED) }
#endif
