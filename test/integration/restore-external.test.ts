import { existsSync } from 'fs';
import { join } from 'path';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { stepsOfRestore } from '../support/drill/steps';
import { asRoot } from '../support/pod/as-root';
import { until } from '../support/wait';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { toolchain } from '../toolchain/toolchain';

describeWithTools('a restore of an etcd that is a systemd unit', [toolchain.etcd35, toolchain.etcd36, toolchain.busybox], () => asRoot('a restore of an etcd that is a systemd unit', () => {
  test.concurrent('its API server on a machine of its own, killed at every step: all are restored, and the unit is as it was', () =>
    StubRestoreDrill.with({ members: 3, runs: 'unit', api: 'apart', etcd: toolchain.etcd35, shell: 'dash' }, async (drill) => {
      const [, , , api] = drill.machines;
      const units = () => Promise.all(drill.cluster.members.map(({ host }) => host.run(['systemctl', 'cat', 'etcd.service'])));
      const before = await units();
      const runs = drill.start('external', { env: { FAILPOINT: 'every:kill' } });
      expect(await drill.faultsOfRestored('external')).toEqual([]);
      expect(api.record('external').failpoints).toEqual([...stepsOfRestore().api, 'stopping-kube-apiserver'].sort());
      expect(await runs.get('api1')!.summary()).toMatchObject({ outcome: 'restored', role: 'api', apiOutageSeconds: expect.any(Number) });
      expect(runs.get('cp1')!.output).toContain('--with api1');
      // Followers were told to join by a drop-in, which is gone.
      expect(await units()).toEqual(before);
      // The API server, which knows all members, has written to one cluster after the other.
      expect([...new Set(drill.judge.writes.map(({ machine }) => machine))]).toEqual([api.name]);
    }));

  test.concurrent('a systemd that does not take up whom etcd joins: no etcd starts there until it does', () => StubRestoreDrill.with({ members: 3, runs: 'unit' }, async (drill) => {
    const [holder, follower, third] = drill.machines;
    drill.start('deaf', { failpoints: { cp2: 'start-etcd:hold' } });
    await drill.holds('deaf', follower, 'start-etcd');
    follower.systemd.takesUpDropIns = false;
    const record = follower.record('deaf');
    record.pass('start-etcd');
    await until('it is said', () => /the unit etcd\.service does not take up \S+cdk8s-day2-join\.conf: look at systemctl cat etcd\.service/.test(record.log), 90);
    // An etcd that was not told would begin a cluster of its own.
    expect(follower.systemd.isActive('etcd.service')).toBe(false);
    expect(existsSync(join(follower.dataDir, 'member'))).toBe(false);
    expect((await drill.cluster.seenBy(holder)).clusterId).not.toBe(drill.beginning.clusterId);
    expect(record.ended).toBeUndefined();
    follower.systemd.takesUpDropIns = true;
    expect(await drill.faultsOfRestored('deaf', [holder, follower, third])).toEqual([]);
  }));

  test.concurrent('held at the swap and powered off: it does not start with its old data at boot', () => StubRestoreDrill.with({ runs: 'unit' }, async (drill) => {
    const [machine] = drill.machines;
    drill.start('cut', { failpoints: { cp1: 'swap:hold' } });
    await drill.holds('cut', machine, 'swap');
    await machine.powerOff();
    await machine.powerOn();
    await expect(machine.client.healthy()).rejects.toThrow();
    expect(machine.systemd.isActive('etcd.service')).toBe(false);
    machine.record('cut').pass('swap');
    expect(await drill.faultsOfRestored('cut')).toEqual([]);
  }));
}));
