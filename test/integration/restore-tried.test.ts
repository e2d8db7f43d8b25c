import { readFileSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { faultsOfContent } from '../support/drill/content';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { takeBackup } from '../support/drill/take-backup';
import { asRoot } from '../support/pod/as-root';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

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
    const before = drill.running;
    expect(await drill.startOn(drill.machines[0], 'corrupt', {}).summary()).toMatchObject({ status: 1, message: expect.stringContaining('alarm CORRUPT') });
    expect(drill.running).toEqual(before);
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
    const before = drill.running;
    expect(await drill.type(machine, ['--file', file, '--id', 'locked']).summary()).toMatchObject({ status: 1, message: expect.stringContaining('authentication on') });
    expect(drill.running).toEqual(before);
  }));

  test.concurrent('a database above the quota stops nothing', () => StubRestoreDrill.with({ unjudged: 'an etcd that takes no writes loses the API server\'s lease' }, async (drill) => {
    const [machine] = drill.machines;
    await drill.edit(machine, 'etcd', (text) => text.replace('    - --name=', '    - --quota-backend-bytes=16384\n    - --name='));
    await drill.remember();
    const before = drill.running;
    expect(await drill.startOn(machine, 'quota', { args: ['--dry-run'] }).summary()).toMatchObject({ status: 1, message: expect.stringMatching(/quota is 16384|takes no writes|no space/) });
    expect(drill.running).toEqual(before);
    expect(await faultsOfContent(machine, drill.beginning.content)).toEqual([]);
  }));

  test.concurrent('only the database of a lost machine is left: it is taken when a person says so', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const snapshot = readFileSync(join(drill.cluster.backups, drill.backup, 'snapshot.db'));
    const bare = join(drill.cluster.folder, 'db');
    writeFileSync(bare, snapshot.subarray(0, -32), { mode: 0o600 });
    drill.chosen.set('bare', drill.backup);
    const run = drill.type(machine, ['--file', bare, '--skip-hash-check', '--id', 'bare']);
    expect(await drill.faultsOfRestored('bare')).toEqual([]);
    expect(await run.summary()).toMatchObject({ status: 0, outcome: 'restored' });
    expect(machine.record('bare').log).toContain('is a bare database without a SHA-256');
  }));

  const told = `case $1 in --version) exec '${toolchain.etcd36.path('etcd')}' "$@" ;; esac`;
  const noEtcd = (why: string) => `no etcd can serve the restored data: ${why}: nothing was stopped`;
  const unknown = `the tools of this restore are of etcd unknown, and etcd ${toolchain.etcd36.recipe.version} is installed: nothing was stopped`;
  test.concurrent.each<[string, string, string]>([
    ['fails, whatever it is asked', 'exit 1', unknown],
    ['hangs, whatever it is asked', 'exec sleep 4321', unknown],
    ['ends at once', `${told}; exit 1`, noEtcd('it ends at once')],
    ['ends, and says why', `${told}; echo "a flag is unknown" >&2; exit 1`, noEtcd('a flag is unknown')],
    ['says nothing', `${told}; exec sleep 4321`, noEtcd('it does not answer within 10 s')],
    ['says nothing, and does not end', `${told}; trap "" TERM; while :; do sleep 4321; done`, noEtcd('it does not answer within 10 s')],
  ])('an etcd of the kit that %s: nothing is stopped, and no process is left', (_, text, message) => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    const etcd = join(machine.props.kit, 'bin', 'etcd');
    rmSync(etcd);
    writeFileSync(etcd, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const before = drill.running;
    drill.start('dumb', { env: { READY_TIMEOUT: '10' } });
    expect(await drill.ended('dumb')).toMatchObject([{ status: 1, outcome: 'aborted', message }]);
    expect(drill.running).toEqual(before);
    expect(await drill.judge.faultsOfReturn(drill.beginning, drill.machines)).toEqual([]);
    const left = async () => (await machine.host.run(['ps', '-eo', 'args'])).split('\n').filter((line) => /sleep 4321|bin\/etcd|restored-dumb/.test(line));
    await until('only what serves runs', async () => (await left()).length === 0, 30);
  }));

  test.concurrent('killed while the restored data is served aside: it is restored anew, and nothing is left', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    drill.start('again', { env: { FAILPOINT: 'trying:kill' } });
    await until('it was killed there', () => machine.record('again').failpoints.includes('trying'), 60);
    expect(await drill.faultsOfRestored('again')).toEqual([]);
    expect((await machine.host.run(['sh', '-c', 'pidof etcd | wc -w'])).trim()).toBe('1');
  }));
}));
