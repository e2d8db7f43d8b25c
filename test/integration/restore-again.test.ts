import { spawn } from 'child_process';
import { cpSync, existsSync, renameSync, rmSync } from 'fs';
import { join } from 'path';
import { damage } from '../support/drill/damage';
import { PersonsRun } from '../support/drill/persons-run';
import { StubReplacementDrill } from '../support/drill/replacement-drill';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { takeBackup } from '../support/drill/take-backup';
import { asRoot } from '../support/pod/as-root';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

const unitOf = (id: string) => `cdk8s-day2-${id}.service`;

/** A restore `first` whose followers stand still, and whose holder is lost; how another one takes its place, on the second machine. */
async function holderLost(drill: StubRestoreDrill) {
  const [holder, second, third] = drill.machines;
  drill.start('first', { failpoints: { cp1: 'await-quiesced:hold', cp2: 'await-decision:hold', cp3: 'await-decision:hold' } });
  for (const machine of [second, third]) await drill.holds('first', machine, 'await-decision');
  await drill.holds('first', holder, 'await-quiesced');
  await holder.powerOff();
  return { holder: second, everywhere: ['--members', drill.cluster.membersByUrl, '--lost', 'cp1', '--instead-of', 'first'] };
}

describeWithTools('a restore where another one is under way', [toolchain.etcd36, toolchain.busybox], () => asRoot('a restore where another one is under way', () => {
  test.concurrent('is refused, and told how that one ends; trying is in nobody\'s way', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('first', { failpoints: { cp1: 'quiesce:hold' } });
    await drill.holds('first', machine, 'quiesce');
    expect(await drill.startOn(machine, 'second', {}).summary()).toMatchObject({
      status: 2, message: 'operation first is under way on this machine', fix: expect.stringMatching(/--abort first\. If .*, with --instead-of first/),
    });
    expect(machine.record('second').begun).toBe(false);
    expect(await drill.startOn(machine, 'third', { args: ['--dry-run'] }).summary()).toMatchObject({ status: 0, outcome: 'dry-run' });
    expect(machine.record('third.dry-run').log).toContain('first is under way on this machine: without the dry run this restore would be refused until that ends');
    machine.record('first').pass('quiesce');
    expect(await drill.faultsOfRestored('first')).toEqual([]);
  }));

  test.concurrent('that can go neither on nor back takes its place, with what that one has stopped', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, left, third] = drill.machines;
    drill.start('stuck', { failpoints: { cp2: 'promote:hold', cp3: 'await-mark:hold' } });
    await drill.holds('stuck', left, 'promote');
    await until('the learner has begun its log', () => existsSync(join(left.dataDir, 'member', 'wal')));
    drill.judge.clusters.push((await drill.cluster.seenBy(holder)).clusterId);
    await Promise.all([holder, third].map((machine) => machine.powerOff()));
    left.record('stuck').pass('promote');
    const told = await drill.type(left, ['--abort', 'stuck', '--lost', 'cp1']).summary();
    expect(`${told.message}: ${told.fix}`).toMatch(/the restored cluster has served at .*by another --id, with --instead-of stuck --lost cp1/);
    expect(left.running).toMatchObject({ 'kube-apiserver': 0 });

    const again = (...more: string[]) =>
      drill.type(left, ['--at', drill.backup, '--members', drill.cluster.membersByUrl, '--lost', 'cp1 cp3', '--instead-of', 'stuck', '--id', 'again', ...more]);
    expect(await again('--dry-run').summary()).toMatchObject({ status: 0, outcome: 'dry-run' });
    expect(left.systemd.isActive(unitOf('stuck'))).toBe(true);
    expect(await again().summary()).toMatchObject({ status: 0, outcome: 'restored' });
    expect(await drill.faultsOfRestored('again', [left])).toEqual([]);
    expect(left.record('stuck').result).toMatchObject({ outcome: 'superseded', message: 'again was begun in its place' });
  }));

  test.concurrent('and that can\'t even begin leaves that one going', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('first', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('first', machine, 'swap');
    // A kit without etcd: the program notices it only after it has stopped the unit of the first restore.
    rmSync(join(machine.props.kit, 'bin', 'etcd'));
    const other = drill.type(machine, ['--latest', '--members', drill.cluster.membersByUrl, '--instead-of', 'first', '--id', 'other']);
    expect(await other.summary()).toMatchObject({ status: 2, message: 'there is no etcd to serve the restored data with, before anything stops' });
    expect(machine.record('other').begun).toBe(false);
    machine.record('first').pass('swap');
    expect(await drill.faultsOfRestored('first')).toEqual([]);
  }));

  test.concurrent('and that is refused after it has stopped that one leaves that one going', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('first', { failpoints: { cp1: 'await-quiesced:hold' } });
    await drill.holds('first', machine, 'await-quiesced');
    const other = drill.type(machine, ['--at', drill.backup, '--instead-of', 'first', '--id', 'other', '--without-quorum', '--lost', 'cp9']);
    expect(await other.summary()).toMatchObject({ status: 2, message: 'etcd answers here, so it has a quorum' });
    machine.record('first').pass('await-quiesced');
    expect(await drill.faultsOfRestored('first')).toEqual([]);
  }));

  test.concurrent('and that a person interrupts goes on, if it has that one\'s place already', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('first', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('first', machine, 'swap');
    const again = machine.restore(['--at', drill.backup, '--members', drill.cluster.membersByUrl, '--instead-of', 'first', '--id', 'again'], { FAILPOINT: 'superseding:hold' });
    again.output.resume();
    again.errors.resume();
    await until('it has that place', () => machine.record('first').result?.outcome === 'superseded', 60);
    await again.signal('SIGINT');
    expect(await again.ended).toBe(130);
    await until('it goes on', () => machine.record('again').begun, 60);
    expect(await drill.faultsOfRestored('again')).toEqual([]);
  }));

  test.concurrent('while that one goes on: that one is stopped first, then it is looked at what it has promised', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, second] = drill.machines;
    drill.start('first', { failpoints: { cp1: 'swap:hold', cp2: 'quiesced:hold', cp3: 'await-mark:hold' } });
    await drill.holds('first', second, 'quiesced');
    // Another operation is being staged there.
    const staging = spawn('flock', ['-F', join(second.operations, '.lock'), 'sleep', '300'], { stdio: 'ignore' });
    try {
      const again = drill.startOn(second, 'again', { holder: second, everywhere: ['--members', drill.cluster.membersByUrl, '--instead-of', 'first'], env: { READY_TIMEOUT: '15' } });
      await until('it waits for that', () => /being begun on this machine|restore again as holder/.test(again.output), 60);
      second.record('first').pass('quiesced');
      await drill.holds('first', holder, 'swap');
      staging.kill();
      expect(await again.summary()).toMatchObject({ status: 2, message: 'restore first may still go on on cp1, which counts on this machine' });
    } finally {
      staging.kill();
    }
    holder.record('first').pass('swap');
    drill.machines[2].record('first').pass('await-mark');
    expect(await drill.faultsOfRestored('first')).toEqual([]);
  }));

  test.concurrent('and was aborted before this machine came puts back what that one had stopped here', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, second, third] = drill.machines;
    const order = await holderLost(drill);
    expect(await drill.startOn(second, 'again', { ...order, env: { READY_TIMEOUT: '15' } }).summary()).toMatchObject({ status: 1, outcome: 'aborted' });
    expect(third.running['kube-apiserver']).toBe(0);
    expect(await drill.startOn(third, 'again', order).summary()).toMatchObject({
      status: 1, outcome: 'aborted', message: expect.stringMatching(/^restore again was aborted before: abort by cp2.*: the old cluster serves as before$/),
    });
    await holder.powerOn();
    holder.record('first').pass('await-quiesced');
    await drill.ended('first');
    expect(await drill.faultsOfReturn('again', [second, third])).toEqual([]);
  }));

  test.concurrent('and was done before without this machine leaves stopped what that one had stopped here, and says so', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [, second, third] = drill.machines;
    const order = await holderLost(drill);
    await third.powerOff();
    const alone = drill.startOn(second, 'again', { ...order, everywhere: [...order.everywhere, '--lost', 'cp1 cp3'] });
    expect(await alone.summary()).toMatchObject({ status: 0, outcome: 'restored' });
    await third.powerOn();
    expect(await drill.startOn(third, 'again', order).summary()).toMatchObject({
      status: 1,
      outcome: 'unproved',
      message: expect.stringMatching(/^restore again was done before, without cp3: it serves at .* and what first has stopped on cp3 stays stopped$/),
      fix: expect.stringMatching(/: sh replace-member\.sh; mv .*again\/record\/manifests\/kube-apiserver\.yaml /),
    });
    expect(third.running['kube-apiserver']).toBe(0);
    expect(existsSync(join(third.record('again').folder, 'record', 'manifests', 'kube-apiserver.yaml'))).toBe(true);
    expect(await drill.judge.faultsOfRestored('again', drill.beginning, [second])).toEqual([]);
  }));

  test.concurrent('on a machine whose etcd that one has stopped: it joins, by the manifest that that one has set aside', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, second, third] = drill.machines;
    drill.start('stuck', { failpoints: { cp2: 'promote:hold', cp3: 'add-learner:hold' } });
    await drill.holds('stuck', third, 'add-learner');
    await drill.holds('stuck', second, 'promote');
    await until('the learner has begun its log', () => existsSync(join(second.dataDir, 'member', 'wal')));
    drill.judge.clusters.push((await drill.cluster.seenBy(holder)).clusterId);
    await holder.powerOff();
    const everywhere = ['--without-quorum', '--members', drill.cluster.membersByUrl, '--lost', 'cp1', '--instead-of', 'stuck'];
    const follower = drill.startOn(third, 'again', { holder: second, everywhere });
    await until('it gives its word', () => {
      if (third.record('again').ended) throw new Error(follower.output);
      return /cp3=[0-9a-f]{8}/.test(follower.output);
    }, 60);
    const [word] = /cp3=[0-9a-f]{8}/.exec(follower.output)!;
    expect(await drill.startOn(second, 'again', { holder: second, everywhere: [...everywhere, '--quiesced', word] }).summary()).toMatchObject({ status: 0, outcome: 'restored' });
    // That is where the first one has put it.
    expect(await drill.faultsOfRestored('again', [second, third])).toEqual(['cp3 has not kept its old data']);
    expect(existsSync(join(third.dataDir, 'before-stuck', 'member'))).toBe(true);
  }));

  test.concurrent('does not take the place of a replacement: that one goes on', () => StubReplacementDrill.with({ members: 3 }, async (drill) => {
    const dead = drill.members[2];
    await takeBackup(drill.cluster);
    await drill.fail(dead);
    drill.resume(dead);
    drill.start(dead, 'replaced', { FAILPOINT: 'add-learner:hold' });
    await drill.holds(dead, 'replaced', 'add-learner');
    const line = ['--holder', 'cp1', '--id', 'again', '--members', drill.cluster.membersByUrl];
    const plain = await new PersonsRun(dead.restore(line)).summary();
    expect(plain).toMatchObject({ status: 2, message: 'operation replaced is under way on this machine', fix: expect.stringMatching(/--status replaced\. Let it end, or end it: sh .*\/replace-member\.sh --abort replaced$/) });
    expect(await new PersonsRun(dead.restore([...line, '--instead-of', 'replaced'])).summary()).toMatchObject({
      status: 2, message: 'replaced is an operation of replace-member.sh', fix: expect.stringMatching(/^--instead-of takes the place of an operation of restore\.sh only/),
    });
    expect(await drill.start(dead, 'another').summary()).toMatchObject({ status: 2, message: 'operation replaced is under way on this machine' });
    dead.record('replaced').pass('add-learner');
    expect(await drill.faultsOfReplaced(dead, 'replaced')).toEqual([]);
  }));

  test.concurrent.each(['superseding', 'superseded'])('and is cut off at `%s`, while it takes that place, goes on after a boot', (point) => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('first', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('first', machine, 'swap');
    const instead = ['--at', drill.backup, '--members', drill.cluster.membersByUrl, '--instead-of', 'first', '--id', 'again'];
    await drill.type(machine, instead, { FAILPOINT: `${point}:kill` }).ended;
    expect(machine.record('first').result).toMatchObject({ outcome: 'superseded', message: 'again was begun in its place' });
    const aborted = await drill.type(machine, ['--abort', 'first']).summary();
    expect(aborted).toMatchObject({ status: 2, fix: expect.stringMatching(/again was begun in its place: sh .*restore\.sh --status again$/) });
    if (point === 'superseding') {
      const status = drill.type(machine, ['--status', 'again']);
      await status.ended;
      expect(status.output).toContain('again was interrupted before it began: type its line again');
      // Nothing that is typed meanwhile takes away what is to go on.
      expect(await drill.type(machine, [...instead, '--dry-run']).summary()).toMatchObject({ status: 0, outcome: 'dry-run' });
      expect(await drill.startOn(machine, 'third', {}).summary()).toMatchObject({ status: 2, message: 'operation again is under way on this machine' });
    }
    await machine.powerOff();
    await machine.powerOn();
    await until('it goes on', () => machine.record('again').begun, 60);
    expect(await drill.faultsOfRestored('again')).toEqual([]);
    expect(machine.systemd.enabled).not.toContain(unitOf('first'));
  }));

  test.concurrent('that was cut off goes on by the same line, too; of one that has ended nothing is taken over', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('first', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('first', machine, 'swap');
    const instead = (id: string) => ['--at', drill.backup, '--members', drill.cluster.membersByUrl, '--instead-of', 'first', '--id', id];
    await drill.type(machine, instead('again'), { FAILPOINT: 'superseding:kill' }).ended;
    expect(await drill.type(machine, instead('again')).summary()).toMatchObject({ status: 0, outcome: 'restored' });
    expect(await drill.faultsOfRestored('again')).toEqual([]);
    // Somebody takes the API server away from this machine.
    const [manifest, aside] = [join(machine.manifests, 'kube-apiserver.yaml'), join(machine.props.folder, 'kube-apiserver.yaml')];
    renameSync(manifest, aside);
    await until('it has ended', () => machine.running['kube-apiserver'] === 0, 60);
    const late = drill.type(machine, [...instead('late'), '--with', 'cp1']);
    await late.ended;
    expect(late.output).toContain('restore first has ended here, as superseded: nothing of it is taken over');
    expect(existsSync(manifest)).toBe(false);
    renameSync(aside, manifest);
  }));

  test.concurrent('and that fails before anything is stopped starts again what that one had stopped', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('first', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('first', machine, 'swap');
    expect(machine.running).toEqual({ 'etcd': 0, 'kube-apiserver': 0 });
    const other = drill.type(machine, ['--at', '20200101T000000Z-r1', '--members', drill.cluster.membersByUrl, '--instead-of', 'first', '--id', 'other']);
    expect(await other.summary()).toMatchObject({ status: 1, outcome: 'aborted' });
    rmSync(join(machine.dataDir, 'restored-first'), { recursive: true });
    await drill.cluster.waitUntilReady();
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }));
}));

