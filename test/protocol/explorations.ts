/** One question to the checker. */
export interface Exploration {
  readonly title: string;
  /** Macros of restore.pml. */
  readonly defines: string[];
  readonly liveness?: boolean;
  readonly small?: boolean;
}

/** A protocol with a fault, and what it leads to. */
export interface Control extends Exploration {
  readonly violates: string;
}

// A person says that the holder is lost, and it is only off.
const returning = ['MEMBERS=3', 'MAY_BE_LOST=0', 'ONLY_SAFETY', 'NO_CUTS', 'LIVING_HOLDER_CALLED_LOST'];

/** What has to hold in every state. Each takes some seconds. */
export const explorations: Exploration[] = [
  { title: '1 member; the kubelet lags', defines: ['MEMBERS=1', 'KUBELET_LAGS', 'IMAGED_ANEW'], liveness: true, small: true },
  { title: '1 member, external etcd', defines: ['MEMBERS=1', 'EXTERNAL', 'IMAGED_ANEW', 'MAY_BE_LOST=2'], liveness: true, small: true },
  { title: '1 member, break glass', defines: ['MEMBERS=1', 'BREAK_GLASS'], liveness: true, small: true },
  { title: '3 members, any lost', defines: ['MEMBERS=3', 'MAY_BE_LOST=3'] },
  { title: '3 members, break glass, two lost', defines: ['MEMBERS=3', 'BREAK_GLASS', 'MAY_BE_LOST=2'] },
  { title: '3 members; a living holder is called lost, and answers', defines: ['MEMBERS=3', 'MAY_BE_LOST=0', 'LIVING_HOLDER_CALLED_LOST', 'NO_CUTS'] },
  {
    title: '3 members; a holder that is off before its API server serves is called lost, and returns',
    defines: [...returning, 'HOLDER_RETURNS', 'POWER_CUTS=0'],
  },
  { title: '3 members; a holder that is off after its mark is called lost, and returns', defines: [...returning, 'HOLDER_RETURNS_AFTER_ITS_MARK', 'POWER_CUTS=1'] },
  {
    title: '3 members; followers ask only themselves, and find it out at the start',
    defines: ['MEMBERS=3', 'MAY_BE_LOST=0', 'FOLLOWERS_ASK_THEMSELVES', 'ADDRESSES_ARE_ASKED', 'LIVING_HOLDER_CALLED_LOST', 'NOBODY_ASKS_THE_HOLDER', 'NO_CUTS', 'POWER_CUTS=1'],
  },
  { title: '3 members; an API server is not seen, its port is', defines: ['MEMBERS=3', 'MAY_BE_LOST=0', 'API_IS_NOT_SEEN', 'PORTS_ARE_LOOKED_AT', 'NO_CUTS', 'POWER_CUTS=1', 'ONLY_SAFETY'] },
  { title: '3 members; the holder has a new disk', defines: ['MEMBERS=3', 'MAY_BE_LOST=0', 'NO_OLD_DATA', 'NO_CUTS', 'POWER_CUTS=1'] },
  { title: '5 members, none lost, no cuts', defines: ['MEMBERS=5', 'MAY_BE_LOST=0', 'NO_CUTS', 'POWER_CUTS=0'], small: true },
];

/** The rest, by `npx tsx test/protocol/check.ts --all`. */
export const largeExplorations: Exploration[] = [
  { title: '3 members, any lost: every run ends well', defines: ['MEMBERS=3', 'MAY_BE_LOST=3'], liveness: true },
  { title: '3 members, break glass: every run ends well', defines: ['MEMBERS=3', 'BREAK_GLASS', 'MAY_BE_LOST=3'], liveness: true },
  { title: '3 members; the kubelet lags', defines: ['MEMBERS=3', 'KUBELET_LAGS', 'MAY_BE_LOST=3'] },
  { title: '3 members; a machine forgets', defines: ['MEMBERS=3', 'IMAGED_ANEW', 'MAY_BE_LOST=3'] },
  { title: '3 members, external etcd', defines: ['MEMBERS=3', 'EXTERNAL', 'MAY_BE_LOST=2'] },
  { title: '5 members, two lost, no cuts', defines: ['MEMBERS=5', 'MAY_BE_LOST=2', 'NO_CUTS', 'POWER_CUTS=0'] },
  { title: '5 members, one lost, network cuts', defines: ['MEMBERS=5', 'MAY_BE_LOST=1', 'POWER_CUTS=0'] },
  { title: '5 members, none lost, power cuts', defines: ['MEMBERS=5', 'MAY_BE_LOST=0', 'NO_CUTS'] },
];

// Controls leave out the faults that they don't need: so each is found within a second or two.
const three = ['MEMBERS=3', 'MAY_BE_LOST=0', 'ONLY_SAFETY', 'NO_CUTS'];
const endings = ['MEMBERS=3', 'MAY_BE_LOST=0', 'NO_CUTS', 'POWER_CUTS=0'];
const byHand = ['MEMBERS=3', 'ONLY_SAFETY', 'BREAK_GLASS'];

