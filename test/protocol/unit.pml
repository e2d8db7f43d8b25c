/*
 * The unit on each machine. Its record is on disk, and is all that it remembers. So a unit that is killed at any point
 * and started again takes its next step later, or the same step twice, and no more: every effect and the advance of the
 * record are steps of their own.
 */

#define me machine[m]
#define on(step) (!me.absent && !me.lost && me.rec == step)
#define IS_HOLDER (m == HOLDER)
#define on_undecided_follower (!IS_HOLDER && (on(QUIESCED) || on(AWAIT_QUIESCED)))
#ifdef MARK_IS_SOUGHT_LATE
#define looks_for_mark on(AWAIT_MARK)
#else
#define looks_for_mark (on(AWAIT_MARK) || on_undecided_follower)
#endif
/* With wrong addresses (localhost, say) a follower asks only itself. It finds that out by asking who answers there. */
#ifdef FOLLOWERS_ASK_THEMSELVES
#define HEARS_OTHERS IS_HOLDER
#else
#define HEARS_OTHERS 1
#endif
#ifdef ADDRESSES_ARE_ASKED
#define ADDRESSES_ARE_RIGHT HEARS_OTHERS
#else
#define ADDRESSES_ARE_RIGHT 1
#endif
/* The others serve the old data again, and can be asked. */
#define GIVEN_UP (OLD_QUORUM(me.cut) && called_off)
#define SEES_MARK (HEARS_OTHERS && NEW_QUORUM(me.cut) && marked)
/* Then the holder goes back, up to its end, as long as no other member has a vote in what it serves. */
#ifdef HOLDER_ASKS_NOBODY_AFTER_THE_MARK
#define GOES_BACK (IS_HOLDER && GIVEN_UP && on(MARK) && !marked)
#else
#define GOES_BACK (IS_HOLDER && GIVEN_UP && SUM_OF_MEMBERS(IS_VOTER, 0) == 1 && (on(MARK) || on(START_API) || on(FINISH)))
#endif
/* Who goes back on that looks for the mark once more. */
#ifdef NOBODY_LOOKS_AGAIN
#define SEES_MARK_STILL 0
#else
#define SEES_MARK_STILL SEES_MARK
#endif
#define UNDECIDED(r) ((r) >= READY && (r) <= DECIDE)

/* A linearizable read or write of the old etcd. Without a quorum, a person carries words from machine to machine instead. */
#ifdef BREAK_GLASS
#define OLD_KEYS 1
#define EXCUSED(x) machine[x].lost
#else
#define OLD_KEYS OLD_QUORUM(me.cut)
#define EXCUSED(x) 0
#endif

#define IS_READY(x, _) (machine[x].ready || EXCUSED(x))
#define IS_QUIESCED(x, _) (machine[x].quiesced || EXCUSED(x))
#define HAS_STOPPED(x, _) (!HAS_ETCD(x) || x == HOLDER || machine[x].stopped || machine[x].lost)
#define HAS_JOINED(x, _) (!HAS_ETCD(x) || machine[x].joined == VOTER || machine[x].lost)
#define IS_LEARNER(x, _) (machine[x].joined == LEARNER)
#define OLD_OR_LOST(x, side) (!HAS_ETCD(x) || machine[x].lost || (x == HOLDER && CALLED_LOST) || RUNS_OLD(x, side))
/* A person says that the holder is lost, and it isn't. */
#ifdef LIVING_HOLDER_CALLED_LOST
#define CALLED_LOST 1
#else
#define CALLED_LOST 0
#endif
#define REFUSES(x, side) (x == HOLDER || machine[x].lost || (machine[x].cut == side && !machine[x].etcd && !machine[x].api))
#define SILENT(x, side) (x == HOLDER || machine[x].lost || machine[x].cut != side || (!machine[x].etcd && !machine[x].api))

#if defined(MAJORITY_IS_ENOUGH)
#define STAND_STILL (2 * SUM(IS_QUIESCED, 0) > MACHINES)
#elif defined(REFUSAL_IS_ENOUGH)
#define STAND_STILL (me.quiesced && ALL(REFUSES, me.cut))
#elif defined(SILENCE_IS_ENOUGH)
#define STAND_STILL (me.quiesced && ALL(SILENT, me.cut))
#else
#define STAND_STILL ALL(IS_QUIESCED, 0)
#endif

