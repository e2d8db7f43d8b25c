import { rmSync } from 'fs';
import { StubRestoreDrill } from '../support/drill/restore-drill';
import { asRoot } from '../support/pod/as-root';
import { Shell } from '../support/pod/pod';
import { describeWithTools } from '../toolchain/describe-with-tools';
import { Tool } from '../toolchain/tool';
import { toolchain } from '../toolchain/toolchain';

const { etcd34, etcd35, etcd36, etcd37 } = toolchain;

describeWithTools('a restore by hand', [etcd34, etcd35, etcd36, etcd37, toolchain.busybox], () => asRoot('a restore by hand', () => {
  test.concurrent.each<[string, number, Tool, Shell]>([
    ['one member of etcd 3.7', 1, etcd37, 'dash'],
    ['one member of etcd 3.6', 1, etcd36, 'busybox'],
    ['one member of etcd 3.5', 1, etcd35, 'dash'],
    ['one member of etcd 3.4', 1, etcd34, 'busybox'],
    ['three members of etcd 3.7', 3, etcd37, 'busybox'],
    ['three members of etcd 3.6', 3, etcd36, 'dash'],
    ['three members of etcd 3.5', 3, etcd35, 'busybox'],
    ['three members of etcd 3.4', 3, etcd34, 'dash'],
  ])('%s: the state of the backup serves, as one cluster, and the old data is kept', (_, members, etcd, shell) =>
    StubRestoreDrill.with({ members, etcd, shell }, async (drill) => {
      const runs = drill.start('restore');
      expect(await drill.faultsOfRestored('restore')).toEqual([]);
      const [holder, ...followers] = await Promise.all([...runs.values()].map((run) => run.summary()));
      expect(holder).toMatchObject({
        status: 0,
        outcome: 'restored',
        role: 'holder',
        revision: drill.beginning.revision,
        bump: drill.cluster.bumps ? expect.closeTo(1_000_000_000, -5) : 0,
        message: expect.stringContaining(`all ${members} etcd members serve`),
        fix: expect.stringMatching(/^take a backup; the old data is in \S+\/before-restore: delete it when you are sure$/),
      });
      for (const { fix } of followers) expect(fix).toMatch(/^the old data is in \S+\/before-restore: delete it when you are sure$/);
      expect(followers.map(({ status, outcome, role }) => `${status} ${outcome} ${role}`)).toEqual(Array(members - 1).fill('0 restored follower'));
      const warning = 'warning: this etcd can\'t bump revisions';
      expect(runs.get('cp1')!.output.includes(warning)).toBe(!drill.cluster.bumps);

      // On a machine without the record, the mark in the restored etcd tells.
      const forgetful = drill.machines[members - 1];
      rmSync(forgetful.record('restore').folder, { recursive: true });
      expect(await drill.startOn(forgetful, 'restore', {}).summary()).toMatchObject({ status: 0, outcome: 'done-before', fix: expect.stringContaining('another id') });
      expect(await drill.judge.faultsOfRestored('restore', drill.beginning, drill.machines)).toEqual([]);
      // The forgetful machine has no record that says it.
      drill.end = { restored: 'restore', machines: drill.machines };
    }));
}));
