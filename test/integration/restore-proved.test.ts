import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'fs';
import { createServer } from 'net';
import { tmpdir } from 'os';
import { join } from 'path';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { takeBackup } from '../support/drill/take-backup';
import { asRoot } from '../support/pod/as-root';
import { StubMachine } from '../support/stub/machine';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

/** Changes a manifest; the kubelet starts the component anew. */
async function edit(drill: StubRestoreDrill, machine: StubMachine, component: string, change: (text: string) => string): Promise<void> {
  const file = join(machine.manifests, `${component}.yaml`);
  const before = machine.running[component];
  writeFileSync(file, change(readFileSync(file, 'utf8')), { mode: 0o600 });
  await until(`${component} runs with the changed manifest`, () => machine.running[component] !== 0 && machine.running[component] !== before, 60);
  await drill.cluster.waitUntilReady();
}

const running = (drill: StubRestoreDrill) => drill.machines.map((machine) => machine.running);

describeWithTools('the end of a restore is proved', [toolchain.etcd36, toolchain.busybox], () => asRoot('the end of a restore is proved', () => {
  test.concurrent('an etcd that serves other data than what was put in place: it goes back, and says what serves', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const image = join(drill.cluster.folder, 'images', 'etcd');
    const other = join(machine.props.folder, 'other');
    drill.start('elsewhere', { failpoints: { cp1: 'start-etcd:hold' } });
    await drill.holds('elsewhere', machine, 'start-etcd');
    // The same command and the same paths, and another folder behind them.
    renameSync(image, `${image}.right`);
    mkdirSync(other, { mode: 0o700 });
    writeFileSync(image, `#!/bin/sh\nexec unshare --mount --propagation private sh -c 'mount --bind "${other}" "${machine.dataDir}" && exec "${image}.right" "$@"' sh "$@"\n`, { mode: 0o755 });
    machine.record('elsewhere').pass('start-etcd');
    await until('it goes back', () => machine.record('elsewhere').log.includes('put-back: begins'), 120);
    rmSync(image);
    renameSync(`${image}.right`, image);
    await machine.crashEtcd();
    const [told] = await drill.ended('elsewhere');
    expect(told).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringMatching(/etcd on cp1 serves the cluster \d+, and not \d+/) });
    await drill.cluster.waitUntilReady();
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }));

  test.concurrent('what was proved is told, with the cluster\'s id', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const runs = drill.start('told');
    expect(await drill.faultsOfRestored('told')).toEqual([]);
    const { clusterId } = await drill.cluster.seenBy(drill.machines[2]);
    for (const machine of drill.machines) {
      const { message } = await runs.get(machine.name)!.summary();
      expect(message).toContain(`Proved: cluster ${clusterId}, open in ${machine.dataDir}, the API server's own lease renewed in it, read through the API at 1000000`);
    }
  }));

  test.concurrent('where nobody may ask the API server, its lease in etcd has to do', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    rmSync(join(machine.props.folder, 'controller-manager.conf'));
    const run = drill.start('lease').get('cp1')!;
    expect(await drill.faultsOfRestored('lease')).toEqual([]);
    expect((await run.summary()).message).toMatch(/the API server's own lease renewed in it: |the API server's own lease renewed in it$/);
  }));

  test.concurrent('an API server that writes elsewhere is not called restored', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const run = drill.startOn(machine, 'apart', { env: { FINISH_TIMEOUT: '3' }, failpoints: { cp1: 'finish:hold' } });
    await drill.holds('apart', machine, 'finish');
    // It serves its port and is ready, and writes where nobody looks.
    await edit(drill, machine, 'kube-apiserver', (text) => text.replace('    - --secure-port', '    - --etcd-prefix=/elsewhere\n    - --secure-port'));
    await machine.client.delete(`/registry/masterleases/${machine.props.address}`);
    machine.record('apart').pass('finish');
    expect(await run.summary()).toMatchObject({ status: 1, outcome: 'unproved', message: expect.stringContaining('has not renewed its lease in the restored cluster yet') });
  }));

  test.concurrent('the key that only the restored data has is looked for before the mark', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('key', { failpoints: { cp1: 'prove:hold' } });
    await drill.holds('key', machine, 'prove');
    await machine.client.delete('/cdk8s-day2/restore/key/cp1/proof');
    machine.record('key').pass('prove');
    const [told] = await drill.ended('key');
    expect(told).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringContaining('the key that was written into the restored data is not in the etcd on cp1') });
    await drill.cluster.waitUntilReady();
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
  }));
}));

