import { existsSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { AFTER } from '../support/drill/judge';
import { PersonsRun } from '../support/drill/persons-run';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools('nobody is left behind', [toolchain.etcd36, toolchain.busybox], () => asRoot('nobody is left behind', () => {
  test.concurrent('a list that names fewer members than etcd has is refused, and nothing is stopped', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [machine] = drill.machines;
    const before = drill.running;
    const told = await drill.type(machine, ['--at', drill.backup, '--id', 'stale', '--members', `cp1=${machine.clientUrl}`]).summary();
    expect(told).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringMatching(/etcd has a member cp[23], which takes no part in this restore/) });
    expect(drill.running).toEqual(before);
  }));

  test.concurrent('a member that is named as lost, and answers, is none', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [machine] = drill.machines;
    machine.kubelet.stop();
    await machine.crashEtcd();
    await until('etcd has ended', () => machine.running.etcd === 0, 20);
    const told = await drill.type(machine, ['--at', drill.backup, '--id', 'lost', '--members', drill.cluster.membersByUrl, '--lost', 'cp2 cp3']).summary();
    expect(told).toMatchObject({ status: 2, message: expect.stringMatching(/cp2 is named as lost, and its etcd answers at/) });
    expect(machine.record('lost').begun).toBe(false);
    machine.kubelet.start();
  }));

  test.concurrent('nor is one that no list of members names, as in a Job', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [machine] = drill.machines;
    const before = drill.running;
    const told = await drill.type(machine, ['--at', drill.backup, '--id', 'lost', '--members', `cp1=${machine.clientUrl} cp3=${drill.machines[2].clientUrl}`, '--lost', 'cp2']).summary();
    expect(told).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringMatching(/cp2 is named as lost, and its etcd answers at/) });
    expect(drill.running).toEqual(before);
  }));

  test.concurrent('a machine whose member was being replaced when all others were lost is restored', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [first, second, dead] = drill.machines;
    const replacement = (...args: string[]) => new PersonsRun(dead.host.start({
      command: ['sh', join(dead.props.kit, 'replace-member.sh'), ...args],
      env: { ...dead.environment, DEAD_FOR: '1', READY_TIMEOUT: '3', FAILPOINT: 'add-learner:hold' },
    }));
    dead.kubelet.stop();
    await dead.crashEtcd();
    await until('etcd has ended', () => dead.running.etcd === 0, 20);
    rmSync(join(dead.dataDir, 'member'), { recursive: true });
    replacement('--id', 'replaced', '--via', first.clientUrl);
    await drill.holds('replaced', dead, 'add-learner');
    await Promise.all([first, second].map((machine) => machine.powerOff()));
    const line = ['--at', drill.backup, '--members', `cp3=${dead.clientUrl}`, '--lost', 'cp1 cp2', '--id', 'restored'];
    expect(await drill.type(dead, line).summary()).toMatchObject({ status: 2, fix: expect.stringContaining('--abort replaced') });
    expect(await replacement('--abort', 'replaced').summary()).toMatchObject({ status: 1, outcome: 'left' });
    expect(await drill.type(dead, line).summary()).toMatchObject({ status: 0, outcome: 'restored' });
    // Its old data was what was lost.
    expect(await drill.faultsOfRestored('restored', [dead])).toEqual(['cp3 has not kept its old data']);
  }));

  test.concurrent('a choice that a shell still has from yesterday is none', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const yesterday = { DRY_RUN: '1', LOST: 'cp1', ROLE: 'api', WITHOUT_QUORUM: '1', MEMBERS: 'cp9=https://cp9:2379', OPERATION: 'old', STAGED_FROM: '/mnt' };
    await drill.type(machine, ['--at', drill.backup, '--id', 'today'], yesterday).summary();
    expect(await drill.faultsOfRestored('today')).toEqual([]);
  }));

  test.concurrent('a manifest that is put back during the outage: its API server is ended again', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, other] = drill.machines;
    const file = join(other.manifests, 'kube-apiserver.yaml');
    const text = readFileSync(file, 'utf8');
    drill.start('put-back', { failpoints: { cp1: 'decide:hold' } });
    await drill.holds('put-back', holder, 'decide');
    writeFileSync(file, text, { mode: 0o600 });
    await until('it is seen', () => other.record('put-back').log.includes('somebody has started kube-apiserver again: ending it'), 60);
    await until('it is ended', () => other.running['kube-apiserver'] === 0, 60);
    holder.record('put-back').pass('decide');
    expect(await drill.faultsOfRestored('put-back')).toEqual([]);
  }));

  test.concurrent('an API server whose manifest names another port since, not taken up, is not overlooked', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    machine.kubelet.stop();
    const file = join(machine.manifests, 'kube-apiserver.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/--secure-port=\d+/, '--secure-port=16443'), { mode: 0o600 });
    const before = drill.running;
    expect(await drill.startOn(machine, 'port', {}).summary()).toMatchObject({ status: 2, message: expect.stringMatching(/a kube-apiserver runs .* that is not the one of /) });
    expect(drill.running).toEqual(before);
    writeFileSync(file, text, { mode: 0o600 });
    machine.kubelet.start();
  }));

  test.concurrent('API servers that ask the etcd of another machine start when that one has left the old cluster', () => StubRestoreDrill.with({ members: 3, api: 'crossed' }, async (drill) => {
    const [holder, ...others] = drill.machines;
    drill.start('crossed', { failpoints: { cp2: 'stop-etcd:hold', cp3: 'stop-etcd:hold' } });
    await Promise.all(others.map((machine) => drill.holds('crossed', machine, 'stop-etcd')));
    await until('it waits', () => /waiting until cp[23] has stopped serving the old data/.test(holder.record('crossed').log), 60);
    expect(holder.running['kube-apiserver']).toBe(0);
    for (const machine of others) machine.record('crossed').pass('stop-etcd');
    expect(await drill.faultsOfRestored('crossed')).toEqual([]);
    // Each has written to the restored cluster by the etcd of another machine.
    expect([...new Set(drill.judge.writes.filter(({ clusterId }) => clusterId !== drill.beginning.clusterId).map(({ machine }) => machine))].sort()).toEqual(['cp1', 'cp2', 'cp3']);
  }));

  test.concurrent('an API server\'s endpoints in several flags are refused', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    machine.kubelet.stop();
    const file = join(machine.manifests, 'kube-apiserver.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/( *- --etcd-servers=).*\n/, '$&$1https://cp9:2379\n'), { mode: 0o600 });
    expect(await drill.startOn(machine, 'twice', {}).summary()).toMatchObject({ status: 2, message: expect.stringContaining('has --etcd-servers several times') });
    writeFileSync(file, text, { mode: 0o600 });
    machine.kubelet.start();
  }));

  test.concurrent('a follower that was told of a member which is gone since: it is told anew, and joins', () => StubRestoreDrill.with({ members: 2 }, async (drill) => {
    const [holder, follower] = drill.machines;
    const record = follower.record('anew');
    drill.start('anew', { failpoints: { cp2: 'promote:hold' } });
    await drill.holds('anew', follower, 'promote');
    await until('it receives the data', () => existsSync(join(follower.dataDir, 'member', 'wal')), 60);
    // As if it had been told while another learner was listed, too: its etcd can't join, and leaves an empty database.
    follower.kubelet.stop();
    await follower.crashEtcd();
    await until('etcd has ended', () => follower.running.etcd === 0, 60);
    rmSync(join(follower.dataDir, 'member'), { recursive: true });
    const [learner] = (await drill.cluster.etcdctl(holder, 'member', 'list')).split('\n').filter((line) => line.endsWith(' true')).map((line) => line.split(',')[0]);
    await drill.cluster.etcdctl(holder, 'member', 'remove', learner);
    await drill.cluster.etcdctl(holder, 'member', 'add', 'cp2', '--learner', `--peer-urls=${follower.peerUrl}`);
    const told = record.fact('told')!;
    for (const file of [join(follower.manifests, 'etcd.yaml'), ...['manifests/etcd.yaml', 'manifests/etcd.put', 'told'].map((name) => join(record.folder, 'record', name))]) {
      writeFileSync(file, readFileSync(file, 'utf8').replace(told, `${told},cp9=https://cp9:1`), { mode: 0o600 });
    }
    follower.kubelet.start();
    await until('its etcd has tried', () => existsSync(join(follower.dataDir, 'member', 'snap', 'db')), 60);
    record.pass('promote');
    expect(await drill.faultsOfRestored('anew')).toEqual([]);
    expect(record.log).toContain('it is told anew');
  }));

  test.concurrent.each(['start-etcd', 'mark', 'start-api'])('a holder that was off at %s and called lost, and comes back: it goes back, too', (point) => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, ...others] = drill.machines;
    // The others have not seen the mark.
    drill.start('returns', { failpoints: { cp1: `${point}:hold`, cp2: 'await-decision:hold', cp3: 'await-decision:hold' } });
    for (const machine of others) await drill.holds('returns', machine, 'await-decision');
    await drill.holds('returns', holder, point);
    await holder.powerOff();
    const told = await Promise.all(others.map((machine) => drill.type(machine, ['--abort', 'returns', '--lost', 'cp1']).ended));
    expect(told).toEqual([1, 1]);
    await holder.powerOn();
    holder.record('returns').pass(point);
    expect((await drill.ended('returns', { machines: [holder] }))[0]).toMatchObject({ outcome: 'aborted', message: expect.stringContaining('the others serve the old data again') });
    await drill.cluster.waitUntilReady();
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }));

  test.concurrent('a holder whose API server has served before it was called lost goes back, too, and says where that is', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, ...others] = drill.machines;
    drill.start('served', { failpoints: { cp2: 'await-decision:hold', cp3: 'await-decision:hold' } });
    for (const machine of others) await drill.holds('served', machine, 'await-decision');
    await until('it serves', () => holder.record('served').log.includes('finish: begins'), 90);
    await holder.powerOff();
    await Promise.all(others.map((machine) => drill.type(machine, ['--abort', 'served', '--lost', 'cp1']).ended));
    await holder.powerOn();
    expect((await drill.ended('served', { machines: [holder] }))[0]).toMatchObject({
      status: 1, outcome: 'aborted', message: expect.stringContaining('the others serve the old data again'), fix: expect.stringMatching(/written since, is in .*abandoned-served/),
    });
    await drill.cluster.waitUntilReady();
    for (const machine of drill.machines) {
      expect(await drill.cluster.seenBy(machine)).toEqual({ clusterId: drill.beginning.clusterId, members: ['cp1 voter', 'cp2 voter', 'cp3 voter'] });
      expect(await machine.client.get(AFTER)).toBeDefined();
    }
    // The restored cluster did take writes, as the message says.
    drill.end = { caused: /^cp1 wrote revision \d+ to \d+, which is none of \d+$/ };
  }));

  test.concurrent('a holder whose mark the others have seen is not lost to them: they wait for it, say so, and go on with it', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, ...others] = drill.machines;
    drill.start('seen', { failpoints: { cp2: 'stopped:hold', cp3: 'stopped:hold' } });
    for (const machine of others) await drill.holds('seen', machine, 'stopped');
    await until('it serves', () => holder.record('seen').log.includes('finish: begins'), 90);
    await holder.powerOff();
    for (const machine of others) {
      const told = await drill.type(machine, ['--abort', 'seen', '--lost', 'cp1']).summary();
      expect(`${told.outcome}: ${told.message}: ${told.fix}`).toMatch(/^failed: the restored cluster has served at cp1 \(https:\/\/cp1:\d+\): cp[23] has seen it: .*power cp1 on.*by another --id, with --instead-of seen --lost cp1/);
    }
    for (const machine of others) {
      machine.record('seen').pass('stopped');
      await until('it says what it waits for', () => machine.record('seen').log.includes('no member of the restored cluster answers: waiting for cp1'), 60);
    }
    await holder.powerOn();
    expect(await drill.faultsOfRestored('seen')).toEqual([]);
  }));
}));
