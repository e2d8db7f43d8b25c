/* All that happens to a machine without its unit: the kubelet, time, a person, and faults. */

#ifndef MAY_BE_LOST
#define MAY_BE_LOST 1
#endif
#ifdef BREAK_GLASS
#define FIRST_ABANDONABLE QUIESCED
#else
#define FIRST_ABANDONABLE AWAIT_MARK
#endif
/* A follower that has seen the mark goes on from there. */
#ifndef THE_MARK_IS_FORGOTTEN
#define LAST_ABANDONABLE AWAIT_MARK
#elif defined(EXTERNAL)
#define LAST_ABANDONABLE SET_ASIDE
#else
#define LAST_ABANDONABLE START_ETCD
#endif

#ifdef KUBELET_LAGS
#define KUBELET_LOOKS me.api_wanted = me.api_manifest; me.etcd_wanted = me.etcd_manifest
#else
#define KUBELET_LOOKS skip
#endif
#ifdef POWER_CUTS
unsigned power_cuts : 3;
#endif
/* A machine that stays without power is one whose unit and kubelet take their time. */
#define POWER_CUT \
  me.api = 0; me.etcd = 0; \
  if :: me.unsynced -> me.api_manifest = 1; me.unsynced = 0 :: else fi; \
  KUBELET_LOOKS
#define LOSE \
  me.api_manifest = 0; me.etcd_manifest = 0; POWER_CUT; \
  me.lost = 1; me.rec = CHECK; me.data = NOTHING; me.aside = 0; me.absent = 0; me.cut = 0

/* A machine that runs answers, if only by a refusal. A holder that is off is silent, and may return at the next moment: before its API server
   has served, or after all others have seen its mark. */
#define HOLDER_IS_OFF (!machine[HOLDER].api && !machine[HOLDER].etcd)
#define HAS_SEEN_MARK(x, _) (x == HOLDER || (machine[x].rec >= STOP_ETCD && machine[x].rec <= FINISH))
#if defined(NOBODY_ASKS_THE_HOLDER)
#define HOLDER_IS_SILENT 1
#elif defined(HOLDER_RETURNS)
#define HOLDER_IS_SILENT (HOLDER_IS_OFF && !machine[HOLDER].api_manifest)
#elif defined(HOLDER_RETURNS_AFTER_ITS_MARK)
#define HOLDER_IS_SILENT (HOLDER_IS_OFF && ALL(HAS_SEEN_MARK, 0))
#else
#define HOLDER_IS_SILENT (me.cut != machine[HOLDER].cut)
#endif

