import assert from 'node:assert/strict';
import { NodeAccess } from '../../lab/node-access';
import { BreakGlass } from '../../support/e2e/break-glass';
import { clusterSeenBy } from '../../support/e2e/members';
import { RestoreDrill } from '../../support/e2e/restore';
import { Scenario } from '../scenario';

const manifest = '/etc/kubernetes/manifests/kube-apiserver.yaml';

export const byHandSingle: Scenario = {
  group: 10,
  promise: 'with the API server dead for a wrong flag, the kit restores by hand, waits for the flag to be corrected, and ends',
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'by-hand');
    const glass = await BreakGlass.find(drill);
    const restoreId = drill.idFor('by-hand');
    await breakApiServer(drill.node);
    assert.match(await glass.succeeds(drill.node, 'sh restore.sh --list'), new RegExp(`${drill.backup} +complete`));
    assert.match(await glass.succeeds(drill.node, `sh restore.sh --latest --dry-run --id ${restoreId}-dry`), /can be restored here/);
    await glass.leaves(drill.node, `sh restore.sh --latest --id ${restoreId}`, 25);
    await stage.kubernetes.eventually('all that is missing is the API server', async () => {
      const status = await glass.succeeds(drill.node, `sh restore.sh --status ${restoreId}`);
      return /under way, at step start-api/.test(status);
    }, 180);
    await correctApiServer(drill.node);
    await drill.assertRestored(restoreId);
    assert.match(await glass.succeeds(drill.node, `sh restore.sh --status ${restoreId}`), /"outcome":"restored"/);
    assert.match(await glass.succeeds(drill.node, `sh restore.sh --latest --id ${restoreId}`), /has ended before/);
  },
};

export const byHandHa: Scenario = {
  group: 11,
  promise: 'three control planes are restored by hand, over sessions that break: aborted first, then done, and not to be aborted any more',
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'by-hand');
    const glass = await BreakGlass.find(drill);
    const [holder, ...followers] = drill.nodes;

    const aborted = drill.idFor('aborted');
    await glass.leaves(holder, `sh restore.sh --latest --id ${aborted}`);
    assert.match(await glass.fails(holder, `sh restore.sh --abort ${aborted}`), /aborted by a person: nothing was stopped/);
    await drill.assertAsBefore(aborted, drill.nodes);

    const restoreId = drill.idFor('done');
    const printed = await glass.leaves(holder, `FAILPOINT=finish:hold sh restore.sh --latest --id ${restoreId}`);
    const [, line] = /^ {2}(sh restore\.sh --holder .*)$/m.exec(printed) ?? assert.fail(`the followers' line is not in:\n${printed}`);
    await Promise.all(followers.map((node) => glass.succeeds(node, line)));
    await stage.kubernetes.eventually('only the end is missing', async () => (await drill.record(restoreId).held()).includes('finish'), 180);
    assert.match(await glass.fails(holder, `sh restore.sh --abort ${restoreId}`), /serves already/);
    await drill.record(restoreId).pass('finish');
    await drill.assertRestored(restoreId);
  },
};

