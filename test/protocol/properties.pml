/* What must hold at every moment, and how a run may end. */

/* An API server beside a member writes to that member; one on a machine of its own writes to any that it reaches. */
#ifdef EXTERNAL
#define WRITES_OLD(m, x) (machine[m].api && OLD_QUORUM(machine[m].cut))
#define WRITES_NEW(m, x) (machine[m].api && NEW_QUORUM(machine[m].cut))
#else
#define WRITES_OLD(m, x) (machine[m].api && RUNS_OLD(m, machine[m].cut) && OLD_QUORUM(machine[m].cut))
#define WRITES_NEW(m, x) (machine[m].api && RUNS_NEW(m, machine[m].cut) && NEW_QUORUM(machine[m].cut))
#endif

#define SPLIT (ANY(WRITES_OLD, 0) && ANY(WRITES_NEW, 0))
/* What the new cluster has accepted is given up only when that cluster is lost for good, and a person says so. */
#define TURNED_BACK (served && ANY(WRITES_OLD, 0) && !NEW_DEAD && !(CALLED_LOST && called_off))
#define OLD_DATA_GONE(m, x) (HAD_DATA(m) && !machine[m].lost && machine[m].data != OLD && !machine[m].aside)

#define IS_DONE(m, x) (machine[m].lost || (machine[m].rec == DONE && (!HAS_API(m) || machine[m].api) && \
  (!HAS_ETCD(m) || (machine[m].etcd && machine[m].data == NEW && machine[m].joined == VOTER && (machine[m].aside || !HAD_DATA(m))))))
#define IS_BACK(m, x) (machine[m].lost || ((machine[m].rec == ABORTED || machine[m].rec == CHECK) && (!HAS_API(m) || machine[m].api) && \
  (!HAS_ETCD(m) || (HAD_DATA(m) && machine[m].etcd && machine[m].data == OLD && !machine[m].aside) || \
    (!HAD_DATA(m) && !machine[m].etcd && machine[m].data == NOTHING))))
/* Too many machines are lost for either cluster to have a quorum again: the units say so, and point to a restore by hand. */
#define IS_COMMITTED(m, x) ((m) != HOLDER && (machine[m].joined == VOTER || (machine[m].rec >= STOP_ETCD && machine[m].rec <= DONE)))
#ifdef BREAK_GLASS
#define BEYOND_RETURN (NEW_DEAD && (machine[HOLDER].lost || ANY(IS_COMMITTED, 0)))
#else
#define BEYOND_RETURN (NEW_DEAD && (OLD_DEAD || ANY(IS_COMMITTED, 0)))
#endif
/* For the landmarks of explorations.ts: the checker has to reach such a state. */
#define EVERYONE_IS_DONE (ALL(IS_DONE, 0) && !ANY(IS_LOST, 0))
#define EVERYONE_IS_BACK_AFTER_SWAP (decision == SWAP && ALL(IS_BACK, 0))
#define EVERYONE_IS_BACK_WITHOUT_THE_HOLDER (marked && machine[HOLDER].lost && ALL(IS_BACK, 0) && ANY(WRITES_OLD, 0))
#ifndef REACHES
#define REACHES 0
#endif
#define SETTLED (ALL(IS_DONE, 0) || ALL(IS_BACK, 0) || BEYOND_RETURN)

/* Clears keys that nobody will read again. */
#define TIDY(m, x) machine[m].ready = 0; machine[m].quiesced = 0;
/* The checker calls what it found by these names. */
bit two_clusters;
bit turned_back;
bit old_data_gone;
bit got_there;
bit stuck;
bit used_twice;
bit overwritten;
bit started_too_early;

/* Ends every step of the model. */
#define END \
  if :: decision != NONE -> EACH(TIDY) :: else fi; \
  served = served || ANY(WRITES_NEW, 0); \
  c_code { show(); }; \
  two_clusters = SPLIT; assert(!two_clusters); \
  turned_back = TURNED_BACK; assert(!turned_back); \
  old_data_gone = ANY(OLD_DATA_GONE, 0); assert(!old_data_gone); \
  got_there = REACHES; assert(!got_there); \
  c_code { sort_machines(1, MEMBERS); }
