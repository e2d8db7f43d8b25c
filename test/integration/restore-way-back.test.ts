import { existsSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { StubReplacementDrill } from '../support/drill/replacement-drill';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { sleep, until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/** The disk of a member is new: etcd does not run there, and nothing is in its folder. */
async function renewDisk(drill: StubRestoreDrill): Promise<void> {
  const [machine] = drill.machines;
  machine.kubelet.stop();
  await machine.systemd.stop('etcd.service');
  await machine.kubelet.processOf('etcd')?.signal('SIGKILL');
  await until('etcd has ended', () => machine.running.etcd === 0, 20);
  rmSync(join(machine.dataDir, 'member'), { recursive: true });
}

describeWithTools('the way back', [toolchain.etcd36, toolchain.busybox], () => asRoot('the way back', () => {
  test.concurrent('of a holder whose disk was new: what was restored does not serve there', () => StubRestoreDrill.with({ members: 3, runs: 'unit' }, async (drill) => {
    const [holder, ...others] = drill.machines;
    await renewDisk(drill);
    const members = ['--members', drill.cluster.membersByUrl];
    drill.start('new-disk', { failpoints: { cp1: 'mark:hold' }, everywhere: members });
    await drill.holds('new-disk', holder, 'mark');
    const told = await drill.type(holder, ['--abort', 'new-disk']).summary();
    expect(told).toMatchObject({
      status: 1, outcome: 'aborted', message: expect.stringContaining('etcd on cp1 had no data before, and is not started again'), fix: expect.stringContaining('sh replace-member.sh'),
    });
    const results = await drill.ended('new-disk', { machines: others });
    expect(results.map(({ outcome }) => outcome)).toEqual(['aborted', 'aborted']);
    await drill.cluster.waitUntilReady(others);
    await expect(holder.client.healthy()).rejects.toThrow();
    expect(existsSync(join(holder.dataDir, 'member'))).toBe(false);
    expect(existsSync(join(holder.dataDir, 'abandoned-new-disk', 'member'))).toBe(true);
    // What keeps its unit from starting on the empty disk is not forgotten with old records.
    expect(existsSync(holder.record('new-disk').fact('needed')!)).toBe(true);
    // Nothing serves on the holder, as there is nothing that could.
    drill.end = { machines: others };
  }));

  test.concurrent('of one machine whose disk was new', () => StubRestoreDrill.with({ runs: 'unit' }, async (drill) => {
    const [holder] = drill.machines;
    await renewDisk(drill);
    drill.start('alone', { failpoints: { cp1: 'mark:hold' }, everywhere: ['--members', drill.cluster.membersByUrl] });
    await drill.holds('alone', holder, 'mark');
    const told = await drill.type(holder, ['--abort', 'alone']).summary();
    expect(told).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringContaining('etcd on cp1 had no data before, and is not started again') });
    await expect(holder.client.healthy()).rejects.toThrow();
    // Restored once more, it serves.
    drill.start('again', { everywhere: ['--members', drill.cluster.membersByUrl] });
    // Its old data was what was lost.
    expect(await drill.faultsOfRestored('again')).toEqual(['cp1 has not kept its old data']);
  }));

  test.concurrent('of the only control plane, whose disk was new: neither etcd nor the API server starts on nothing, and the next restore takes them up', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const members = ['--members', drill.cluster.membersByUrl];
    await renewDisk(drill);
    drill.start('first', { failpoints: { cp1: 'start-etcd:hold' }, everywhere: members });
    await drill.holds('first', machine, 'start-etcd');
    const aborted = await drill.type(machine, ['--abort', 'first']).summary();
    expect(aborted).toMatchObject({
      status: 1,
      outcome: 'aborted',
      message: 'aborted by a person: etcd on cp1 had no data before, and is not started again, and neither is its API server',
      fix: expect.stringMatching(/^restore again, by another id\. That finds what is stopped: start nothing by hand\. $/),
    });
    await until('the kubelet runs', () => machine.kubelet.active, 20);
    await sleep(1000);
    expect(machine.running).toEqual({ 'etcd': 0, 'kube-apiserver': 0 });
    // One that gives up before it has looked at the data leaves them stopped, too.
    const refused = await drill.type(machine, ['--at', '20200101T000000Z-r1', '--id', 'refused', ...members]).summary();
    expect(refused).toMatchObject({ outcome: 'aborted', fix: expect.stringContaining('start nothing by hand') });
    expect(machine.running).toEqual({ 'etcd': 0, 'kube-apiserver': 0 });
    expect(existsSync(join(machine.dataDir, 'member'))).toBe(false);
    drill.start('again', { everywhere: members });
    expect(await drill.faultsOfRestored('again')).toEqual(['cp1 has not kept its old data']);
  }));

  test.concurrent('of a holder whose disk was new, and whom the others have outlived: a replacement takes up what is stopped', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, ...others] = drill.machines;
    const replacement = await StubReplacementDrill.on(drill.cluster);
    await renewDisk(drill);
    drill.start('left', { failpoints: { cp1: 'mark:hold' }, everywhere: ['--members', drill.cluster.membersByUrl] });
    await drill.holds('left', holder, 'mark');
    const told = await drill.type(holder, ['--abort', 'left']).summary();
    expect(told.fix).toMatch(/^put cp1 into the old cluster anew: sh replace-member\.sh\. It finds what is stopped: start nothing by hand\./);
    expect(holder.running).toEqual({ 'etcd': 0, 'kube-apiserver': 0 });
    expect(await replacement.start(holder, 'replaced').summary()).toMatchObject({ outcome: 'replaced' });
    await drill.cluster.waitUntilReady();
    expect(await replacement.faultsOfReplaced(holder, 'replaced')).toEqual([]);
    // On the holder, manifest and data are new.
    drill.end = { machines: others };
  }));

  test.concurrent('in favour of another restore, on the holder after its swap: the old data is back before that one begins', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder] = drill.machines;
    drill.start('first', { failpoints: { cp1: 'mark:hold' } });
    await drill.holds('first', holder, 'mark');
    const again = drill.type(holder, ['--at', drill.backup, '--id', 'again', '--instead-of', 'first', '--members', drill.cluster.membersByUrl], { READY_TIMEOUT: '10' });
    // Nobody follows it.
    expect(await again.summary()).toMatchObject({ status: 1, outcome: 'aborted' });
    await drill.ended('first');
    await drill.cluster.waitUntilReady();
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }));

  test.concurrent('in favour of another restore that fails, on one machine: the old data serves', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('first', { failpoints: { cp1: 'start-etcd:hold' } });
    await drill.holds('first', machine, 'start-etcd');
    const other = await drill.type(machine, ['--at', '20200101T000000Z-r1', '--id', 'other', '--instead-of', 'first', '--members', drill.cluster.membersByUrl]).summary();
    expect(other.status).not.toBe(0);
    await drill.cluster.waitUntilReady();
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }));

  test.concurrent('to an etcd that can\'t start: it is not said that it serves', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    machine.kubelet.stop();
    await machine.crashEtcd();
    await until('etcd has ended', () => machine.running.etcd === 0, 20);
    await machine.host.run(['sh', '-ec', 'for log in "$1"/member/wal/*.wal; do head -c 65536 /dev/urandom | dd of="$log" conv=notrunc status=none; done', 'sh', machine.dataDir]);
    machine.kubelet.start();
    drill.start('dead', { failpoints: { cp1: 'mark:hold' }, everywhere: ['--members', drill.cluster.membersByUrl] });
    await drill.holds('dead', machine, 'mark');
    const told = await drill.type(machine, ['--abort', 'dead']).summary();
    await expect(machine.client.healthy()).rejects.toThrow();
    expect(told).toMatchObject({
      status: 1,
      outcome: 'aborted',
      message: expect.stringMatching(/^aborted by a person: everything is put back, and this does not serve: etcd on cp1 \(/),
      fix: expect.stringMatching(/Look at its log .* restore again, by another id$/),
    });
    // As it says.
    drill.start('again', { everywhere: ['--members', drill.cluster.membersByUrl] });
    expect(await drill.faultsOfRestored('again')).toEqual([]);
  }));

  test.concurrent('from a manifest that somebody has put back: the kubelet is started again', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const file = join(machine.manifests, 'kube-apiserver.yaml');
    const text = readFileSync(file, 'utf8');
    drill.start('put-back', { failpoints: { cp1: 'stopping-kube-apiserver:hold' } });
    await drill.holds('put-back', machine, 'stopping-kube-apiserver');
    expect(machine.kubelet.active).toBe(false);
    writeFileSync(file, text, { mode: 0o600 });
    expect(await drill.type(machine, ['--abort', 'put-back']).summary()).toMatchObject({ outcome: 'aborted', message: 'aborted by a person: the old cluster serves as before' });
    await until('the kubelet runs', () => machine.kubelet.active, 20);
    expect(await drill.faultsOfReturn('put-back')).toEqual([]);
  }));

  test.concurrent('tells the others before it waits for its own API server', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, ...others] = drill.machines;
    drill.start('hurry', { failpoints: { cp1: 'unquiesce:hold', cp2: 'await-mark:hold' } });
    await drill.holds('hurry', others[0], 'await-mark');
    drill.type(holder, ['--abort', 'hurry']);
    await drill.holds('hurry', holder, 'unquiesce');
    others[0].record('hurry').pass('await-mark');
    // The others are back while the holder still waits.
    expect((await drill.ended('hurry', { machines: others })).map(({ outcome }) => outcome)).toEqual(['aborted', 'aborted']);
    holder.record('hurry').pass('unquiesce');
    expect(await drill.faultsOfReturn('hurry')).toEqual([]);
  }));
}));
