/* The state of the machines, of their disks and of the two clusters. */

#ifndef MEMBERS
#define MEMBERS 3
#endif
#ifdef EXTERNAL /* etcd on machines 0 to MEMBERS - 1, the API server on one further machine */
#define MACHINES (MEMBERS + 1)
#define HAS_ETCD(m) ((m) < MEMBERS)
#define HAS_API(m) ((m) >= MEMBERS)
#define ALSO(S) S(MEMBERS, 0)
#else
#define MACHINES MEMBERS
#define HAS_ETCD(m) 1
#define HAS_API(m) 1
#define ALSO(S)
#endif
#define HOLDER 0
#ifdef NO_OLD_DATA /* the holder's disk is new; the others have a quorum */
#define HAD_DATA(m) (HAS_ETCD(m) && (m) != HOLDER)
#else
#define HAD_DATA(m) HAS_ETCD(m)
#endif

/* The next step, by the unit's record. The order matters where steps are compared. */
#define CHECK 0
#define READY 1
#define AWAIT_READY 2
#define QUIESCE 3
#define QUIESCED 4
#define AWAIT_QUIESCED 5 /* a follower's await-decision */
#define DECIDE 6
#define AWAIT_MARK 7
#define STOP_ETCD 8
#define SET_ASIDE 9 /* the holder's swap, a follower's set-aside */
#define STOPPED 10
#define ADD_LEARNER 11
#define START_ETCD 12
#define MARK 13
#define PROMOTE 14
#define START_API 15
#define FINISH 16
#define DONE 17
#define PUT_BACK 18
#define CALL_OFF 19
#define UNQUIESCE 20
#define ABORTED 21

/* The data folder's content. */
#define NOTHING 0
#define OLD 1
#define NEW 2

/* A machine's part in the new cluster. */
#define STRANGER 0
#define LEARNER 1
#define VOTER 2

/* The decision. */
#define NONE 0
#define SWAP 1
#define ABORT 2

typedef Machine {
  unsigned rec : 5;         /* on disk: the unit's record */
  unsigned data : 2;        /* on disk: the data folder */
  bit aside;                /* on disk: the old data under its dated name */
  bit api_manifest;         /* on disk: in the manifests folder */
  bit etcd_manifest;
  bit unsynced;             /* the API server's manifest was moved, and the move is not on disk yet */
#ifdef KUBELET_LAGS
  bit api_wanted;           /* what the kubelet has seen of the manifests folder */
  bit etcd_wanted;
#endif
  bit api;                  /* running */
  bit etcd;
  bit lost;                 /* for good, and a person may name it so */
  bit absent;               /* no unit is ever started on it */
  bit cut;                  /* on the other side of a network cut than the holder */
  bit ready;                /* keys in the old etcd */
  bit quiesced;
  unsigned joined : 2;      /* in the new cluster's member list */
  bit stopped;              /* key in the new etcd: the old member will not run again */
};

#ifdef KUBELET_LAGS
#define API_WANTED(m) machine[m].api_wanted
#define ETCD_WANTED(m) machine[m].etcd_wanted
#else
#define API_WANTED(m) machine[m].api_manifest
#define ETCD_WANTED(m) machine[m].etcd_manifest
#endif

Machine machine[MACHINES];
unsigned decision : 2;      /* key in the old etcd, created once */
bit called_off;             /* key in the old etcd: the holder has gone back after the decision */
bit swap_sent;              /* the holder's transaction is on its way, and may land at any time, or never */
bit marked;                 /* key in the new etcd */
bit served;                 /* ghost: an API server has written to the new cluster */
bit forgotten;              /* one machine has been imaged anew, and has no record */
bit calm;                   /* no fault happens any more: power and network come back, lost machines stay lost */