describeWithTools('what can\'t be undone is tried first', [toolchain.etcd35, toolchain.etcd36, toolchain.busybox], () => asRoot('what can\'t be undone is tried first', () => {
  /** Raises an alarm, or takes it back, as etcd's own API lets anyone do who has its certificate. */
  const alarm = async ({ cluster, machines: [machine] }: StubRestoreDrill, name: string, action: 'ACTIVATE' | 'DEACTIVATE') => {
    const { memberId } = await machine.client.status();
    const pki = join(machine.pki, 'etcd');
    await machine.host.run(['curl', '--silent', '--fail', '--cacert', `${pki}/ca.crt`, '--cert', `${pki}/healthcheck-client.crt`, '--key', `${pki}/healthcheck-client.key`,
      '--data', JSON.stringify({ action, memberID: memberId, alarm: name }), `${machine.endpoint}/v3/maintenance/alarm`]);
    expect(await cluster.etcdctl(machine, 'alarm', 'list')).toContain(action === 'ACTIVATE' ? name : '');
  };

  const retaken = async (drill: StubRestoreDrill, name: string) => {
    await alarm(drill, name, 'ACTIVATE');
    rmSync(join(drill.cluster.backups, drill.backup), { recursive: true });
    drill.backup = await takeBackup(drill.cluster);
    await alarm(drill, name, 'DEACTIVATE');
  };

  test.concurrent.each([toolchain.etcd35, toolchain.etcd36])('a backup under the alarm NOSPACE: it is disarmed in what is restored ($title)', (etcd) => StubRestoreDrill.with({ etcd }, async (drill) => {
    await retaken(drill, 'NOSPACE');
    drill.start('full');
    const results = await drill.ended('full');
    expect(results).toMatchObject([{ status: 0, outcome: 'restored' }]);
    expect(await drill.cluster.etcdctl(drill.machines[0], 'alarm', 'list')).toBe('');
    await drill.cluster.client.put('/registry/after-the-restore', 'x');
  }));

  test.concurrent('a backup under the alarm CORRUPT stops nothing', () => StubRestoreDrill.with({}, async (drill) => {
    await retaken(drill, 'CORRUPT');
    await drill.cluster.waitUntilReady();
    const before = running(drill);
    expect(await drill.startOn(drill.machines[0], 'corrupt', {}).summary()).toMatchObject({ status: 1, message: expect.stringContaining('alarm CORRUPT') });
    expect(running(drill)).toEqual(before);
  }));

  test.concurrent('a backup of an etcd with authentication on stops nothing', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const etcdctl = (...args: string[]) => drill.cluster.etcdctl(machine, ...args);
    await etcdctl('user', 'add', 'root:secret');
    await etcdctl('user', 'grant-role', 'root', 'root');
    await etcdctl('auth', 'enable');
    const file = join(drill.cluster.folder, 'locked.db');
    await etcdctl('--user=root:secret', 'snapshot', 'save', file);
    await etcdctl('--user=root:secret', 'auth', 'disable');
    await drill.cluster.waitUntilReady();
    const before = running(drill);
    expect(await drill.type(machine, ['--file', file, '--id', 'locked']).summary()).toMatchObject({ status: 1, message: expect.stringContaining('authentication on') });
    expect(running(drill)).toEqual(before);
  }));

  test.concurrent('a database above the quota stops nothing', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    await edit(drill, machine, 'etcd', (text) => text.replace('    - --name=', '    - --quota-backend-bytes=16384\n    - --name='));
    await drill.remember();
    const before = running(drill);
    expect(await drill.startOn(machine, 'quota', { args: ['--dry-run'] }).summary()).toMatchObject({ status: 1, message: expect.stringMatching(/quota is 16384|takes no writes|no space/) });
    expect(running(drill)).toEqual(before);
  }));

  test.concurrent('only the database of a lost machine is left: it is taken when a person says so', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const snapshot = readFileSync(join(drill.cluster.backups, drill.backup, 'snapshot.db'));
    const bare = join(drill.cluster.folder, 'db');
    writeFileSync(bare, snapshot.subarray(0, -32), { mode: 0o600 });
    const run = drill.type(machine, ['--file', bare, '--skip-hash-check', '--id', 'bare']);
    expect(await drill.faultsOfRestored('bare')).toEqual([]);
    expect(await run.summary()).toMatchObject({ status: 0, outcome: 'restored' });
    expect(machine.record('bare').log).toContain('is a bare database without a SHA-256');
  }));

  test.concurrent('killed while the restored data is served aside: it is restored anew, and nothing is left', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('again', { env: { FAILPOINT: 'trying:kill' } });
    await until('it was killed there', () => machine.record('again').failpoints.includes('trying'), 60);
    expect(await drill.faultsOfRestored('again')).toEqual([]);
    expect((await machine.host.run(['sh', '-c', 'pidof etcd | wc -w'])).trim()).toBe('1');
  }));
}));

