import { existsSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { AFTER, BEFORE } from '../support/drill/judge';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { StubMachine } from '../support/stub/machine';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/** Packets between a machine and the others are dropped, in both directions. Returns what ends that. */
async function cutOff(machine: StubMachine): Promise<() => Promise<void>> {
  const { hosts, folder } = machine.props;
  const seenByOthers = readFileSync(hosts, 'utf8');
  const seenByItself = join(folder, 'hosts-cut-off');
  const lines = (reachable: (name: string) => boolean) => seenByOthers.split('\n')
    .map((line) => /^\S+ cp\d$/.test(line) && !reachable(line.split(' ')[1]) ? line.replace(/^\S+/, 'fe80::1') : line).join('\n');
  writeFileSync(seenByItself, lines((name) => name === machine.name));
  await machine.host.run(['mount', '--bind', seenByItself, '/etc/hosts']);
  writeFileSync(hosts, lines((name) => name !== machine.name));
  return async () => {
    writeFileSync(hosts, seenByOthers);
    await machine.host.run(['umount', '--lazy', '/etc/hosts']);
  };
}

describeWithTools('a holder that lives and is reached by nobody', [toolchain.etcd36, toolchain.busybox], () => asRoot('a holder that lives and is reached by nobody', () => {
  /** The holder is cut off with all quiesced, and goes on; the others are told that it is lost. */
  async function calledLost(drill: StubRestoreDrill, comesTo: string, env: Record<string, string> = {}) {
    const [holder, ...others] = drill.machines;
    drill.start('cut', { machines: others, failpoints: { cp2: 'await-mark:hold', cp3: 'await-mark:hold' } });
    const run = drill.startOn(holder, 'cut', { env, failpoints: { cp1: 'swap:hold' } });
    await drill.holds('cut', holder, 'swap');
    for (const machine of others) await drill.holds('cut', machine, 'await-mark');
    const reconnect = await cutOff(holder);
    holder.record('cut').pass('swap');
    await until('it serves', () => holder.record('cut').log.includes(comesTo), 180);
    const { clusterId } = await drill.cluster.seenBy(holder);
    drill.judge.clusters.push(clusterId);
    const aborts = others.map((machine) => drill.type(machine, ['--abort', 'cut', '--lost', 'cp1']));
    for (const abort of aborts) {
      expect(await abort.summary()).toMatchObject({ status: 1, outcome: 'aborted', message: 'aborted by a person: the old cluster serves as before' });
      expect(abort.output).toContain(
        'cp1 does not answer, and is taken for lost: it must never start again. If it serves the restored data all the same, there are two clusters, and what one of them has written is lost',
      );
    }
    await drill.cluster.waitUntilReady(others);
    for (const machine of others) {
      expect((await drill.cluster.seenBy(machine)).clusterId).toBe(drill.beginning.clusterId);
      expect([await machine.client.get(AFTER), await machine.client.get(BEFORE)]).toEqual([expect.anything(), undefined]);
    }
    return { holder, others, run, reconnect, clusterId };
  }

  test.concurrent('is called lost: there are two clusters, as was said; when it is reached again it goes back, and what it has restored serves nobody', () =>
    StubRestoreDrill.with({ members: 3 }, async (drill) => {
      const { holder, reconnect, clusterId } = await calledLost(drill, 'finish: begins');
      // Two clusters: the old one on the others, and on the holder what was restored, with its API server.
      expect(await holder.client.get(BEFORE)).toBeDefined();
      expect(await holder.apiReady()).toBe(true);
      const writers = () => [...new Set(drill.judge.writes.filter((write) => write.clusterId === clusterId).map(({ machine }) => machine))];
      expect(writers()).toEqual([holder.name]);
      await reconnect();
      const [told] = await drill.ended('cut', { machines: [holder] });
      expect(told).toMatchObject({
        status: 1,
        outcome: 'aborted',
        message: 'the others serve the old data again: a person has told them that this machine is lost: the old cluster serves as before',
        fix: expect.stringContaining(`what was restored, and written since, is in ${holder.dataDir}/abandoned-cut`),
      });
      expect(existsSync(join(holder.dataDir, 'abandoned-cut', 'member'))).toBe(true);
      await drill.cluster.waitUntilReady();
      // One cluster again, and nobody else has ever written into the other one.
      expect(writers()).toEqual([holder.name]);
      const faults = await drill.judge.faultsOfReturn(drill.beginning, drill.machines);
      expect(faults.filter((fault) => !fault.endsWith('after the restored cluster had taken writes'))).toEqual([]);
      drill.end = { caused: /after the restored cluster had taken writes$/ };
    }));

  test.concurrent('and its time is over: it does not call that restored, as the others may serve anything', () => StubRestoreDrill.with({ members: 3, unjudged: 'nobody is reached any more' }, async (drill) => {
    const { holder, run, reconnect } = await calledLost(drill, 'finish: begins', { FINISH_TIMEOUT: '120' });
    expect(await run.summary()).toMatchObject({
      status: 1, outcome: 'unproved', message: 'cp1 serves what was restored, and what cp2 cp3 serve can\'t be told: they don\'t answer, and together they can be the old cluster',
    });
    expect(await holder.client.get(BEFORE)).toBeDefined();
    await reconnect();
  }));

  test.concurrent('whose etcd the API servers of the others know: its own waits, and all end in the old cluster', () => StubRestoreDrill.with({ members: 3, api: 'all' }, async (drill) => {
    const { holder, reconnect, clusterId } = await calledLost(drill, 'has stopped serving the old data');
    // No API server has written into what it has restored.
    expect(holder.running['kube-apiserver']).toBe(0);
    expect(drill.judge.writes.filter((write) => write.clusterId === clusterId)).toEqual([]);
    await reconnect();
    // Until it looks again, which it does all the time, the others' API servers may write there: that is lost, as was said.
    const [told] = await drill.ended('cut', { machines: [holder] });
    expect(told).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringContaining('the others serve the old data again') });
    await drill.cluster.waitUntilReady();
    const ended = process.hrtime.bigint();
    await until('all write again', () => drill.machines.every(({ name }) => drill.judge.writes.some(({ machine, sent }) => machine === name && sent > ended)), 60);
    expect(drill.judge.writes.filter(({ sent, clusterId: id }) => sent > ended && id !== drill.beginning.clusterId)).toEqual([]);
    for (const machine of drill.machines) expect((await drill.cluster.seenBy(machine)).clusterId).toBe(drill.beginning.clusterId);
  }));
}));