#if defined(EARLY_ACKNOWLEDGEMENT)
#define API_ENDED (!me.api_manifest)
#elif defined(PROCESS_END_IS_ENOUGH)
#define API_ENDED (!me.api_manifest && !me.api)
#else
#define API_ENDED (!me.api_manifest && !me.api && !API_WANTED(m) && !me.unsynced)
#endif
/* A process that is not seen is not ended, but is taken for ended if only processes are looked at. The port that it serves tells. */
#if defined(API_IS_NOT_SEEN) && !defined(PORTS_ARE_LOOKED_AT)
#undef API_ENDED
#define API_ENDED (!me.api_manifest)
#endif
#ifdef API_IS_NOT_SEEN
#define SEES_API (IS_HOLDER)
#else
#define SEES_API 1
#endif
#define ETCD_ENDED (!me.etcd_manifest && !me.etcd && !ETCD_WANTED(m))
/* The unit ends a process instead of waiting for it. In the calm, only when the kubelet won't start it again: else both could go on for ever. */
#define MAY_KILL(wanted) (!calm || !(wanted))

#ifdef EXTERNAL
#define SAFE_FOR_API (HAS_ETCD(m) || API_BEFORE_STOPPED || ALL(HAS_STOPPED, 0))
#else
#define SAFE_FOR_API 1
#endif
#ifdef API_STARTS_AT_THE_MARK
#define API_BEFORE_STOPPED 1
#else
#define API_BEFORE_STOPPED 0
#endif