export const withoutQuorum: Scenario = {
  group: 11,
  promise: 'with one machine lost and etcd broken on another there is no quorum: persons carry words, and two members are restored',
  spendsCluster: true,
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'no-quorum');
    const glass = await BreakGlass.find(drill);
    const [holder, follower, lost] = drill.nodes;
    const left = [holder, follower];
    await lost.powerOff();
    // Not cut off: a member that has forgotten its last entries may come back, once the leader has stepped down.
    await follower.shell(`
      mv /etc/kubernetes/manifests/etcd.yaml /root/etcd.yaml
      while pidof etcd >/dev/null; do sleep 0.5; done
      for log in /var/lib/etcd/member/wal/*.wal; do head -c 65536 /dev/urandom | dd of="$log" conv=notrunc status=none; done
      mv /root/etcd.yaml /etc/kubernetes/manifests/etcd.yaml`);

    const restoreId = drill.idFor('words');
    const first = `sh restore.sh --latest --id ${restoreId} --without-quorum --lost ${lost.name}`;
    const told = await glass.fails(holder, first);
    const [, line] = /^ {2}(sh restore\.sh --holder .*)$/m.exec(told) ?? assert.fail(`the follower's line is not in:\n${told}`);
    const printed = await glass.leaves(follower, line, 30);
    const [word] = new RegExp(`${follower.name}=[0-9a-f]{8}`).exec(printed) ?? assert.fail(`the word is not in:\n${printed}`);
    assert.match(await glass.fails(holder, `${first} --quiesced "${follower.name}=00000000"`), new RegExp(`the word of ${follower.name} is not the one`));
    await glass.succeeds(holder, `${first} --quiesced "${word}"`);
    await drill.assertRestored(restoreId, left);
    await assertLeftOut(drill, lost, left);
  },
};

export const twoLost: Scenario = {
  group: 11,
  promise: 'with two of three machines lost, the one that is left is restored by hand and serves alone',
  spendsCluster: true,
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'two-lost');
    const glass = await BreakGlass.find(drill);
    const [left, ...lost] = drill.nodes;
    await Promise.all(lost.map((node) => node.powerOff()));
    const restoreId = drill.idFor('alone');
    const printed = await glass.succeeds(left, `sh restore.sh --latest --id ${restoreId} --lost "${lost.map(({ name }) => name).join(' ')}"`);
    assert.match(printed, /all 1 etcd members serve/);
    await drill.assertRestored(restoreId, [left]);
  },
};

export const oneLost: Scenario = {
  group: 11,
  promise: 'with one of three machines lost the other two are restored, and its old data can serve nobody when it comes back',
  spendsCluster: true,
  run: async (stage) => {
    const drill = await RestoreDrill.begin(stage, 'one-lost');
    const left = drill.nodes.slice(0, 2);
    const lost = drill.nodes[2];
    await lost.powerOff();
    const restoreId = drill.idFor('two');
    await drill.start({ restoreId, lostMembers: [lost.name] });
    await drill.assertRestored(restoreId, left);
    await assertLeftOut(drill, lost, left);
  },
};

/** A machine that was named as lost comes back: its etcd has no say, and nobody can write through its API server. */
async function assertLeftOut(drill: RestoreDrill, lost: NodeAccess, left: readonly NodeAccess[]): Promise<void> {
  await lost.powerOn();
  const since = Date.now();
  await drill.stage.kubernetes.eventually(`etcd of ${lost.name} runs, with its old data`, async () => {
    await lost.run(['pgrep', '-x', 'etcd']);
    return Date.now() - since > 30_000;
  }, 90);
  await assert.rejects(clusterSeenBy(lost), 'it has no quorum');
  for (const node of left) assert.deepEqual((await clusterSeenBy(node)).members.map(({ name }) => name), left.map(({ name }) => name));
  const writes = (await drill.witness.writes()).filter(({ node, sent }) => node === lost.name && sent > since);
  assert.deepEqual(writes, [], `nobody writes through ${lost.name}`);
  await drill.assertNeverTwo();
}

/** Edited elsewhere and moved into place: the kubelet would take an editor's own files in that folder for manifests, too. */
const edit = 'sed "$2" "$1" >/etc/kubernetes/edited.yaml && chmod 600 /etc/kubernetes/edited.yaml && mv /etc/kubernetes/edited.yaml "$1"';

async function breakApiServer(node: NodeAccess): Promise<void> {
  await node.shell(edit, manifest, 's|^\\( *\\)- kube-apiserver$|&\\n\\1- --no-such-flag=1|');
  await node.shell('while pgrep -x kube-apiserver >/dev/null; do sleep 1; done');
}

async function correctApiServer(node: NodeAccess): Promise<void> {
  await node.shell(edit, manifest, '/--no-such-flag/d');
}