/* Two macros of the same kind, since a sum may contain a sum, and a macro can't contain itself. */
#if MEMBERS == 1
#define SUM_OF_MEMBERS(P, x) (P(0, x))
#elif MEMBERS == 3
#define SUM_OF_MEMBERS(P, x) (P(0, x) + P(1, x) + P(2, x))
#elif MEMBERS == 5
#define SUM_OF_MEMBERS(P, x) (P(0, x) + P(1, x) + P(2, x) + P(3, x) + P(4, x))
#endif
#ifdef EXTERNAL
#define FURTHER(P, x) + P(MEMBERS, x)
#else
#define FURTHER(P, x)
#endif
#if MEMBERS == 1
#define SUM(P, x) (P(0, x) FURTHER(P, x))
#define EACH(S) S(0, 0) ALSO(S)
#elif MEMBERS == 3
#define SUM(P, x) (P(0, x) + P(1, x) + P(2, x) FURTHER(P, x))
#define EACH(S) S(0, 0) S(1, 0) S(2, 0) ALSO(S)
#elif MEMBERS == 5
#define SUM(P, x) (P(0, x) + P(1, x) + P(2, x) + P(3, x) + P(4, x) FURTHER(P, x))
#define EACH(S) S(0, 0) S(1, 0) S(2, 0) S(3, 0) S(4, 0) ALSO(S)
#endif
#define ALL(P, x) (SUM(P, x) == MACHINES)
#define ANY(P, x) (SUM(P, x) > 0)

/* Quorums, as seen from one side of a network cut. */
#define RUNS_OLD(m, side) (machine[m].etcd && machine[m].data == OLD && machine[m].cut == (side))
#define RUNS_NEW(m, side) (machine[m].etcd && machine[m].data == NEW && machine[m].joined == VOTER && machine[m].cut == (side))
#define IS_LOST(m, x) (machine[m].lost)
#define IS_VOTER(m, x) (machine[m].joined == VOTER)
#define LIVING_VOTER(m, x) (machine[m].joined == VOTER && !machine[m].lost)
#define LIVING_MEMBER(m, x) (HAS_ETCD(m) && !machine[m].lost)
#define OLD_QUORUM(side) (2 * SUM_OF_MEMBERS(RUNS_OLD, side) > MEMBERS)
#define NEW_QUORUM(side) (2 * SUM_OF_MEMBERS(RUNS_NEW, side) > SUM_OF_MEMBERS(IS_VOTER, 0))
#define OLD_DEAD (2 * SUM_OF_MEMBERS(LIVING_MEMBER, 0) <= MEMBERS)
#define NEW_DEAD (2 * SUM_OF_MEMBERS(LIVING_VOTER, 0) <= SUM_OF_MEMBERS(IS_VOTER, 0))

c_code {
  /* For the reader of a counterexample, which pan replays with TRACE in its environment. */
  char *rec_names[] = { "check", "ready", "await-ready", "quiesce", "quiesced", "await-quiesced", "decide", "await-mark", "stop-etcd", "set-aside", "stopped", "add-learner", "start-etcd", "mark", "promote", "start-api", "finish", "done", "put-back", "call-off", "unquiesce", "aborted" };
  void show(void) {
    static int asked = -1;
    if (asked < 0) asked = getenv("TRACE") != 0;
    if (!asked) return;
    printf("decision %d%s%s%s%s%s", now.decision, now.swap_sent ? " swap-sent" : "", now.called_off ? " called-off" : "",
      now.marked ? " marked" : "", now.served ? " served" : "", now.calm ? " calm" : "");
    for (int m = 0; m < MACHINES; m++)
      printf(" | %s%s%s data %d%s api %d%d%d etcd %d%d%d%s%s joined %d", rec_names[now.machine[m].rec],
        now.machine[m].lost ? " LOST" : "", now.machine[m].absent ? " absent" : "",
        now.machine[m].data, now.machine[m].aside ? "+aside" : "",
        now.machine[m].api_manifest, now.API_WANTED(m), now.machine[m].api,
        now.machine[m].etcd_manifest, now.ETCD_WANTED(m), now.machine[m].etcd,
        now.machine[m].cut ? " CUT" : "", now.machine[m].quiesced ? " q" : "", now.machine[m].joined);
    printf("\n");
  }

  /* Followers are alike: of all states that differ only by their order, one is kept. */
  void sort_machines(int from, int to) {
    for (int a = from + 1; a < to; a++)
      for (int b = a; b > from && memcmp(&now.machine[b - 1], &now.machine[b], sizeof(now.machine[b])) > 0; b--) {
        __typeof__(now.machine[0]) other = now.machine[b];
        now.machine[b] = now.machine[b - 1];
        now.machine[b - 1] = other;
      }
  }
}