describeWithTools('a restore whose cluster serves already', [toolchain.etcd36, toolchain.busybox], () => asRoot('a restore whose cluster serves already', () => {
  test.concurrent('never goes back: where its machine can\'t be read any more it waits, and says for what', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('slip', { failpoints: { cp1: 'start-api:hold' } });
    await drill.holds('slip', machine, 'start-api');
    const aside = join(machine.record('slip').folder, 'record', 'manifests', 'kube-apiserver.yaml');
    const copy = join(machine.manifests, 'kube-apiserver.yaml.bak');
    for (const place of [copy, join(machine.manifests, 'kube-apiserver.yaml')]) cpSync(aside, place);
    await machine.systemd.crash(unitOf('slip'));
    await until('it says what it waits for', () => machine.record('slip').log.includes('waiting for this: '), 60);
    expect(machine.record('slip').log).toMatch(/waiting for this: .*kube-apiserver\.yaml\.bak is a second manifest of kube-apiserver/);
    expect(await drill.type(machine, ['--abort', 'slip']).summary()).toMatchObject({ status: 1, outcome: 'failed' });
    expect(machine.systemd.isActive(unitOf('slip'))).toBe(true);
    rmSync(copy);
    machine.record('slip').pass('start-api');
    expect(await drill.faultsOfRestored('slip')).toEqual([]);
  }));

  test.concurrent('ends although its API server is gone again, and is not called restored: it says what is where', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const run = drill.startOn(machine, 'gone', { env: { FINISH_TIMEOUT: '3' }, failpoints: { cp1: 'finish:hold' } });
    await drill.holds('gone', machine, 'finish');
    renameSync(join(machine.manifests, 'kube-apiserver.yaml'), join(machine.props.folder, 'kube-apiserver.yaml'));
    await until('the API server has ended', () => !machine.running['kube-apiserver'], 60);
    machine.record('gone').pass('finish');
    expect(await run.summary()).toMatchObject({
      status: 1,
      outcome: 'unproved',
      message: expect.stringMatching(/not proved that cp1 serves.* the API server is not ready/),
      fix: expect.stringMatching(/is to be served from .*etcd, the old data is in .*before-gone/),
    });
    renameSync(join(machine.props.folder, 'kube-apiserver.yaml'), join(machine.manifests, 'kube-apiserver.yaml'));
    await drill.cluster.waitUntilReady();
    expect(await drill.judge.faultsOfRestored('gone', drill.beginning, drill.machines)).toEqual([]);
    drill.end = { restored: 'gone', machines: [machine] };
  }));
}));