proctype World(byte m) {
end: do
  /* The kubelet looks at the manifests folder at any time, and starts and ends processes by what it has seen. */
#ifdef KUBELET_LAGS
  :: d_step { (me.api_wanted != me.api_manifest || me.etcd_wanted != me.etcd_manifest) -> KUBELET_LOOKS; END }
#endif
  :: d_step { API_WANTED(m) && !me.api -> me.api = 1; END }
  :: d_step { ETCD_WANTED(m) && !me.etcd && me.data != NOTHING -> me.etcd = 1; END }
  /* On an empty folder etcd joins, if its manifest tells it to, and the new cluster lists it. */
  :: d_step { ETCD_WANTED(m) && !me.etcd && me.data == NOTHING && me.joined == LEARNER ->
       started_too_early = (me.rec == SET_ASIDE || me.rec == STOPPED || me.rec == ADD_LEARNER); assert(!started_too_early); me.etcd = 1; me.data = NEW; END }
  :: d_step { !API_WANTED(m) && me.api -> me.api = 0; END }
  :: d_step { !ETCD_WANTED(m) && me.etcd -> me.etcd = 0; END }
  :: d_step { calm && me.cut -> me.cut = 0; END }

  /* A transaction that was sent lands, or doesn't. */
#ifdef DECISION_CAN_BE_OVERWRITTEN
  :: d_step { m == HOLDER && swap_sent && OLD_KEYS -> swap_sent = 0; decision = SWAP; END }
  :: d_step { UNDECIDED(me.rec) && OLD_KEYS && decision != ABORT -> decision = ABORT; END }
#else
  :: d_step { m == HOLDER && swap_sent && OLD_KEYS -> swap_sent = 0; if :: decision == NONE -> decision = SWAP :: else fi; END }
#ifndef BREAK_GLASS
  /* Time runs out, or a person says --abort. Whoever sends `abort`, and whenever it lands, it counts only if it finds no decision. */
  :: d_step { UNDECIDED(me.rec) && OLD_KEYS && decision == NONE -> decision = ABORT; END }
#endif
#endif

  /* A person's --abort, on the holder: up to the mark. */
#ifdef ABORT_AFTER_THE_MARK
  :: d_step { m == HOLDER && me.rec >= READY && me.rec <= START_API && !me.api_manifest -> me.rec = PUT_BACK; END }
#else
  :: d_step { m == HOLDER && me.rec >= READY && me.rec < MARK -> me.rec = PUT_BACK; END }
#endif
  /* ... on a follower: alone, as long as it has not said that it is quiesced; ... */
  :: d_step { m != HOLDER && me.rec >= READY && me.rec < QUIESCED -> me.rec = UNQUIESCE; END }
#ifdef FOLLOWER_ABORTS_ALONE
  :: d_step { m != HOLDER && me.rec >= QUIESCED && me.rec <= AWAIT_MARK -> me.rec = UNQUIESCE; END }
#endif
  /* ... and with --lost HOLDER, when the holder is lost, or doesn't answer, and no new cluster answers. */
  :: d_step { m != HOLDER && (machine[HOLDER].lost || (CALLED_LOST && HOLDER_IS_SILENT)) && !me.lost && !(HEARS_OTHERS && NEW_QUORUM(me.cut) && marked) &&
       me.rec >= FIRST_ABANDONABLE && me.rec <= LAST_ABANDONABLE -> me.rec = PUT_BACK; END }
  /* A lost learner holds up the others: a person names it, and it is removed. */
  :: d_step { me.lost && me.joined == LEARNER && (NEW_QUORUM(0) || NEW_QUORUM(1)) -> me.joined = STRANGER; END }

  /* Faults. */
#ifdef POWER_CUTS
  :: d_step { !calm && (me.api || me.etcd) && power_cuts < POWER_CUTS -> power_cuts++; POWER_CUT; END }
#else
  :: d_step { !calm && (me.api || me.etcd) -> POWER_CUT; END }
#endif
  :: d_step { !calm && !me.lost && SUM(IS_LOST, 0) < MAY_BE_LOST -> LOSE; END }
#ifndef NO_CUTS
  :: d_step { !calm && m != HOLDER && !me.lost -> me.cut = 1 - me.cut; END }
#endif
#ifdef IMAGED_ANEW
  :: d_step { !calm && !forgotten && (me.rec == DONE || me.rec == ABORTED) -> forgotten = 1; me.rec = CHECK; END }
#endif
#ifdef LOST_MEMBERS_RETURN
  :: d_step { !calm && me.lost -> me.lost = 0; me.etcd_manifest = 1; me.api_manifest = 1; me.data = OLD; END }
#endif
  :: d_step { m == HOLDER && !calm -> calm = 1 }
#ifndef ONLY_SAFETY
  :: m == HOLDER && timeout -> stuck = !SETTLED; assert(!stuck); break
#endif
  od
}

init {
  byte m;
  atomic {
    for (m : 0 .. MACHINES - 1) {
      if :: HAD_DATA(m) -> me.data = OLD; me.etcd_manifest = 1; me.etcd = 1 :: else fi;
      if :: HAS_API(m) -> me.api_manifest = 1; me.api = 1 :: else fi;
      KUBELET_LOOKS;
      if :: m != HOLDER -> me.absent = 1 :: true fi;
    }
    for (m : 0 .. MACHINES - 1) {
      run Unit(m);
      run World(m);
    }
    m = 0;
  }
}
