import { readFileSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
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

  test.concurrent('a database above the quota stops nothing', () => StubRestoreDrill.with({}, async (drill) => {
    const [machine] = drill.machines;
    await drill.edit(machine, 'etcd', (text) => text.replace('    - --name=', '    - --quota-backend-bytes=16384\n    - --name='));
    await drill.remember();
    const before = drill.running;
    expect(await drill.startOn(machine, 'quota', { args: ['--dry-run'] }).summary()).toMatchObject({ status: 1, message: expect.stringMatching(/quota is 16384|takes no writes|no space/) });
    expect(drill.running).toEqual(before);
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