describeWithTools('what runs is the truth about a machine', [toolchain.etcd35, toolchain.etcd36, toolchain.busybox], () => asRoot('what runs is the truth about a machine', () => {
  test.concurrent('one blank behind a flag of the API server, on every machine: it is stopped all the same', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    for (const machine of drill.machines) await edit(drill, machine, 'kube-apiserver', (text) => text.replace(/(--secure-port=\d+)/, '$1 '));
    await drill.renew();
    drill.start('blank', { failpoints: { cp1: 'decide:hold' } });
    await drill.holds('blank', drill.machines[0], 'decide');
    expect(drill.machines.map((machine) => machine.running['kube-apiserver'])).toEqual([0, 0, 0]);
    drill.machines[0].record('blank').pass('decide');
    expect(await drill.faultsOfRestored('blank')).toEqual([]);
  }));

  test.concurrent('a manifest that was changed since and not taken up is refused', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    machine.kubelet.stop();
    const file = join(machine.manifests, 'etcd.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/--data-dir=\S+/, `--data-dir=${join(machine.props.folder, 'moved')}`), { mode: 0o600 });
    const before = running(drill);
    const told = await drill.startOn(machine, 'stale', {}).summary();
    expect(told.status).not.toBe(0);
    expect(told.message).toMatch(/--data-dir|is on no volume of the host|that is not etcd as/);
    expect(running(drill)).toEqual(before);
    writeFileSync(file, text, { mode: 0o600 });
    machine.kubelet.start();
  }));

  test.concurrent('an API server that no manifest here has started is not overlooked', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    machine.kubelet.stop();
    const file = join(machine.manifests, 'kube-apiserver.yaml');
    renameSync(file, `${machine.props.folder}/aside.yaml`);
    expect(await drill.startOn(machine, 'hidden', { everywhere: ['--with', 'cp1'] }).summary()).toMatchObject({
      status: 2, message: expect.stringMatching(/a kube-apiserver runs on this machine \(process \d+\) that is not of a /),
    });
    renameSync(`${machine.props.folder}/aside.yaml`, file);
    machine.kubelet.start();
  }));

  test.concurrent('a port that somebody else serves is not taken for the API server\'s', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const file = join(machine.manifests, 'kube-apiserver.yaml');
    const text = readFileSync(file, 'utf8');
    rmSync(file);
    await until('the API server has ended', () => machine.running['kube-apiserver'] === 0, 60);
    const server = machine.host.start({ command: [process.execPath, '-e', `require("net").createServer().listen(${machine.props.apiPort}, "127.0.0.1")`] });
    await until('somebody listens there', async () => (await machine.host.run(['sh', '-c', 'ss -ltn'])).includes(`:${machine.props.apiPort} `), 20);
    machine.kubelet.stop();
    writeFileSync(file, text, { mode: 0o600 });
    expect(await drill.startOn(machine, 'taken', {}).summary()).toMatchObject({ status: 2, message: expect.stringMatching(/something serves at 0\.0\.0\.0:\d+ on this machine that is not kube-apiserver/) });
    await server.signal('SIGKILL');
    machine.kubelet.start();
  }));

  test.concurrent.each(['busybox', 'dash'] as const)('nobody\'s program that is called etcd is neither run nor believed (%s)', (shell) => StubRestoreDrill.with({ shell }, async (drill) => {
    const [machine] = drill.machines;
    const folder = mkdtempSync(join(tmpdir(), 'cdk8s-day2-nobody-'));
    const proof = join(folder, 'proof');
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'etcd.c'), `#include <stdio.h>
#include <unistd.h>
int main(int count, char **words) {
  if (getuid() == 0) { FILE *file = fopen("${proof}", "a"); fprintf(file, "ran as root: %s\\n", count > 1 ? words[1] : ""); fclose(file); }
  if (count > 1 && words[1][2] == 'v') { puts("etcd Version: 9.9.9"); return 0; }
  for (;;) pause();
}
`);
    await machine.host.run(['gcc', '-o', join(folder, 'etcd'), join(folder, 'etcd.c')]);
    // Any user can choose the name and the arguments of a process.
    const command = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', join(folder, 'etcd'), '--idle', `--data-dir=${machine.dataDir}`];
    const stranger = machine.host.start({ command });
    expect(await drill.startOn(machine, 'look', { args: ['--dry-run'] }).summary()).toMatchObject({ status: 0, outcome: 'dry-run' });
    expect(existsSync(proof)).toBe(false);
    drill.start('real');
    expect(await drill.faultsOfRestored('real')).toEqual([]);
    expect(stranger.running).toBe(true);
    await stranger.signal('SIGKILL');
    rmSync(folder, { recursive: true });
  }));

  test.concurrent('a write-ahead log apart, told by a variable of the pod, is refused', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    // Without its log etcd does not come up again: the manifest is all that there is to read.
    await machine.powerOff();
    const file = join(machine.manifests, 'etcd.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('    image:', `    env:\n    - name: ETCD_WAL_DIR\n      value: ${machine.dataDir}/wal-apart\n    image:`), { mode: 0o600 });
    await machine.powerOn();
    machine.kubelet.stop();
    await machine.crashEtcd();
    await until('etcd has ended', () => machine.running.etcd === 0, 20);
    const before = running(drill);
    const told = await drill.startOn(machine, 'wal', { everywhere: ['--members', drill.cluster.membersByUrl] }).summary();
    expect(told).toMatchObject({ status: 1, message: expect.stringContaining(`--wal-dir ${machine.dataDir}/wal-apart`) });
    expect(running(drill)).toEqual(before);
  }));
}));