proctype Unit(byte m) {
end: do
  /* # step: check: holder, follower, api -- is the id used, by the record or by a key? Nothing is changed. */
  /* # step: verify: holder -- in the model, a part of check. */
  /* # step: restore-aside: holder -- in the model, a part of check; it adds a folder that nothing reads yet. */
  /* # step: try-aside: holder -- in the model, a part of check: an etcd on that folder, on sockets that nobody else reaches. */
  :: d_step { on(CHECK) && ADDRESSES_ARE_RIGHT && OLD_KEYS && decision == NONE && !NEW_QUORUM(me.cut) -> me.rec = READY; END }
  :: d_step { on(CHECK) && OLD_KEYS && (decision == ABORT || called_off) -> me.rec = ABORTED; END }
#ifndef MARK_IS_NOT_READ
  :: d_step { on(CHECK) && NEW_QUORUM(me.cut) && marked -> me.rec = DONE; END }
#else
  :: d_step { on(CHECK) && NEW_QUORUM(me.cut) -> me.rec = READY; used_twice = marked; assert(!used_twice) }
#endif

  /* # step: ready: holder, follower, api -- it reaches every member itself, or waits; writes its key, once; giving that up is the abort of `decide`. */
  :: d_step { on(READY) && OLD_KEYS && decision == NONE && !me.ready -> me.ready = 1; END }
  :: d_step { on(READY) && OLD_KEYS && me.ready -> me.rec = AWAIT_READY; END }

  /* # step: await-ready: holder, follower, api -- the time limit is left out: time may run out at any moment. */
  :: d_step { on(AWAIT_READY) && OLD_KEYS && ALL(IS_READY, 0) -> me.rec = QUIESCE; END }

  /* # step: quiesce: holder, follower, api -- the manifest moved aside and synced; ended means that the kubelet has let go of the pod, too. */
  :: d_step { on(QUIESCE) && me.api_manifest -> me.api_manifest = 0;
#ifdef UNSYNCED_MOVE
     me.unsynced = 1;
#endif
     END }
  :: d_step { on(QUIESCE) && !me.api_manifest && me.api && SEES_API && MAY_KILL(API_WANTED(m)) -> me.api = 0; END }
#ifdef UNSYNCED_MOVE
  :: d_step { on(QUIESCE) && !me.api_manifest && !me.api && !API_WANTED(m) -> me.rec = QUIESCED; END }
#else
  :: d_step { on(QUIESCE) && API_ENDED -> me.rec = QUIESCED; END }
#endif

  /* # step: quiesced: holder, follower, api -- the request may land at any time after it was sent, whatever has become of the unit. */
  :: d_step { me.rec == QUIESCED && OLD_KEYS && decision == NONE && !me.quiesced -> me.quiesced = 1; END }
  :: d_step { on(QUIESCED) && OLD_KEYS && me.quiesced -> me.rec = AWAIT_QUIESCED; END }

  /* # step: await-quiesced: holder -- waits for a key of every machine, or for the words that persons carry; the time limit is left out. */
  :: d_step { on(AWAIT_QUIESCED) && IS_HOLDER && OLD_KEYS && STAND_STILL -> me.rec = DECIDE; END }

  /* # step: decide: holder -- the holder creates swap, anyone whose time runs out creates abort, and everyone obeys what is there. */
  :: d_step { on(DECIDE) && IS_HOLDER && decision == NONE && !swap_sent -> swap_sent = 1; END }
  :: d_step { !me.absent && UNDECIDED(me.rec) && OLD_KEYS && decision == ABORT -> me.rec = UNQUIESCE; END }
  :: d_step { on(DECIDE) && IS_HOLDER && OLD_KEYS && decision == SWAP -> me.rec = STOP_ETCD; END }
  :: d_step { on_undecided_follower && OLD_KEYS && decision == SWAP -> me.rec = AWAIT_MARK; END }

  /* # step: await-decision: follower, api -- reads the decision, or finds the mark: the first machine to leave may end the old quorum. */
  /* # step: await-mark: follower, api -- asks every endpoint for the mark, and the old etcd whether the holder has gone back. */
  :: d_step { looks_for_mark && SEES_MARK -> me.rec = (HAS_ETCD(m) -> STOP_ETCD : START_API); END }
  :: d_step { on(AWAIT_MARK) && OLD_KEYS && called_off && !SEES_MARK_STILL -> me.rec = UNQUIESCE; END }
#ifdef PROMISES_ARE_RESTORED
  /* The backup was taken while machines waited: a decision to abort, for which their keys are needed, can be created in the new etcd. */
  :: d_step { on_undecided_follower && NEW_QUORUM(me.cut) -> me.rec = UNQUIESCE; END }
#endif

  /* # step: stop-etcd: holder, follower -- the manifest or the unit moved aside, then the process ended; how it is ended is left out. */
  :: d_step { on(STOP_ETCD) && me.etcd_manifest -> me.etcd_manifest = 0; END }
  :: d_step { on(STOP_ETCD) && !me.etcd_manifest && me.etcd && MAY_KILL(ETCD_WANTED(m)) -> me.etcd = 0; END }
  :: d_step { on(STOP_ETCD) && ETCD_ENDED -> me.rec = SET_ASIDE; END }

  /* # step: swap: holder -- two renames, and a kill may fall between them. */
  /* # step: set-aside: follower -- one rename; with a disk that is full or gone the unit waits. */
  :: d_step { on(SET_ASIDE) && me.data == OLD -> overwritten = me.aside; assert(!overwritten); me.data = NOTHING; me.aside = 1; END }
  :: d_step { on(SET_ASIDE) && !IS_HOLDER && me.data == NEW -> me.data = NOTHING; END }
  :: d_step { on(SET_ASIDE) && IS_HOLDER && me.data == NOTHING -> me.data = NEW; me.joined = VOTER; END }
  :: d_step { on(SET_ASIDE) && IS_HOLDER && me.data == NEW -> me.rec = START_ETCD; END }
#ifdef EXTERNAL
  :: d_step { on(SET_ASIDE) && !IS_HOLDER && me.data == NOTHING -> me.rec = STOPPED; END }

  /* # step: stopped: follower -- needed where an API server knows the etcd of other machines: this member will not serve the old data again. */
  :: d_step { on(STOPPED) && NEW_QUORUM(me.cut) && !me.stopped -> me.stopped = 1; END }
  :: d_step { on(STOPPED) && NEW_QUORUM(me.cut) && me.stopped -> me.rec = ADD_LEARNER; END }
#else
  :: d_step { on(SET_ASIDE) && !IS_HOLDER && me.data == NOTHING -> me.rec = ADD_LEARNER; END }
#endif

  /* # step: add-learner: follower -- one at a time; a second try finds itself in the list. */
  :: d_step { on(ADD_LEARNER) && NEW_QUORUM(me.cut) && me.joined == STRANGER && !ANY(IS_LEARNER, 0) -> me.joined = LEARNER; END }
  :: d_step { on(ADD_LEARNER) && NEW_QUORUM(me.cut) && me.joined != STRANGER -> me.rec = START_ETCD; END }

  /* # step: start-etcd: holder, follower -- the manifest put back; that it tells a follower to join is left out: its data is empty, or the new one's. */
  :: d_step { on(START_ETCD) && !me.etcd_manifest -> me.etcd_manifest = 1; END }
  :: d_step { on(START_ETCD) && me.etcd_manifest && me.etcd -> me.rec = (IS_HOLDER -> MARK : PROMOTE); END }

  /* # step: prove: holder -- in the model, a part of mark. A disproof is the way back, which may begin at any step before the mark. */
  /* # step: mark: holder -- the point of no return is its record, not the key. */
  /* The others may call it off at any moment after it has asked them: so it asks again before its API server starts. */
  :: d_step { on(MARK) && NEW_QUORUM(me.cut) && !marked -> marked = 1; END }
  :: d_step { on(MARK) && NEW_QUORUM(me.cut) && marked -> me.rec = START_API; END }
  :: d_step { GOES_BACK && me.api_manifest -> me.api_manifest = 0; END }
  :: d_step { GOES_BACK && !me.api_manifest && me.api && MAY_KILL(API_WANTED(m)) -> me.api = 0; END }
  :: d_step { GOES_BACK && API_ENDED -> me.rec = PUT_BACK; END }

  /* # step: promote: follower -- whether it is in sync is left out: the step is done again until etcd agrees. */
  :: d_step { on(PROMOTE) && NEW_QUORUM(me.cut) && me.etcd && me.joined == LEARNER -> me.joined = VOTER; END }
  :: d_step { on(PROMOTE) && NEW_QUORUM(me.cut) && me.joined == VOTER -> me.rec = START_API; END }

  /* # step: start-api: holder, follower, api -- where the API server knows the etcd of other machines, none of them may serve the old data any more. That its own etcd serves the restored data is a part of promote. */
  :: d_step { on(START_API) && HAS_API(m) && !me.api_manifest && SAFE_FOR_API && !GOES_BACK -> me.api_manifest = 1; END }
  :: d_step { on(START_API) && (!HAS_API(m) || (me.api_manifest && me.api)) -> me.rec = FINISH; END }

  /* # step: restart: holder, follower, api -- in the model, a part of finish. */
  /* # step: finish: holder, follower, api -- the holder waits for every member that is not named as lost. */
  :: d_step { on(FINISH) && (!IS_HOLDER || ALL(HAS_JOINED, 0)) -> me.rec = DONE; END }

  /* # step: put-back: back -- this machine's own old data, from under its dated name. Where there was none, etcd stays stopped. */
  :: d_step { on(PUT_BACK) && me.data != OLD && me.etcd_manifest -> me.etcd_manifest = 0; END }
  :: d_step { on(PUT_BACK) && me.data != OLD && !me.etcd_manifest && me.etcd && MAY_KILL(ETCD_WANTED(m)) -> me.etcd = 0; END }
  :: d_step { on(PUT_BACK) && me.data == NEW && ETCD_ENDED -> me.data = NOTHING;
     /* With its only voter the new cluster is gone; another voter counts this one for ever. */
     if :: IS_HOLDER && SUM_OF_MEMBERS(IS_VOTER, 0) == 1 -> me.joined = STRANGER :: else fi; END }
  :: d_step { on(PUT_BACK) && me.data == NOTHING && me.aside && ETCD_ENDED -> me.data = OLD; me.aside = 0; END }
  :: d_step { on(PUT_BACK) && me.data == OLD && !me.etcd_manifest -> me.etcd_manifest = 1; END }
  :: d_step { on(PUT_BACK) && IS_HOLDER && me.data == OLD && me.etcd_manifest -> me.rec = CALL_OFF; END }
  :: d_step { on(PUT_BACK) && IS_HOLDER && !HAD_DATA(m) && me.data == NOTHING && ETCD_ENDED -> me.rec = CALL_OFF; END }
#ifdef RESTORED_DATA_STAYS
  :: d_step { on(PUT_BACK) && IS_HOLDER && !HAD_DATA(m) && me.data == NEW -> me.etcd_manifest = 1; me.rec = CALL_OFF; END }
#endif
  /* A lost holder can't say what it serves: all others must be seen to serve the old data. They say so, in case it returns after all, and look
     whether it has: then they wait until it has gone back. Before they have said so they follow it. */
  :: d_step { on(PUT_BACK) && !IS_HOLDER && (!HAS_ETCD(m) || (me.data == OLD && me.etcd_manifest)) && OLD_QUORUM(me.cut) && ALL(OLD_OR_LOST, me.cut) && !called_off ->
       called_off = 1; END }
  :: d_step { on(PUT_BACK) && !IS_HOLDER && (!HAS_ETCD(m) || (me.data == OLD && me.etcd_manifest)) && GIVEN_UP && !SEES_MARK_STILL -> me.rec = UNQUIESCE; END }
  :: d_step { on(PUT_BACK) && !IS_HOLDER && SEES_MARK && !GIVEN_UP ->
       if :: me.joined == LEARNER -> me.joined = STRANGER :: else fi; me.rec = (HAS_ETCD(m) -> STOP_ETCD : START_API); END }

  /* # step: call-off: back -- the holder tells the followers, who may have seen that the decision was swap. */
  :: d_step { on(CALL_OFF) && OLD_KEYS && decision == NONE -> decision = ABORT; END }
#ifdef NOBODY_IS_TOLD
  :: d_step { on(CALL_OFF) && OLD_KEYS && decision != NONE -> me.rec = UNQUIESCE; END }
#else
  :: d_step { on(CALL_OFF) && OLD_KEYS && decision == SWAP && !called_off -> called_off = 1; END }
  :: d_step { on(CALL_OFF) && OLD_KEYS && (decision == ABORT || called_off) -> me.rec = UNQUIESCE; END }
#endif

  /* # step: unquiesce: back -- the manifest put back; whether the API server is ready is left out. */
  :: d_step { on(UNQUIESCE) && HAS_API(m) && !me.api_manifest -> me.api_manifest = 1; me.unsynced = 0; END }
  :: d_step { on(UNQUIESCE) && (!HAS_API(m) || (me.api_manifest && me.api)) -> me.rec = ABORTED; END }
  od
}