describeWithTools('a person with a restore', [toolchain.etcd36, toolchain.busybox], () => asRoot('a person with a restore', () => {
  test.concurrent('who interrupts an abort leaves it under way', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, machine, third] = drill.machines;
    drill.start('interrupted', { failpoints: { cp1: 'quiesced:hold', cp2: 'await-decision:hold' } });
    await drill.holds('interrupted', machine, 'await-decision');
    await drill.holds('interrupted', holder, 'quiesced');
    // The abort waits for machines that it can't ask.
    await Promise.all([holder, third].map((other) => other.powerOff()));
    const abort = machine.restore(['--abort', 'interrupted']);
    abort.output.resume();
    abort.errors.resume();
    await until('the abort has taken over from the unit', () => !machine.systemd.isActive(unitOf('interrupted')), 60);
    await abort.signal('SIGINT');
    expect(await abort.ended).toBe(130);
    await until('the unit goes on', () => machine.systemd.isActive(unitOf('interrupted')), 60);
    await Promise.all([holder, third].map((other) => other.powerOn()));
    holder.record('interrupted').pass('quiesced');
    machine.record('interrupted').pass('await-decision');
    expect(await drill.faultsOfRestored('interrupted')).toEqual([]);
  }));

  test.concurrent('tries it, mends what was wrong, and tries it again by the same id', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [machine] = drill.machines;
    const copy = join(drill.cluster.backups, '20210101T000000Z-r1');
    cpSync(join(drill.cluster.backups, drill.backup), copy, { recursive: true });
    damage.truncated(copy);
    const attempt = () => drill.type(machine, ['--at', '20210101T000000Z-r1', '--id', 'attempt', '--dry-run']).summary();
    expect(await attempt()).toMatchObject({ status: 1, outcome: 'aborted' });
    rmSync(copy, { recursive: true });
    cpSync(join(drill.cluster.backups, drill.backup), copy, { recursive: true });
    expect(await attempt()).toMatchObject({ status: 0, outcome: 'dry-run' });
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }));

  test.concurrent('is told of a member that never started', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [machine] = drill.machines;
    // For some seconds after its start, etcd adds no member.
    await until('a member is added', async () => !!await drill.cluster.etcdctl(machine, 'member', 'add', 'joining', '--peer-urls=https://127.0.0.8:1'), 60);
    expect(await drill.startOn(machine, 'joining', {}).summary()).toMatchObject({
      status: 1, outcome: 'aborted', message: expect.stringContaining('a member that never started, which takes no part in this restore'),
    });
  }));

  test.concurrent('whose holder is lost: an API server elsewhere waits until all others serve the old data together', () =>
    StubRestoreDrill.with({ members: 3, runs: 'unit', api: 'apart' }, async (drill) => {
      const [holder, second, third, api] = drill.machines;
      const left = [second, third, api];
      drill.start('lost', { failpoints: { cp1: 'mark:hold' } });
      await drill.holds('lost', holder, 'mark');
      await Promise.all([holder, third].map((machine) => machine.powerOff()));
      const waiting = drill.type(api, ['--abort', 'lost', '--lost', 'cp1']);
      await until('it waits', () => api.record('lost').log.includes('the old cluster has no quorum yet'), 60);
      expect(api.running['kube-apiserver']).toBe(0);
      await third.powerOn();
      expect(await waiting.summary()).toMatchObject({ status: 1, outcome: 'aborted' });
      // Once one machine has seen that all others serve the old data it says so, and they go back by themselves.
      expect(await drill.faultsOfReturn('lost', left)).toEqual([]);
    }));
}));