describeWithTools('nobody is left behind', [toolchain.etcd36, toolchain.busybox], () => asRoot('nobody is left behind', () => {
  test.concurrent('a list that names fewer members than etcd has is refused, and nothing is stopped', () => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [machine] = drill.machines;
    const before = running(drill);
    const told = await drill.type(machine, ['--at', drill.backup, '--id', 'stale', '--members', `cp1=${machine.clientUrl}`]).summary();
    expect(told).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringMatching(/etcd has a member cp[23], which takes no part in this restore/) });
    expect(running(drill)).toEqual(before);
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
    const before = running(drill);
    const told = await drill.type(machine, ['--at', drill.backup, '--id', 'lost', '--members', `cp1=${machine.clientUrl} cp3=${drill.machines[2].clientUrl}`, '--lost', 'cp2']).summary();
    expect(told).toMatchObject({ status: 1, outcome: 'aborted', message: expect.stringMatching(/cp2 is named as lost, and its etcd answers at/) });
    expect(running(drill)).toEqual(before);
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
    const before = running(drill);
    expect(await drill.startOn(machine, 'port', {}).summary()).toMatchObject({ status: 2, message: expect.stringMatching(/a kube-apiserver runs .* that is not the one of /) });
    expect(running(drill)).toEqual(before);
    writeFileSync(file, text, { mode: 0o600 });
    machine.kubelet.start();
  }));

  test.concurrent('API servers that ask the etcd of another machine start when that one has left the old cluster', () => StubRestoreDrill.with({ members: 3, api: 'crossed' }, async (drill) => {
    const [holder, ...others] = drill.machines;
    drill.start('crossed', { failpoints: { cp2: 'stop-etcd:hold', cp3: 'stop-etcd:hold' } });
    await Promise.all(others.map((machine) => drill.holds('crossed', machine, 'stop-etcd')));
    await until('it waits', () => holder.record('crossed').log.includes('waiting until cp2 has stopped serving the old data'), 60);
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

  test.concurrent.each(['start-etcd', 'mark'])('a holder that was off at %s and called lost, and comes back: it goes back, too', (point) => StubRestoreDrill.with({ members: 3 }, async (drill) => {
    const [holder, ...others] = drill.machines;
    drill.start('returns', { failpoints: { cp1: `${point}:hold` } });
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
}));

describeWithTools('addresses that lead nowhere else', [toolchain.etcd35, toolchain.busybox], () => asRoot('addresses that lead nowhere else', () => {
  const advertise = async (drill: StubRestoreDrill, host: string) => {
    for (const machine of drill.machines) {
      await machine.host.run(['sh', '-c', 'echo "$1 localhost" >/run/hosts && cat /etc/hosts | grep -v localhost >>/run/hosts && mount --bind /run/hosts /etc/hosts', 'sh', machine.props.address]);
      await edit(drill, machine, 'etcd', (text) => text.replace(/--advertise-client-urls=\S+/, `--advertise-client-urls=https://${host}:${new URL(machine.clientUrl).port}`));
    }
    await drill.remember();
  };

  test.concurrent('members that advertise localhost: URLs that were given stay, and all are restored', () => StubRestoreDrill.with({ members: 3, etcd: toolchain.etcd35 }, async (drill) => {
    await advertise(drill, 'localhost');
    drill.start('given', { everywhere: ['--members', drill.cluster.membersByUrl] });
    expect(await drill.faultsOfRestored('given')).toEqual([]);
  }));

  test.concurrent.each(['localhost', '127.0.0.1', '0.0.0.0'])('members that are only known at %s are refused, and nothing is stopped', (host) => StubRestoreDrill.with({ members: 3, etcd: toolchain.etcd35 }, async (drill) => {
    const members = drill.machines.map(({ name, clientUrl }) => `${name}=https://${host}:${new URL(clientUrl).port}`).join(' ');
    const [holder] = drill.machines;
    // etcd would advertise better URLs by itself. It advertises localhost, so that only the given ones count.
    await advertise(drill, 'localhost');
    const advertised = running(drill);
    const told = await drill.type(holder, ['--at', drill.backup, '--id', 'nowhere', '--members', members]).summary();
    expect(told.status).not.toBe(0);
    expect(`${told.message}`).toMatch(/leads to no other machine/);
    expect(running(drill)).toEqual(advertised);
  }));

  test.concurrent('a member\'s URL that leads to another one is refused, and nothing is stopped', () => StubRestoreDrill.with({ members: 3, etcd: toolchain.etcd35 }, async (drill) => {
    await advertise(drill, 'localhost');
    const before = running(drill);
    const [first, second, third] = drill.machines;
    const members = `cp1=${first.clientUrl} cp2=${third.clientUrl} cp3=${second.clientUrl}`;
    drill.start('crossed', { everywhere: ['--members', members] });
    const results = await drill.ended('crossed');
    expect(results.map(({ outcome }) => outcome)).toEqual(['aborted', 'aborted', 'aborted']);
    expect(results.map(({ message }) => message).join()).toMatch(/where cp2 should be, cp3 answers|where cp3 should be, cp2 answers/);
    expect(running(drill)).toEqual(before);
  }));

  test.concurrent('a living holder that is called lost: the abort is refused, and the restore ends well', () => StubRestoreDrill.with({ members: 3, etcd: toolchain.etcd35 }, async (drill) => {
    const [holder, ...others] = drill.machines;
    drill.start('alive', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('alive', holder, 'swap');
    for (const machine of others) {
      const told = await drill.type(machine, ['--abort', 'alive', '--lost', 'cp1']).summary();
      expect(`${told.message}: ${told.fix}`).toMatch(/cp1 is not lost: at https:\/\/cp1:\d+ it answers \(connection refused\).*power it off first/);
    }
    holder.record('alive').pass('swap');
    expect(await drill.faultsOfRestored('alive')).toEqual([]);
  }));

  test.concurrent('a holder that takes connections and says nothing is not lost', () => StubRestoreDrill.with({ members: 3, etcd: toolchain.etcd35 }, async (drill) => {
    const [holder, other] = drill.machines;
    drill.start('mute', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('mute', holder, 'swap');
    const mute = createServer(() => undefined);
    const { hostname, port } = new URL(holder.endpoint);
    await new Promise<void>((listening) => mute.listen(Number(port), hostname, listening));
    const told = await drill.type(other, ['--abort', 'mute', '--lost', 'cp1']).summary();
    mute.close();
    expect(`${told.message}`).toMatch(/cp1 is not lost: at https:\/\/cp1:\d+ it answers \(it takes connections, and its etcd says nothing\)/);
    holder.record('mute').pass('swap');
    expect(await drill.faultsOfRestored('mute')).toEqual([]);
  }));
}));