/** The checker has to find each of these, or the explorations prove nothing. */
export const controls: Control[] = [
  { title: 'quiesced is said before the API server has ended', defines: [...three, 'EARLY_ACKNOWLEDGEMENT'], violates: 'two_clusters' },
  { title: 'the process has ended, and the kubelet starts it again', defines: [...three, 'KUBELET_LAGS', 'PROCESS_END_IS_ENOUGH'], violates: 'two_clusters' },
  { title: 'the manifest is moved aside without a sync, and a power cut undoes it', defines: [...three, 'UNSYNCED_MOVE'], violates: 'two_clusters' },
  { title: 'a majority is quiesced', defines: [...three, 'MAJORITY_IS_ENOUGH'], violates: 'two_clusters' },
  { title: 'the decision can be overwritten', defines: [...three, 'DECISION_CAN_BE_OVERWRITTEN'], violates: 'two_clusters' },
  { title: 'a follower aborts alone after it has said quiesced', defines: [...three, 'FOLLOWER_ABORTS_ALONE'], violates: 'two_clusters' },
  { title: 'the holder aborts after the mark', defines: [...three, 'ABORT_AFTER_THE_MARK'], violates: 'turned_back' },
  { title: 'an API server is not seen, and nobody looks at its port', defines: [...three, 'API_IS_NOT_SEEN'], violates: 'two_clusters' },
  { title: 'a living holder is called lost, and nobody asks it', defines: [...three, 'LIVING_HOLDER_CALLED_LOST', 'NOBODY_ASKS_THE_HOLDER'], violates: 'two_clusters' },
  { title: 'a living holder is called lost, and is cut off', defines: ['MEMBERS=3', 'MAY_BE_LOST=0', 'ONLY_SAFETY', 'LIVING_HOLDER_CALLED_LOST'], violates: 'two_clusters' },
  { title: 'a holder that returns asks nobody after its mark', defines: [...returning, 'HOLDER_RETURNS', 'HOLDER_ASKS_NOBODY_AFTER_THE_MARK'], violates: 'two_clusters' },
  { title: 'those who call a holder lost don\'t look for its mark again', defines: [...returning, 'HOLDER_RETURNS', 'NOBODY_LOOKS_AGAIN'], violates: 'two_clusters' },
  { title: 'a follower that has seen the mark calls the holder lost', defines: [...returning, 'HOLDER_RETURNS_AFTER_ITS_MARK', 'THE_MARK_IS_FORGOTTEN'], violates: 'two_clusters' },
  {
    title: 'followers ask only themselves',
    defines: [...three, 'FOLLOWERS_ASK_THEMSELVES', 'LIVING_HOLDER_CALLED_LOST', 'NOBODY_ASKS_THE_HOLDER'],
    violates: 'two_clusters',
  },
  { title: 'a holder that had no data goes back, and what it has restored stays', defines: [...three, 'NO_OLD_DATA', 'RESTORED_DATA_STAYS'], violates: 'two_clusters' },
  { title: 'an API server that knows the etcd of other machines starts at the mark', defines: [...three, 'EXTERNAL', 'API_STARTS_AT_THE_MARK'], violates: 'two_clusters' },
  { title: 'a backup with the promises of this restore', defines: [...three, 'PROMISES_ARE_RESTORED'], violates: 'two_clusters' },
  { title: 'break glass: ports that refuse are enough', defines: [...byHand, 'MAY_BE_LOST=0', 'NO_CUTS', 'REFUSAL_IS_ENOUGH'], violates: 'two_clusters' },
  { title: 'break glass: a time-out is taken for a refusal', defines: [...byHand, 'MAY_BE_LOST=0', 'SILENCE_IS_ENOUGH'], violates: 'two_clusters' },
  { title: 'break glass: members named as lost return', defines: [...byHand, 'MAY_BE_LOST=2', 'NO_CUTS', 'LOST_MEMBERS_RETURN'], violates: 'two_clusters' },
  { title: 'a holder that goes back after the decision tells nobody', defines: [...endings, 'NOBODY_IS_TOLD'], violates: 'stuck' },
  { title: 'a follower looks for the mark only when it knows the decision', defines: [...endings, 'MARK_IS_SOUGHT_LATE'], violates: 'stuck' },
  { title: 'a machine that was imaged anew does not look for the mark', defines: [...three, 'IMAGED_ANEW', 'MARK_IS_NOT_READ'], violates: 'used_twice' },
];

/** States that must be reachable: a model in which nothing happens would have no fault either. */
export const landmarks: Exploration[] = [
  { title: 'everyone is done', defines: ['MEMBERS=3', 'NO_CUTS', 'REACHES=EVERYONE_IS_DONE'] },
  { title: 'everyone is back although the decision was swap', defines: ['MEMBERS=3', 'NO_CUTS', 'REACHES=EVERYONE_IS_BACK_AFTER_SWAP'] },
  { title: 'the holder is lost after the mark, and the old cluster serves', defines: ['MEMBERS=3', 'NO_CUTS', 'REACHES=EVERYONE_IS_BACK_WITHOUT_THE_HOLDER'] },
];
