import { existsSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { faultsOfContent } from '../support/drill/content';
import { BEFORE } from '../support/drill/judge';
import { OperationResult } from '../support/drill/operation-record';
import { PersonsRun } from '../support/drill/persons-run';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { takeBackup } from '../support/drill/take-backup';
import { asRoot } from '../support/pod/as-root';
import { StubMachine } from '../support/stub/machine';
import { readUnit } from '../support/stub/unit-file';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/** Changes etcd's manifest on a machine, and waits until an etcd that was started from it serves. */
async function changeManifest(machine: StubMachine, change: (text: string) => string): Promise<string> {
  const file = join(machine.manifests, 'etcd.yaml');
  const before = machine.running.etcd;
  const text = change(readFileSync(file, 'utf8'));
  writeFileSync(file, text, { mode: 0o600 });
  await until(`etcd on ${machine.name} has started anew`, () => machine.running.etcd !== 0 && machine.running.etcd !== before, 60);
  return text;
}

/** Gives a follower the manifest of kubeadm's first control plane, which names only that machine, and begins the drill's history anew. */
async function asFirstControlPlane(drill: StubRestoreDrill, follower: StubMachine): Promise<string> {
  const text = await changeManifest(follower, (manifest) => manifest.replace(/--initial-cluster=\S+/, `--initial-cluster=cp2=${follower.peerUrl}`));
  await drill.cluster.waitUntilReady();
  await drill.renew();
  return text;
}

const OWN_CLUSTER = 'cp1 serves a cluster of its own on purpose';

const outcomes = (results: readonly OperationResult[]) => results.map(({ outcome }) => outcome);

/** What persons and machines do in a disaster that could leave two clusters. */
describeWithTools('never two clusters', [toolchain.etcd36, toolchain.busybox], () => asRoot('never two clusters', () => {
  test.concurrent('the same line typed on all machines at once: nobody restores, and the old cluster serves', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const runs = drill.machines.map((machine) => drill.type(machine, ['--at', drill.backup, '--id', 'all'], { READY_TIMEOUT: '20' }));
    const results = await Promise.all(runs.map((run) => run.summary()));
    expect(outcomes(results)).toEqual(['aborted', 'aborted', 'aborted']);
    expect(results.map(({ message }) => message).join()).toMatch(/restore all is held by cp[123], too/);
    expect(await drill.faultsOfReturn('all')).toEqual([]);
  }));

  test.concurrent('two persons, one id, two holders: the one whom all follow restores, or nobody', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [first, second, third] = drill.machines;
    drill.type(first, ['--at', drill.backup, '--id', 'pair'], { READY_TIMEOUT: '30' });
    drill.type(third, ['--holder', 'cp1', '--id', 'pair', '--members', drill.cluster.membersByUrl], { READY_TIMEOUT: '30' });
    drill.type(second, ['--at', drill.backup, '--id', 'pair'], { READY_TIMEOUT: '30' });
    expect(outcomes(await drill.ended('pair'))).toEqual(['aborted', 'aborted', 'aborted']);
    expect(await drill.faultsOfReturn('pair')).toEqual([]);
  }));

  test.concurrent('a restore in the place of another one, while that one\'s holder goes on: that one is called off', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, second, third] = drill.machines;
    drill.start('first', { failpoints: { cp1: 'decide:hold' } });
    await drill.holds('first', holder, 'decide');
    const instead = ['--id', 'again', '--instead-of', 'first'];
    drill.type(second, ['--at', drill.backup, ...instead]);
    drill.type(third, ['--holder', 'cp2', ...instead, '--members', drill.cluster.membersByUrl]);
    for (const machine of [second, third]) await until(`${machine.name} waits`, () => machine.record('again').log.includes('waiting for cp1: start this restore there'), 60);
    holder.record('first').pass('decide');
    expect(outcomes(await drill.ended('first', { machines: [holder] }))).toEqual(['aborted']);
    drill.type(holder, ['--holder', 'cp2', '--id', 'again', '--members', drill.cluster.membersByUrl]);
    expect(await drill.faultsOfRestored('again')).toEqual([]);
  }));

  test.concurrent('a restore in the place of one that may serve by now is refused', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, second] = drill.machines;
    drill.start('first', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('first', holder, 'swap');
    await until('it knows the decision', () => second.record('first').log.includes('await-mark: begins'), 60);
    const instead = (...args: string[]) =>
      drill.type(second, ['--at', drill.backup, '--id', 'again', '--instead-of', 'first', '--members', drill.cluster.membersByUrl, ...args]).summary();
    expect(await instead()).toMatchObject({
      status: 2, message: 'restore first may still go on on cp1, which counts on this machine', fix: expect.stringMatching(/on cp1: sh restore\.sh --abort first/),
    });
    expect(await instead('--lost', 'cp1')).toMatchObject({ status: 2, message: expect.stringMatching(/^cp1 holds first, is named as lost, and answers/) });
    expect(second.record('again').begun).toBe(false);
    holder.record('first').pass('swap');
    expect(await drill.faultsOfRestored('first')).toEqual([]);
  }));

  test.concurrent('a member that has begun a cluster of its own, on an empty disk, is found by a dry run, and before anything stops', () => StubRestoreDrill.with({ members: 3, unjudged: OWN_CLUSTER }, async (drill) => {
    const [stranger, second, third] = drill.machines;
    stranger.kubelet.stop();
    await stranger.crashEtcd();
    await until('etcd has ended', () => stranger.running.etcd === 0, 20);
    rmSync(join(stranger.dataDir, 'member'), { recursive: true });
    const manifest = join(stranger.manifests, 'etcd.yaml');
    const own = `    - --initial-cluster=cp1=${stranger.peerUrl}\n`;
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/^ *- --initial-cluster=.*\n/m, own), { mode: 0o600 });
    stranger.kubelet.start();
    await until('it serves', () => stranger.client.healthy(), 60);
    const before = drill.running;
    const all = ['--members', drill.cluster.membersByUrl];
    const twoClusters = expect.stringMatching(/cp1 and cp2 are of two clusters: cp1 serves \d+ \(cp1\), and cp2 serves \d+ \(cp1\) \(cp2\) \(cp3\)/);
    expect(await drill.type(second, ['--at', drill.backup, '--id', 'look', ...all, '--dry-run']).summary()).toMatchObject({ status: 1, message: twoClusters });
    drill.start('both', { everywhere: all });
    const results = await drill.ended('both');
    expect(outcomes(results)).toEqual(['aborted', 'aborted', 'aborted']);
    // By itself, or by the word of one that was faster.
    expect(results[1].message).toEqual(twoClusters);
    expect(drill.running).toEqual(before);
    await expectServing(drill, [second, third]);
  }));

  test.concurrent('a kit that names fewer members than the dead etcd here had is not believed', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [machine] = drill.machines;
    const cluster = join(machine.props.kit, 'cluster.env');
    writeFileSync(cluster, `CLUSTER='prod'\nMEMBERS='cp1=${machine.clientUrl}'\n`, { mode: 0o600 });
    const file = join(machine.manifests, 'etcd.yaml');
    const text = readFileSync(file, 'utf8');
    // It ends at each start.
    writeFileSync(file, text.replace('    - --name=', '    - --max-wals=abc\n    - --name='), { mode: 0o600 });
    await until('etcd is down', () => machine.client.healthy().then(() => false, () => true), 60);
    expect(await drill.type(machine, ['--at', drill.backup, '--id', 'stale']).summary()).toMatchObject({
      status: 1, outcome: 'aborted', message: expect.stringMatching(/its data knows a member cp[23], which takes no part in this restore: nothing was stopped$/),
    });
    writeFileSync(file, text, { mode: 0o600 });
    await drill.cluster.waitUntilReady();
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }));

  /** The data of a machine is gone, with what it knew of the other members. */
  async function loseData(machine: StubMachine): Promise<void> {
    machine.kubelet.stop();
    await machine.crashEtcd();
    await until('etcd has ended', () => machine.running.etcd === 0, 20);
    rmSync(join(machine.dataDir, 'member'), { recursive: true });
  }

  /** The others serve the old data, with a quorum. */
  async function expectServing(drill: StubRestoreDrill, machines: readonly StubMachine[]): Promise<void> {
    for (const machine of machines) {
      await machine.client.healthy();
      expect((await drill.cluster.seenBy(machine)).clusterId).toBe(drill.beginning.clusterId);
      expect(await faultsOfContent(machine, drill.beginning.content)).toEqual([]);
    }
  }

  test.concurrent('a kit that names fewer members than the backup is not believed, where the data is gone', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [machine, ...others] = drill.machines;
    writeFileSync(join(machine.props.kit, 'cluster.env'), `CLUSTER='prod'\nMEMBERS='cp1=${machine.clientUrl}'\n`, { mode: 0o600 });
    await loseData(machine);
    const typed = (...args: string[]) => drill.type(machine, ['--at', drill.backup, ...args]).summary();
    const unnamed = {
      status: 1,
      outcome: 'aborted',
      message: expect.stringMatching(/^the backup knows a member cp[23], which takes no part in this restore: nothing was stopped$/),
      fix: expect.stringMatching(/it is cp[23]=https:/),
    };
    expect(await typed('--id', 'stale', '--dry-run')).toMatchObject(unnamed);
    expect(await typed('--id', 'stale')).toMatchObject(unnamed);
    // A person who types the same list doesn't make it true, and neither does one who calls them lost.
    expect(await typed('--id', 'typed', '--members', `cp1=${machine.clientUrl}`)).toMatchObject(unnamed);
    expect(await typed('--id', 'lost', '--lost', 'cp2 cp3')).toMatchObject({ status: 1, message: expect.stringMatching(/^cp[23] is named as lost, and its etcd answers at /) });
    expect(existsSync(join(machine.dataDir, 'member'))).toBe(false);
    await expectServing(drill, others);
    drill.end = { machines: others };
  }));

  test.concurrent('and neither is an etcd that has begun a cluster of its own, and lists only itself', () => StubRestoreDrill.with({ members: 3, unjudged: OWN_CLUSTER }, async (drill) => {
    const [stranger, ...others] = drill.machines;
    await loseData(stranger);
    const manifest = join(stranger.manifests, 'etcd.yaml');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/--initial-cluster=\S+/, `--initial-cluster=cp1=${stranger.peerUrl}`), { mode: 0o600 });
    stranger.kubelet.start();
    await until('it serves', () => stranger.client.healthy(), 60);
    const { running } = stranger;
    expect(await drill.type(stranger, ['--at', drill.backup, '--id', 'stranger']).summary()).toMatchObject({
      status: 1, outcome: 'aborted', message: expect.stringMatching(/^the backup knows a member cp[23], which takes no part in this restore: nothing was stopped$/),
    });
    expect(stranger.running).toEqual(running);
    await expectServing(drill, others);
  }));

  test.concurrent('a member that was removed since the backup is asked for only if nobody knows of it any more', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [machine, ...others] = drill.machines;
    const list = await drill.cluster.etcdctl(machine, 'member', 'list');
    for (const { name } of others) {
      // For some seconds after its start, etcd removes none.
      await until(`${name} is removed`, async () => !!await drill.cluster.etcdctl(machine, 'member', 'remove', new RegExp(`^(\\w+), started, ${name},`, 'm').exec(list)![1]), 60);
      await drill.cluster.machine(name).powerOff();
    }
    const typed = async (...args: string[]) => {
      const told = await drill.type(machine, ['--at', drill.backup, ...args]).summary();
      return `${told.outcome} ${told.message.split(':')[0]}`;
    };
    expect(await typed('--id', 'shrunk')).toMatch(/^restored /);
    expect(await drill.faultsOfRestored('shrunk', [machine])).toEqual([]);
    expect((await drill.cluster.seenBy(machine)).members).toEqual(['cp1 voter']);
    // What was restored has no list of those who were removed.
    expect(await typed('--id', 'again')).toMatch(/^(restored |aborted the backup knows a member cp[23], which takes no part)/);
    expect(await typed('--id', 'named', '--lost', 'cp2 cp3')).toMatch(/^restored /);
    expect((await drill.cluster.seenBy(machine)).members).toEqual(['cp1 voter']);
  }));

  test.concurrent('what a tenant has stored is no member, whatever it looks like', () => StubRestoreDrill.with({}, async (drill) => {
    await drill.cluster.client.put('/registry/configmaps/tenant/x', 'k8s\0\n4d{"id":77,"peerURLs":["x"],"name":"$(reboot)","clientURLs":["https://10.0.0.66:2379"]}');
    await drill.renew();
    drill.start('tenant');
    expect(await drill.faultsOfRestored('tenant')).toEqual([]);
  }));

  test.concurrent('etcd that somebody has started outside of its unit is ended, too', () => StubRestoreDrill.with({ members: 3, runs: 'unit', api: 'apart' }, async (drill) => {
    for (const machine of drill.cluster.members.slice(1)) {
      const unit = readUnit(machine.units, 'etcd.service')!;
      await machine.systemd.stop('etcd.service');
      machine.host.start({ command: unit.command, env: { ...unit.environment }, logFile: join(machine.logs, 'by-hand.log') });
      await until('it serves', () => machine.client.healthy(), 60);
    }
    await drill.cluster.waitUntilReady();
    await drill.remember();
    drill.start('stray');
    expect(await drill.faultsOfRestored('stray')).toEqual([]);
  }));

  test.concurrent('most members, named as lost, whose machines are up: refused, as their etcd may start again', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [machine, ...down] = drill.machines;
    const texts = down.map(({ manifests }) => readFileSync(join(manifests, 'etcd.yaml'), 'utf8'));
    const broken = (text: string) => text.replace('    - --name=', '    - --max-wals=abc\n    - --name=');
    down.forEach(({ manifests }, i) => writeFileSync(join(manifests, 'etcd.yaml'), broken(texts[i]), { mode: 0o600 }));
    for (const other of down) await until(`etcd on ${other.name} is down`, () => other.client.healthy().then(() => false, () => true), 60);
    const typed = (...args: string[]) =>
      drill.type(machine, ['--at', drill.backup, '--id', 'up', '--members', drill.cluster.membersByUrl, '--lost', 'cp2 cp3', ...args]).summary();
    expect(await typed()).toMatchObject({
      status: 2, message: expect.stringMatching(/^named as lost, and up: cp2 cp3/), fix: expect.stringMatching(/power these machines off/),
    });
    expect(await typed('--data-destroyed', '--dry-run')).toMatchObject({ status: 0, outcome: 'dry-run' });
    down.forEach(({ manifests }, i) => writeFileSync(join(manifests, 'etcd.yaml'), texts[i], { mode: 0o600 }));
    await drill.cluster.waitUntilReady();
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }));

  test.concurrent('a slow follower is not lost: it is waited for', () => StubRestoreDrill.with({ members: 3, api: 'crossed' }, async (drill) => {
    const [holder, ...others] = drill.machines;
    drill.start('slow', { failpoints: { cp2: 'stop-etcd:hold', cp3: 'stop-etcd:hold' } });
    for (const machine of others) await drill.holds('slow', machine, 'stop-etcd');
    await until('it waits', () => holder.record('slow').log.includes('has stopped serving the old data'), 90);
    expect(await drill.type(holder, ['--forget', 'slow', '--lost', 'cp2 cp3']).summary()).toMatchObject({ status: 2, message: expect.stringMatching(/^cp2 is not lost: at /) });
    for (const machine of others) machine.record('slow').pass('stop-etcd');
    expect(await drill.faultsOfRestored('slow')).toEqual([]);
  }));

  test.concurrent('a backup that was taken while followers waited has none of their promises', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, ...others] = drill.machines;
    for (const machine of others) {
      drill.type(machine, ['--holder', 'cp1', '--id', 'late', '--members', drill.cluster.membersByUrl], { FAILPOINT: 'await-decision:hold' });
      await until(`${machine.name} waits`, () => machine.record('late').log.includes('await-ready: begins'), 60);
    }
    await drill.cluster.client.put(BEFORE, 'x');
    drill.backup = await takeBackup(drill.cluster);
    await drill.cluster.client.delete(BEFORE);
    await drill.remember();
    drill.startOn(holder, 'late', {});
    for (const machine of others) await drill.holds('late', machine, 'await-decision');
    await until('it serves', () => holder.record('late').log.includes('finish: begins'), 90);
    for (const machine of others) {
      for (let i = 0; i < 3; i++) expect((await drill.type(machine, ['--abort', 'late']).summary()).outcome).toBe('failed');
      machine.record('late').pass('await-decision');
    }
    expect(outcomes(await drill.ended('late'))).toEqual(['restored', 'restored', 'restored']);
    expect(await drill.cluster.etcdctl(holder, 'get', '--prefix', '/cdk8s-day2/restore/', '--keys-only')).not.toMatch(/present|ready|quiesced|decision/);
  }));

  test.concurrent('an API server that asks by a gateway on loopback waits as one that asks others', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, ...others] = drill.machines;
    const endpoints = [...others, holder].map(({ clientUrl }) => clientUrl.replace('https://', '')).join(',');
    holder.host.start({
      command: [toolchain.etcd36.path('etcd'), 'gateway', 'start', `--endpoints=${endpoints}`, '--listen-addr=127.0.0.1:24790'],
      logFile: join(holder.logs, 'gateway.log'),
    });
    const file = join(holder.manifests, 'kube-apiserver.yaml');
    const before = holder.running['kube-apiserver'];
    writeFileSync(file, readFileSync(file, 'utf8').replace(/--etcd-servers=\S+/, '--etcd-servers=https://127.0.0.1:24790'), { mode: 0o600 });
    await until('it has started anew', () => holder.running['kube-apiserver'] !== 0 && holder.running['kube-apiserver'] !== before, 60);
    await drill.cluster.waitUntilReady();
    await drill.renew();
    drill.start('gateway', { failpoints: { cp2: 'stop-etcd:hold', cp3: 'stop-etcd:hold' } });
    for (const machine of others) await drill.holds('gateway', machine, 'stop-etcd');
    await until('it waits', () => holder.record('gateway').log.includes('has stopped serving the old data'), 90);
    expect(holder.running['kube-apiserver']).toBe(0);
    for (const machine of others) machine.record('gateway').pass('stop-etcd');
    expect(await drill.faultsOfRestored('gateway')).toEqual([]);
  }));

  test.concurrent('etcd.yaml that is put back on a follower begins a cluster: it is ended, and its data set aside', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [, follower] = drill.machines;
    const text = await asFirstControlPlane(drill, follower);
    drill.start('put-back', { failpoints: { cp2: 'start-etcd:hold' } });
    await drill.holds('put-back', follower, 'start-etcd');
    writeFileSync(join(follower.manifests, 'etcd.yaml'), text, { mode: 0o600 });
    await until('it serves a cluster of its own', () => follower.client.healthy(), 60);
    follower.record('put-back').pass('start-etcd');
    const faults = await drill.faultsOfRestored('put-back');
    expect(faults).toEqual(['cp2 has stray-put-back left']);
    expect(follower.record('put-back').log).toContain('somebody has started etcd again: ending it');
  }));

  test.concurrent('etcd.yaml that is put back on a follower, just before its etcd starts, does not say whom it joins', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [, follower] = drill.machines;
    const text = await asFirstControlPlane(drill, follower);
    drill.start('just-before', { failpoints: { cp2: 'start-etcd:hold' } });
    await drill.holds('just-before', follower, 'start-etcd');
    follower.kubelet.stop();
    writeFileSync(join(follower.manifests, 'etcd.yaml'), text.replace('    - --name=', '    - --max-wals=7\n    - --name='), { mode: 0o600 });
    follower.record('just-before').pass('start-etcd');
    expect(await drill.faultsOfRestored('just-before')).toEqual([]);
    // The rest of the manifest is what somebody has put there.
    expect(readFileSync(join(follower.manifests, 'etcd.yaml'), 'utf8')).toMatch(/--initial-cluster-state=existing[^]*--max-wals=7|--max-wals=7[^]*--initial-cluster-state=existing/);
  }));

  test.concurrent.each([
    ['before it has joined', false],
    // The leader knows what the member has acknowledged: without that data, no etcd of this id comes up any more.
    ['after it has received the data', true],
  ])('a follower whose etcd has begun a cluster of its own %s: it is seen, and joins anew', (_, received) => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, follower] = drill.machines;
    const text = await asFirstControlPlane(drill, follower);
    drill.start('own', { failpoints: { cp2: 'promote:hold' } });
    await drill.holds('own', follower, 'promote');
    if (received) {
      const { revision } = await holder.client.status();
      await until('it has received the data', async () => (await follower.client.status()).revision >= revision, 60);
    }
    follower.kubelet.stop();
    await follower.crashEtcd();
    await until('etcd has ended', () => follower.running.etcd === 0, 60);
    rmSync(join(follower.dataDir, 'member'), { recursive: true, force: true });
    writeFileSync(join(follower.manifests, 'etcd.yaml'), text, { mode: 0o600 });
    follower.kubelet.start();
    await until('it serves a cluster of its own', () => follower.client.healthy(), 60);
    follower.record('own').pass('promote');
    expect(await drill.faultsOfRestored('own')).toEqual(['cp2 has stray-own left']);
    expect(follower.record('own').log).toContain('etcd on cp2 has begun a cluster of its own');
  }));

  test.concurrent.each<[string, string, RegExp]>([
    ['finds its members by DNS', '--discovery-srv=example.internal', /etcd finds its first members by --discovery/],
    ['forgets its members at each start', '--force-new-cluster', /etcd has --force-new-cluster/],
  ])('an etcd that %s is refused, and nothing is stopped', (_, flag, message) => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [, follower] = drill.machines;
    follower.kubelet.stop();
    const file = join(follower.manifests, 'etcd.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('    - --name=', `    - ${flag}\n    - --name=`), { mode: 0o600 });
    expect(await drill.startOn(follower, 'flag', {}).summary()).toMatchObject({ message: expect.stringMatching(message) });
    writeFileSync(file, text, { mode: 0o600 });
    follower.kubelet.start();
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }));

  test.concurrent('the id of a dry run, or of another program\'s operation, restores nothing, and says so', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    expect(await drill.type(machine, ['--at', drill.backup, '--id', 'try.dry-run']).summary()).toMatchObject({ status: 2, message: 'try.dry-run is the id of a dry run' });
    expect(await drill.type(machine, ['--at', drill.backup, '--id', 'ticket']).summary()).toMatchObject({ status: 0, outcome: 'restored' });
    expect(await drill.faultsOfRestored('ticket')).toEqual([]);
    const replacement = machine.host.start({
      command: ['sh', join(machine.props.kit, 'replace-member.sh'), '--id', 'ticket', '--via', 'https://cp2:2379'], env: machine.environment,
    });
    expect(await new PersonsRun(replacement).summary()).toMatchObject({ status: 2, message: 'the id ticket is that of another program\'s operation, restore.sh' });
    const live = drill.type(machine, ['--file', join(machine.dataDir, 'member', 'snap', 'db'), '--skip-hash-check', '--id', 'live']);
    expect(await live.summary()).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringContaining('is in use by a running etcd') });
  }));
}));
