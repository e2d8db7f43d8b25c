const warned = new Set<string>();

/**
 * What is wrong with a number of etcd members, or undefined when nothing is.
 *
 * @see https://etcd.io/docs/v3.6/faq/#why-an-odd-number-of-cluster-members
 */
function objection(members: number): string | undefined {
  if (members > 7) {
    return `${members} etcd members make every write wait for ${quorum(members)} of them: use 3, 5 or at most 7`;
  }
  if (members % 2 === 0) {
    return `${members} etcd members tolerate the loss of ${members - quorum(members)}, no more than ${members - 1} do, `
      + `and one machine more can fail: use ${members - 1} or ${members + 1}`;
  }
  return undefined;
}

function quorum(members: number): number {
  return Math.floor(members / 2) + 1;
}

/**
 * Warns on the console when the number of members is even or above seven. That is no error: the etcd exists, and is operated as it is.
 * The same warning is printed once, however many constructs use the cluster.
 *
 * @param cluster the cluster's name
 * @param source what the number was read from, as that may name only some of the members
 */
export function warnOfBadMemberCount(cluster: string, members: number, source: string): void {
  const reason = objection(members);
  if (!reason) {
    return;
  }
  const message = `cdk8s-day2: etcd cluster ${cluster}, by its ${source}: ${reason}`;
  if (!warned.has(message)) {
    warned.add(message);
    console.warn(message);
  }
}
