import { PersonsRun } from '../support/drill/persons-run';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/** The word that a machine gives, once it has printed it. */
async function wordIn(run: PersonsRun, pattern: RegExp): Promise<string> {
  await until(`a word is printed, as ${pattern}`, () => {
    if (pattern.test(run.output)) return true;
    throw new Error(run.output);
  }, 120);
  return pattern.exec(run.output)![1];
}

const QUIESCED = /Its word for cp1 is (cp2=[0-9a-f]{8})\./;

describeWithTools('a restore without a quorum', [toolchain.etcd36, toolchain.busybox], () => asRoot('a restore without a quorum', () => {
  // Two of four are left.
  async function withoutQuorum(act: (drill: StubRestoreDrill, lost: string[]) => Promise<void>): Promise<void> {
    await StubRestoreDrill.with({ members: 4 }, async (drill) => {
      const lost = ['cp3', 'cp4'];
      await Promise.all(lost.map((name) => drill.cluster.machine(name).powerOff()));
      await act(drill, ['--without-quorum', '--members', drill.cluster.membersByUrl, '--lost', lost.join(' ')]);
    });
  }

  test.concurrent('persons carry the words: the members that are left are the restored cluster', () => withoutQuorum(async (drill, args) => {
    const left = drill.machines.slice(0, 2);
    const [holder, follower] = left;
    const untouched = holder.running;
    const refused = async (message: RegExp, ...words: string[]) => {
      const run = drill.startOn(holder, 'words', { everywhere: [...args, ...words] });
      expect(await run.summary()).toMatchObject({ status: 2, message: expect.stringMatching(message) });
      expect(run.output).toMatch(
        /On every other member:\n {2}sh restore\.sh --holder cp1 --id words --members .* --lost "cp3 cp4" --without-quorum/,
      );
      expect(holder.record('words').begun).toBe(false);
      expect(holder.running).toEqual(untouched);
    };
    await refused(/^without a quorum, cp2 has to be stopped first, and to say so$/);
    await refused(/cp2/, '--quiesced', 'cp2=00000000');

    // Before anybody is stopped, the backup is tried.
    const dryRun = drill.startOn(holder, 'words', { everywhere: [...args, '--dry-run'] });
    expect(await dryRun.summary()).toMatchObject({ status: 0, outcome: 'dry-run' });
    expect(holder.running).toEqual(untouched);
    const status = drill.type(holder, ['--status', 'words.dry-run']);
    expect(await status.ended).toBe(0);
    expect(status.output.trimEnd()).toMatch(/operation words\.dry-run has ended, as dry-run$/);

    const waiting = drill.startOn(follower, 'words', { everywhere: args });
    const word = await wordIn(waiting, QUIESCED);
    expect(follower.running).toEqual({ 'etcd': 0, 'kube-apiserver': 0 });
    await refused(/cp2 has to be stopped first/, '--quiesced', word.replace('cp2', 'cp1'));
    const restored = drill.startOn(holder, 'words', { everywhere: [...args, '--quiesced', word] });
    expect(await drill.faultsOfRestored('words', left)).toEqual([]);
    expect((await drill.cluster.seenBy(holder)).members).toEqual(['cp1 voter', 'cp2 voter']);
    expect(await restored.summary()).toMatchObject({
      status: 0, outcome: 'restored', fix: expect.stringMatching(/^take a backup; the old data .*; these must never start with their old disks: cp3 cp4; see 'Lost machines' in RUNBOOK\.md$/),
    });
    expect(await waiting.summary()).toMatchObject({ status: 0, outcome: 'restored', fix: expect.not.stringMatching(/backup|cp3/) });
  }));

  test.concurrent('the quorum is lost while a restore waits for its decision: another one takes its place, by the word that the holder prints', () => StubRestoreDrill.with({ members: 4 }, async (drill) => {
    const [holder, follower, ...lost] = drill.machines;
    drill.start('first', { failpoints: { cp1: 'decide:hold' } });
    await drill.holds('first', holder, 'decide');
    await until('it has said that it stands still', () => follower.record('first').log.includes('await-decision: begins'), 60);
    await Promise.all(lost.map((machine) => machine.powerOff()));
    const args = ['--without-quorum', '--members', drill.cluster.membersByUrl, '--lost', 'cp3 cp4', '--instead-of', 'first'];
    const follow = (...more: string[]) => drill.startOn(follower, 'again', { everywhere: [...args, ...more] });
    expect(await follow().summary()).toMatchObject({ status: 2, message: 'restore first may still go on on cp1, which counts on this machine' });
    const hold = (...more: string[]) => drill.startOn(holder, 'again', { everywhere: [...args, ...more] });
    const refused = hold();
    expect(await refused.summary()).toMatchObject({ status: 2, message: 'without a quorum, cp2 has to be stopped first, and to say so' });
    const [, calledOff] = /There it is: --instead-of first --called-off ([0-9a-f]{8})/.exec(refused.output)!;
    const word = await wordIn(follow('--called-off', calledOff), QUIESCED);
    expect(await hold('--quiesced', word).summary()).toMatchObject({ status: 0, outcome: 'restored' });
    expect(await drill.faultsOfRestored('again', [holder, follower])).toEqual([]);
  }));

  test.concurrent('the holder goes back, and its word lets the others go back', () => withoutQuorum(async (drill, args) => {
    const [holder, follower] = drill.machines;
    const waiting = drill.startOn(follower, 'back', { everywhere: args });
    const word = await wordIn(waiting, QUIESCED);
    // The follower may not go back alone: the holder may rely on it.
    expect(await drill.type(follower, ['--abort', 'back']).summary()).toMatchObject({
      status: 1,
      message: 'the holder cp1 may count on this machine',
      fix: expect.stringContaining('run --abort back on cp1 first, then here with the word it prints: --abort back --called-off WORD'),
    });
    for (const claim of ['ffffffff', word.split('=')[1]]) {
      expect(await drill.type(follower, ['--abort', 'back', '--called-off', claim]).summary()).toMatchObject({ status: 1, outcome: 'failed' });
    }
    drill.startOn(holder, 'back', { everywhere: [...args, '--quiesced', word], failpoints: { cp1: 'mark:hold' } });
    await drill.holds('back', holder, 'mark');
    const gone = await drill.type(holder, ['--abort', 'back']).summary();
    expect(gone).toMatchObject({ status: 1, outcome: 'aborted' });
    const [, calledOff] = /--abort back --called-off ([0-9a-f]{8})/.exec(gone.fix)!;
    expect(await drill.type(follower, ['--abort', 'back', '--called-off', calledOff]).summary()).toMatchObject({ status: 1, outcome: 'aborted' });
    // Two of four serve nothing, and the others come back: the old cluster is whole again.
    await Promise.all(drill.machines.slice(2).map((machine) => machine.powerOn()));
    expect(await drill.faultsOfReturn('back', drill.machines.slice(0, 2))).toEqual([]);
    await drill.cluster.waitUntilReady();
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }));

  test.concurrent('the holder is called lost, and comes back after the lost members: it goes back, too', () => withoutQuorum(async (drill, args) => {
    const [holder, follower, ...lost] = drill.machines;
    const word = await wordIn(drill.startOn(follower, 'back', { everywhere: args }), QUIESCED);
    drill.startOn(holder, 'back', { everywhere: [...args, '--quiesced', word], failpoints: { cp1: 'mark:hold' } });
    await drill.holds('back', holder, 'mark');
    await holder.powerOff();
    const abort = drill.type(follower, ['--abort', 'back', '--lost', 'cp1']);
    await Promise.all(lost.map((machine) => machine.powerOn()));
    expect(await abort.summary()).toMatchObject({ status: 1, outcome: 'aborted' });
    await holder.powerOn();
    holder.record('back').pass('mark');
    expect((await drill.ended('back', { machines: [holder] }))[0]).toMatchObject({ outcome: 'aborted', message: expect.stringContaining('the others serve the old data again') });
    await drill.cluster.waitUntilReady();
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }));
}));
